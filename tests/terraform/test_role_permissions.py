"""What the roles of a landing zone may do: the policies of a real plan, asked by the evaluator.

The calls are those that Terraform made, recorded from plans and an apply of both trees with everything in place.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from alphaswarm_core.delivery.deploy_project import CALLER_ACTIONS, ROLE_ACTIONS
from alphaswarm_core.delivery.image_orders import IMAGE_VARIABLES
from alphaswarm_core.delivery.orders import ORDER_VARIABLES
from alphaswarm_core.identity.audit import audit_plan_json
from alphaswarm_core.identity.audit.model import Expectations
from alphaswarm_core.identity.iam import Policy, PolicyKind, Principal, PrincipalKind, Request, evaluate, parse_policy
from tests.terraform.conftest import ACCOUNTS

pytestmark = pytest.mark.xdist_group("app-tier")

ACCOUNT = ACCOUNTS["dev"]
ROOT = "infrastructure/bootstrap"
BUCKET = f"arn:aws:s3:::alphaswarm-tfstate-{ACCOUNT}"
LANDING_ZONE_STATE = f"{BUCKET}/infrastructure/admin-dev/terraform.tfstate"
APP_STATE = f"{BUCKET}/alphaswarm_platform/dev/terraform.tfstate"
HANDLE = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/alphaswarm/dev/vpc_id"
PROJECT = f"arn:aws:codebuild:us-east-1:{ACCOUNT}:project/alphaswarm-deploy-dev"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
KEPT_PLAN = f"{BUCKET}/plans/01a207b1-67c5-7f44-91bc-40fec2bf561f"
INDEX = f"arn:aws:codeartifact:us-east-1:{ACCOUNT}"
BUILD_LOG = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/codebuild/alphaswarm-deploy-dev:log-stream:a"
IMAGE_PROJECT = PROJECT.replace("deploy", "image")
REPOSITORY = f"{INDEX}:repository/alphaswarm/alphaswarm-pypi"
TRAIL = f"arn:aws:s3:::alphaswarm-trail-{ACCOUNT}"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:alphaswarm-dev/admin/ledger-url-AbCdEf"


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


EXECUTION, APPLY, PLAN = role("AqpTerraformExecutionRole"), role("aqp-gha-apply"), role("aqp-gha-plan")
DEPLOY, TASK = role("alphaswarm-deploy-dev"), role("alphaswarm-task-backend-dev")
ZONE = role("alphaswarm-zone-eks-dev")
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/AqpTerraformPermissionsBoundary"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"

READS = [
    "acm:DescribeCertificate", "acm:ListTagsForCertificate", "cognito-idp:DescribeUserPool",
    "cognito-idp:DescribeUserPoolClient", "cognito-idp:DescribeUserPoolDomain", "cognito-idp:GetUserPoolMfaConfig",
    "ec2:DescribeAddresses", "ec2:DescribeAddressesAttribute", "ec2:DescribeInternetGateways",
    "ec2:DescribeNatGateways", "ec2:DescribeNetworkAcls", "ec2:DescribePrefixLists", "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs", "ecr:DescribeRepositories",
    "ecr:GetLifecyclePolicy", "ecr:ListTagsForResource", "ecs:DescribeClusters", "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition", "elasticloadbalancing:DescribeCapacityReservation",
    "elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes", "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroupAttributes", "elasticloadbalancing:DescribeTargetGroups",
    "iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole", "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "kms:DescribeKey", "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListResourceTags", "logs:DescribeLogGroups",
    "logs:ListTagsForResource", "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy",
    "ssm:DescribeParameters", "ssm:ListTagsForResource", "sts:GetCallerIdentity",
]  # fmt: skip
LANDING_ZONE_WRITES = [
    "acm:RequestCertificate", "cloudtrail:CreateTrail", "cloudtrail:StartLogging", "cloudtrail:UpdateTrail",
    "cloudwatch:PutDashboard", "cloudwatch:PutMetricAlarm", "ec2:AllocateAddress", "ec2:AssociateRouteTable",
    "ec2:AttachInternetGateway", "ec2:CreateFlowLogs", "ec2:CreateInternetGateway", "ec2:CreateNatGateway",
    "ec2:CreateRoute", "ec2:CreateRouteTable", "ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateTags",
    "ec2:CreateVpc", "ec2:CreateVpcEndpoint", "ec2:EnableEbsEncryptionByDefault", "ec2:ModifyVpcAttribute",
    "ec2:RevokeSecurityGroupEgress", "ecr:CreateRepository", "ecr:PutLifecyclePolicy", "eks:CreateCluster",
    "eks:CreateNodegroup", "eks:UpdateClusterConfig", "kms:CreateAlias", "kms:CreateGrant", "kms:CreateKey",
    "kms:EnableKeyRotation", "logs:CreateLogGroup", "logs:PutMetricFilter", "logs:PutRetentionPolicy",
    "rds:CreateDBInstance", "rds:CreateDBParameterGroup", "rds:CreateDBSubnetGroup", "rds:ModifyDBInstance",
    "rds:ModifyDBParameterGroup", "secretsmanager:CreateSecret", "sns:CreateTopic", "sns:SetTopicAttributes",
]  # fmt: skip
TRUST_WRITES = [
    ("iam:UpdateAssumeRolePolicy", APPLY),
    ("iam:UpdateAssumeRolePolicy", PLAN),
    ("iam:PutRolePolicy", APPLY),
    ("iam:AttachRolePolicy", EXECUTION),
    ("iam:DeleteRole", PLAN),
    ("iam:PutRolePolicy", DEPLOY),
    ("iam:UpdateAssumeRolePolicy", DEPLOY),
    ("iam:PassRole", DEPLOY),
    ("iam:DeleteRolePermissionsBoundary", EXECUTION),
    ("iam:PutRolePermissionsBoundary", EXECUTION),
    ("iam:CreatePolicyVersion", BOUNDARY),
    ("iam:SetDefaultPolicyVersion", BOUNDARY),
    ("iam:DeleteOpenIDConnectProvider", PROVIDER),
    ("iam:AddClientIDToOpenIDConnectProvider", PROVIDER),
    ("iam:UpdateOpenIDConnectProviderThumbprint", PROVIDER),
    ("iam:PassRole", EXECUTION),
    ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/eve"),
    ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/eve"),
    ("iam:CreateSAMLProvider", f"arn:aws:iam::{ACCOUNT}:saml-provider/eve"),
    ("iam:CreateRole", role("anything")),
    ("organizations:LeaveOrganization", "*"),
    ("account:CloseAccount", "*"),
]
OTHER_WRITES = [
    ("s3:PutObject", LANDING_ZONE_STATE),
    ("s3:PutObject", APP_STATE),
    ("s3:DeleteObject", f"{APP_STATE}.tflock"),
    ("s3:PutBucketPolicy", BUCKET),
    ("ssm:PutParameter", HANDLE),
    ("ssm:DeleteParameter", HANDLE),
    ("ssm:SendCommand", "*"),
    ("codebuild:StartBuild", PROJECT),
    ("codebuild:UpdateProject", PROJECT),
    ("ecs:UpdateService", "*"),
    ("ecs:RunTask", "*"),
    ("ecs:RegisterTaskDefinition", "*"),
    ("ecr:PutImage", "*"),
    ("ecr:GetAuthorizationToken", "*"),
    ("lambda:InvokeFunction", "*"),
    ("cloudformation:CreateStack", "*"),
    ("rds:ModifyDBCluster", "*"),
    ("route53:ChangeResourceRecordSets", "*"),
    ("cognito-idp:AdminCreateUser", "*"),
    ("elasticloadbalancing:ModifyListener", "*"),
    ("logs:DeleteLogGroup", "*"),
    ("sts:AssumeRole", APPLY),
    ("sts:AssumeRole", EXECUTION),
]
SECRETS = [
    ("secretsmanager:GetSecretValue", SECRET),
    ("secretsmanager:BatchGetSecretValue", "*"),
    ("kms:Decrypt", KEY),
    ("kms:GenerateDataKey", KEY),
    ("ssm:GetParameter", f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/somebody/else"),
    ("ssm:GetParameterHistory", HANDLE),
    ("s3:GetObject", f"{BUCKET}/backups/dump.sql"),
    ("s3:GetObject", "arn:aws:s3:::somebody-else/infrastructure/a"),
]
WHAT_IS_MEANT = {
    "the project": PROJECT,
    "the project, without overrides but the order's variables": PROJECT,
    "the project's role": DEPLOY,
    "the domain": f"{INDEX}:domain/alphaswarm",
    "the repository": f"{INDEX}:repository/alphaswarm/alphaswarm-pypi",
    "the project's log group": BUILD_LOG,
    "plans/* of the state bucket": KEPT_PLAN,
    "the ledger's secret": SECRET,
    "anything": "*",
    "anything, for codeartifact": "*",
}
"""What core's lists of needed actions name, as resources."""
VARIABLES_KEY = "codebuild:environment.environmentVariables.name"
KNOWN_LATER = {
    "module.account.aws_iam_role.execution",  # whom it trusts: tests/terraform/test_trust.py
    "module.account.aws_iam_role_policy.state_key",
    "module.deploy_build.aws_iam_role_policy.state_key",
    "module.github_oidc.aws_iam_role_policy.plan_state_key",
}
"""Policies that name what the same plan makes; the modules' own suites read them."""
ADMINISTRATOR = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
Ask = Callable[..., bool]


@pytest.fixture(scope="module")
def may(plan: dict[str, Any]) -> Ask:
    """`may("aqp-gha-plan", action, resource, key=[…])`: whether the role may, boundary included."""
    documents = _policies(plan["resource_changes"])
    (boundary,) = documents.pop(None)
    documents["administrator"] = [parse_policy(ADMINISTRATOR, PolicyKind.IDENTITY)]

    def answer(name: str, action: str, resource: str, **context: list[str]) -> bool:
        request = Request(action, Principal(PrincipalKind.AWS, role(name)), resource, context)
        return evaluate(request, identity=documents[name], boundary=boundary).allowed

    return answer


def _policies(changes: list[dict[str, Any]]) -> dict[str | None, list[Policy]]:
    """The planned permission policies by role; the boundary under None."""
    found: dict[str | None, list[Policy]] = {}
    for change in changes:
        after = change["change"]["after"]
        # The policies that name the states' key are only known once there is one; the modules' own tests read them.
        if change["type"] in {"aws_iam_policy", "aws_iam_role_policy"} and "policy" in after:
            policy = parse_policy(after["policy"], PolicyKind.IDENTITY)
            found.setdefault(after.get("role"), []).append(policy)
    return found


@pytest.mark.parametrize("action", READS)
def test_the_plan_role_may_make_every_call_of_a_plan(may: Ask, action: str) -> None:
    assert may("aqp-gha-plan", action, "*")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:ListBucket", BUCKET),
        ("s3:GetObject", LANDING_ZONE_STATE),
        ("s3:GetObject", APP_STATE),
        ("ssm:GetParameter", HANDLE),
        ("ssm:GetParametersByPath", f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/alphaswarm/dev"),
    ],
)
def test_the_plan_role_reads_states_and_handles(may: Ask, action: str, resource: str) -> None:
    assert may("aqp-gha-plan", action, resource)


@pytest.mark.parametrize(
    ("action", "resource"), [*((action, "*") for action in LANDING_ZONE_WRITES), *TRUST_WRITES, *OTHER_WRITES, *SECRETS]
)
def test_the_plan_role_may_not(may: Ask, action: str, resource: str) -> None:
    assert not may("aqp-gha-plan", action, resource)


@pytest.mark.parametrize("service", ["ssm", "secretsmanager"])
def test_the_plan_role_decrypts_nothing_through_another_service(may: Ask, service: str) -> None:
    assert not may("aqp-gha-plan", "kms:Decrypt", KEY, **{"kms:ViaService": [f"{service}.us-east-1.amazonaws.com"]})


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("codebuild:StartBuild", PROJECT),
        ("codebuild:StartBuild", IMAGE_PROJECT),
        ("codebuild:BatchGetBuilds", PROJECT),
        ("codebuild:StopBuild", PROJECT),
        ("logs:GetLogEvents", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/codebuild/alphaswarm-deploy-dev:a"),
        ("sts:AssumeRole", EXECUTION),
    ],
)
def test_the_apply_role_may(may: Ask, action: str, resource: str) -> None:
    assert may("aqp-gha-apply", action, resource)


@pytest.mark.parametrize(("action", "meant"), CALLER_ACTIONS.items())
def test_the_apply_role_may_do_what_the_executor_needs(may: Ask, action: str, meant: str) -> None:
    assert may("aqp-gha-apply", action, WHAT_IS_MEANT[meant])


def test_a_build_is_started_with_an_order_s_variables_and_with_no_other(may: Ask) -> None:
    def starts(*names: str) -> bool:
        return may("aqp-gha-apply", "codebuild:StartBuild", PROJECT, **{VARIABLES_KEY: [*names]})

    assert starts(*ORDER_VARIABLES)
    for other in ("BASH_ENV", "PIP_INDEX_URL", "ALPHASWARM_LEDGER_URL", "ALPHASWARM_ENVIRONMENT", "alphaswarm_action"):
        assert not starts(other)
        assert not starts(*ORDER_VARIABLES, other)


def test_an_image_build_is_started_with_its_own_variables_and_not_with_the_deploy_build_s(may: Ask) -> None:
    def starts(project: str, *names: str) -> bool:
        return may("aqp-gha-apply", "codebuild:StartBuild", project, **{VARIABLES_KEY: [*names]})

    image = PROJECT.replace("-deploy-", "-image-")
    assert starts(image, *IMAGE_VARIABLES)
    assert not starts(PROJECT, *IMAGE_VARIABLES)
    for other in (*ORDER_VARIABLES, "BASH_ENV", "PIP_INDEX_URL", "ALPHASWARM_ENVIRONMENT"):
        assert not starts(image, other)
        assert not starts(image, *IMAGE_VARIABLES, other)


def test_the_variables_that_a_caller_may_set_are_those_of_an_order(plan: dict[str, Any]) -> None:
    (policy,) = (
        each["change"]["after"]["policy"]
        for each in plan["resource_changes"]
        if each["address"] == "module.github_oidc.aws_iam_role_policy.apply"
    )
    (denial,) = (each for each in json.loads(policy)["Statement"] if each["Sid"] == "NoOverrideOfVariables")

    assert denial["Condition"] == {"ForAnyValue:StringNotEquals": {VARIABLES_KEY: sorted(ORDER_VARIABLES)}}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("codebuild:StartBuild", f"{PROJECT}-2"),
        ("codebuild:BatchGetProjects", f"{PROJECT}-2"),
        ("iam:GetRole", APPLY),
        ("ec2:DescribeInstances", "*"),
        ("s3:GetObject", KEPT_PLAN),
        ("codeartifact:GetAuthorizationToken", f"{INDEX}:domain/alphaswarm"),
        ("codebuild:StartBuildBatch", PROJECT),
        ("codebuild:RetryBuild", PROJECT),
        ("codebuild:UpdateProject", PROJECT),
        ("ssm:StartSession", "*"),
        ("sts:AssumeRole", role("alphaswarm-deploy-dev")),
        ("sts:AssumeRole", "arn:aws:iam::333333333333:role/AqpTerraformExecutionRole"),
        ("s3:GetObject", LANDING_ZONE_STATE),
        ("ssm:GetParameter", HANDLE),
        ("ec2:CreateVpc", "*"),
        *TRUST_WRITES,
        *SECRETS,
    ],
)
def test_the_apply_role_may_not(may: Ask, action: str, resource: str) -> None:
    assert not may("aqp-gha-apply", action, resource)


@pytest.mark.parametrize(
    "key",
    [
        "artifacts", "autoRetryLimit", "cache", "encryptionKey", "environment.certificate", "environment.computeType",
        "environment.environmentVariables.name", "environment.fleet.fleetArn", "environment.image",
        "environment.imagePullCredentialsType", "environment.privilegedMode", "environment.registryCredential",
        "environment.type", "logsConfig", "secondaryArtifacts", "secondarySources", "serviceRole", "source",
        "source.auth.resource", "source.buildspec", "source.insecureSsl", "source.location",
    ],
)  # fmt: skip
def test_one_override_alone_is_enough_for_a_denial(may: Ask, key: str) -> None:
    assert not may("aqp-gha-apply", "codebuild:StartBuild", PROJECT, **{f"codebuild:{key}": ["x"]})


@pytest.mark.parametrize(
    "action", [*LANDING_ZONE_WRITES, *(read for read in READS if read.split(":")[0] in ("ec2", "iam"))]
)
def test_the_execution_role_may_apply_the_landing_zone(may: Ask, action: str) -> None:
    assert may("AqpTerraformExecutionRole", action, "*")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutObject", LANDING_ZONE_STATE),
        ("s3:PutObject", f"{LANDING_ZONE_STATE}.tflock"),
        ("s3:DeleteObject", f"{LANDING_ZONE_STATE}.tflock"),
        ("ssm:PutParameter", HANDLE),
        ("ssm:GetParameter", HANDLE),
    ],
)
def test_the_execution_role_writes_its_state_and_the_handles(may: Ask, action: str, resource: str) -> None:
    assert may("AqpTerraformExecutionRole", action, resource)


def passed_to(service: str) -> dict[str, list[str]]:
    return {"iam:PassedToService": [f"{service}.amazonaws.com"]}


BOUNDED = {"iam:PermissionsBoundary": [BOUNDARY]}
NODES_POLICY = {"iam:PolicyARN": ["arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"]}


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", ZONE, BOUNDED),
        ("iam:PutRolePolicy", ZONE, BOUNDED),
        ("iam:AttachRolePolicy", ZONE, {**BOUNDED, **NODES_POLICY}),
        ("iam:DeleteRole", ZONE, {}),
        *(("iam:PassRole", ZONE, passed_to(each)) for each in ("cloudtrail", "codebuild", "eks", "vpc-flow-logs")),
        ("iam:PassRole", DEPLOY, passed_to("codebuild")),
        ("iam:CreateServiceLinkedRole", role("aws-service-role/eks"), {"iam:AWSServiceName": ["eks.amazonaws.com"]}),
        ("codebuild:CreateProject", PROJECT, {}),
        ("codebuild:UpdateProject", IMAGE_PROJECT, {}),
        ("codeartifact:CreateRepository", REPOSITORY, {}),
        ("codeartifact:AssociateExternalConnection", REPOSITORY, {}),
        ("s3:CreateBucket", TRAIL, {}),
        ("s3:PutBucketPolicy", TRAIL, {}),
        ("kms:Decrypt", KEY, {"kms:ViaService": ["secretsmanager.us-east-1.amazonaws.com"]}),
    ],
)
def test_the_execution_role_makes_the_landing_zone_s_own_roles_builds_index_and_bucket(
    may: Ask, action: str, resource: str, context: dict[str, list[str]]
) -> None:
    # The last: RDS puts the password that it made into Secrets Manager in the caller's name.
    assert may("AqpTerraformExecutionRole", action, resource, **context)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("s3:PutObject", APP_STATE, {}),
        ("s3:DeleteObject", LANDING_ZONE_STATE, {}),
        ("s3:PutBucketPolicy", BUCKET, {}),
        ("s3:GetObject", f"{TRAIL}/AWSLogs/a", {}),
        ("s3:PutObject", f"{TRAIL}/AWSLogs/a", {}),
        ("s3:DeleteBucket", TRAIL, {}),
        ("s3:DeleteBucketPolicy", TRAIL, {}),
        ("codebuild:StartBuild", PROJECT, {}),
        ("codebuild:StartBuild", IMAGE_PROJECT, {}),
        ("codebuild:UpdateProject", PROJECT.replace("alphaswarm", "somebody-else"), {}),
        ("codeartifact:PublishPackageVersion", REPOSITORY, {}),
        ("codeartifact:PutPackageMetadata", REPOSITORY, {}),
        ("codeartifact:CopyPackageVersions", REPOSITORY, {}),
        ("codeartifact:GetAuthorizationToken", REPOSITORY, {}),
        ("sts:GetServiceBearerToken", "*", {"sts:AWSServiceName": ["codeartifact.amazonaws.com"]}),
        ("ec2:RunInstances", "*", {}),
        ("eks:AccessKubernetesApi", "*", {}),
        ("secretsmanager:GetSecretValue", SECRET, {}),
        ("kms:Decrypt", KEY, {}),
        ("kms:Decrypt", KEY, {"kms:ViaService": ["rds.us-east-1.amazonaws.com"]}),
        ("ecs:UpdateService", "*", {}),
        ("ecr:PutImage", "*", {}),
        ("logs:GetLogEvents", "*", {}),
        ("logs:FilterLogEvents", "*", {}),
        ("logs:DeleteLogStream", "*", {}),
        ("rds:ModifyDBSnapshotAttribute", "*", {}),
        ("rds:StartExportTask", "*", {}),
        ("sns:Publish", "*", {}),
        ("cloudtrail:StopLogging", "*", {}),
        ("cloudtrail:DeleteTrail", "*", {}),
        ("sts:AssumeRole", APPLY, {}),
        ("iam:CreateRole", ZONE, {}),
        ("iam:CreateRole", ZONE, {"iam:PermissionsBoundary": ["arn:aws:iam::aws:policy/PowerUserAccess"]}),
        ("iam:CreateRole", TASK, BOUNDED),
        ("iam:PutRolePolicy", ZONE, {}),
        ("iam:PutRolePolicy", TASK, BOUNDED),
        ("iam:AttachRolePolicy", ZONE, BOUNDED),
        ("iam:AttachRolePolicy", ZONE, {**BOUNDED, "iam:PolicyARN": ["arn:aws:iam::aws:policy/AdministratorAccess"]}),
        ("iam:PassRole", ZONE, passed_to("lambda")),
        ("iam:PassRole", ZONE, passed_to("ecs-tasks")),
        ("iam:PassRole", TASK, passed_to("codebuild")),
        ("iam:PassRole", DEPLOY, passed_to("ec2")),
        ("iam:PassRole", DEPLOY, passed_to("lambda")),
        ("iam:PassRole", EXECUTION, passed_to("codebuild")),
        ("iam:PassRole", APPLY, passed_to("codebuild")),
        ("iam:CreateServiceLinkedRole", role("aws-service-role/sso"), {"iam:AWSServiceName": ["sso.amazonaws.com"]}),
        *((action, resource, {}) for action, resource in TRUST_WRITES),
    ],
)
def test_the_execution_role_may_not(may: Ask, action: str, resource: str, context: dict[str, list[str]]) -> None:
    assert not may("AqpTerraformExecutionRole", action, resource, **context)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("ecs:UpdateService", "*", {}),
        ("elasticloadbalancing:CreateLoadBalancer", "*", {}),
        ("cognito-idp:CreateUserPool", "*", {}),
        ("logs:CreateLogGroup", "*", {}),
        ("ec2:CreateSecurityGroup", "*", {}),
        ("ec2:CreateNetworkInterface", "*", {}),
        ("ssm:PutParameter", HANDLE, {}),
        ("ssm:GetParametersByPath", HANDLE.rpartition("/")[0], {}),
        ("s3:PutObject", APP_STATE, {}),
        ("s3:DeleteObject", f"{APP_STATE}.tflock", {}),
        ("iam:CreateRole", TASK, {"iam:PermissionsBoundary": [BOUNDARY]}),
        ("iam:PutRolePolicy", TASK, {"iam:PermissionsBoundary": [BOUNDARY]}),
        ("iam:PassRole", TASK, {"iam:PassedToService": ["ecs-tasks.amazonaws.com"]}),
        ("secretsmanager:GetSecretValue", SECRET, {}),
    ],
)
def test_the_deploy_build_may_apply_the_app_tier(
    may: Ask, action: str, resource: str, context: dict[str, list[str]]
) -> None:
    assert may("alphaswarm-deploy-dev", action, resource, **context)


@pytest.mark.parametrize(("action", "meant"), ROLE_ACTIONS.items())
def test_the_deploy_build_may_do_what_a_build_needs(may: Ask, action: str, meant: str) -> None:
    context = {"sts:AWSServiceName": ["codeartifact.amazonaws.com"]} if action.startswith("sts:") else {}

    assert may("alphaswarm-deploy-dev", action, WHAT_IS_MEANT[meant], **context)


def test_the_deploy_build_decrypts_the_ledger_s_address_and_no_other_secret(may: Ask) -> None:
    def decrypts(secret: str, service: str = "secretsmanager") -> bool:
        context = {
            "kms:ViaService": [f"{service}.us-east-1.amazonaws.com"],
            "kms:EncryptionContext:SecretARN": [secret],
        }
        return may("alphaswarm-deploy-dev", "kms:Decrypt", KEY, **context)

    assert decrypts(SECRET)
    assert not decrypts(SECRET.replace("ledger-url", "session-key"))
    assert not decrypts(f"{SECRET}-of-another")
    assert not decrypts(SECRET, "ssm")


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        *((action, resource, {}) for action, resource in TRUST_WRITES),
        ("codebuild:BatchGetBuilds", f"{PROJECT}-2", {}),
        ("codeartifact:PublishPackageVersion", f"{INDEX}:package/alphaswarm/alphaswarm-pypi/pypi//alphaswarm", {}),
        ("codeartifact:ReadFromRepository", f"{INDEX}:repository/alphaswarm/other", {}),
        ("codeartifact:GetAuthorizationToken", f"{INDEX}:domain/other", {}),
        ("logs:PutLogEvents", BUILD_LOG.replace("-dev", "-prod"), {}),
        ("logs:GetLogEvents", BUILD_LOG, {}),
        ("iam:PutRolePolicy", TASK, {}),
        ("iam:PutRolePolicy", ZONE, BOUNDED),
        ("iam:UpdateAssumeRolePolicy", ZONE, {}),
        ("iam:PassRole", ZONE, passed_to("ecs-tasks")),
        ("iam:PassRole", DEPLOY, passed_to("codebuild")),
        ("iam:CreateRole", TASK, {}),
        ("iam:CreateRole", TASK, {"iam:PermissionsBoundary": ["arn:aws:iam::aws:policy/PowerUserAccess"]}),
        ("iam:PassRole", TASK, {"iam:PassedToService": ["ec2.amazonaws.com"]}),
        ("iam:AttachRolePolicy", TASK, {}),
        ("s3:PutObject", LANDING_ZONE_STATE, {}),
        ("s3:DeleteObject", APP_STATE, {}),
        ("s3:PutBucketPolicy", BUCKET, {}),
        ("codebuild:StartBuild", PROJECT, {}),
        ("codebuild:UpdateProject", PROJECT, {}),
        ("sts:AssumeRole", APPLY, {}),
        ("sts:AssumeRole", EXECUTION, {}),
        ("sts:GetServiceBearerToken", "*", {"sts:AWSServiceName": ["ecr-public.amazonaws.com"]}),
        ("ssm:PutParameter", f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/alphaswarm/prod/vpc_id", {}),
        ("ssm:SendCommand", "*", {}),
        ("ecs:RunTask", "*", {}),
        ("ecs:ExecuteCommand", "*", {}),
        ("ecr:PutImage", "*", {}),
        ("ec2:CreateVpc", "*", {}),
        ("ec2:RunInstances", "*", {}),
        ("rds:ModifyDBInstance", "*", {}),
        ("kms:ScheduleKeyDeletion", KEY, {}),
        ("kms:Decrypt", KEY, {}),
        ("lambda:InvokeFunction", "*", {}),
        ("secretsmanager:GetSecretValue", SECRET.replace("ledger-url", "session-key"), {}),
        ("secretsmanager:PutSecretValue", SECRET, {}),
        ("cognito-idp:AdminCreateUser", "*", {}),
        ("logs:DeleteLogStream", "*", {}),
        ("cloudtrail:StopLogging", "*", {}),
    ],
)
def test_the_deploy_build_may_not(may: Ask, action: str, resource: str, context: dict[str, list[str]]) -> None:
    assert not may("alphaswarm-deploy-dev", action, resource, **context)


def test_the_planned_policies_are_audited_clean(plan: dict[str, Any]) -> None:
    """What the modules' files leave open is decided here; what names the states' key is known once there is one."""
    expectations = Expectations(privileged_roles=("aqp-gha-apply",), plan_roles=("aqp-gha-plan",), approvals={"dev": 0})

    report = audit_plan_json(plan, expectations=expectations)

    assert report.subjects >= 8
    assert [each for each in report.findings if each.rule != "undecided-policy"] == []
    undecided = {each.message.split()[3] for each in report.findings}
    assert undecided <= KNOWN_LATER


@pytest.mark.parametrize(("action", "resource"), TRUST_WRITES)
def test_inside_the_boundary_an_administrator_may_not(may: Ask, action: str, resource: str) -> None:
    assert not may("administrator", action, resource)


@pytest.mark.parametrize(
    ("boundary", "allowed"), [(BOUNDARY, True), ("arn:aws:iam::aws:policy/PowerUserAccess", False), (None, False)]
)
def test_a_new_role_has_the_same_boundary_or_is_not_made(may: Ask, boundary: str | None, allowed: bool) -> None:
    context = {"iam:PermissionsBoundary": [boundary]} if boundary else {}

    assert may("administrator", "iam:CreateRole", role("alphaswarm-new"), **context) is allowed


@pytest.mark.parametrize(("service", "allowed"), [("codebuild", True), ("lambda", False), ("ecs-tasks", False)])
def test_the_deploy_build_s_role_is_handed_to_codebuild_only(may: Ask, service: str, allowed: bool) -> None:
    assert may("administrator", "iam:PassRole", DEPLOY, **passed_to(service)) is allowed


def test_the_boundary_leaves_the_rest_to_the_policies(may: Ask) -> None:
    assert may("administrator", "ec2:CreateVpc", "*")
