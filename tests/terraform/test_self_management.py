"""What the console's backend may do on AWS: the policy of a real plan of the app tier, asked by the evaluator."""

from collections.abc import Callable

import pytest

from alphaswarm_core.identity.iam import Policy, PolicyKind, Principal, PrincipalKind, Request, evaluate, parse_policy
from tests.terraform.conftest import ACCOUNTS, RUN_ID, AppTier
from tests.terraform.test_bare_commands import plan_of, planned

pytestmark = pytest.mark.xdist_group("app-tier")

ACCOUNT, OTHER_ACCOUNT = ACCOUNTS["dev"], ACCOUNTS["prod"]
ROLE = "alphaswarm-task-admin-dev"
ECS = f"arn:aws:ecs:us-east-1:{ACCOUNT}"
OWN = [f"{ECS}:service/alphaswarm-cluster-dev/alphaswarm-{name}-dev" for name in ("admin", "admin-frontend")]
DEFINITION = f"{ECS}:task-definition/alphaswarm-admin-dev:7"
LOG = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/ecs/alphaswarm-admin-dev"
FOREIGN = [
    OWN[0].replace("alphaswarm-cluster-dev", "alphaswarm-cluster-prod"),
    OWN[0].replace("alphaswarm-cluster-dev", "another"),
    OWN[0].replace(ACCOUNT, OTHER_ACCOUNT),
    OWN[0].replace("us-east-1", "eu-west-1"),
    OWN[0].replace("admin-dev", "billing-dev"),
    f"{OWN[0]}-2",
    "*",
]
Ask = Callable[..., bool]


@pytest.fixture(scope="module")
def may(app_tier: AppTier) -> Ask:
    """`may(action, resource, key=[…])`: whether the backend's policy allows it."""
    policies: list[Policy] = [
        parse_policy(each["policy"], PolicyKind.IDENTITY)
        for each in planned(plan_of(app_tier, "dev", RUN_ID), "aws_iam_role_policy")
        if each["name"] == "self-management" and each["role"] == ROLE
    ]
    assert len(policies) == 1
    caller = Principal(PrincipalKind.AWS, f"arn:aws:iam::{ACCOUNT}:role/{ROLE}")

    def answer(action: str, resource: str, **context: list[str]) -> bool:
        return evaluate(Request(action, caller, resource, context), identity=policies).allowed

    return answer


@pytest.mark.parametrize("service", OWN)
@pytest.mark.parametrize("action", ["ecs:DescribeServices", "ecs:UpdateService"])
def test_its_own_services_are_described_redeployed_and_scaled(may: Ask, action: str, service: str) -> None:
    assert may(action, service)


@pytest.mark.parametrize("service", FOREIGN)
@pytest.mark.parametrize("action", ["ecs:DescribeServices", "ecs:UpdateService"])
def test_no_other_service_is(may: Ask, action: str, service: str) -> None:
    assert not may(action, service)


def test_no_task_definition_of_another_family_is_rolled_out(may: Ask) -> None:
    def rolls_out(definition: str) -> bool:
        return may("ecs:UpdateService", OWN[0], **{"ecs:task-definition": [definition]})

    assert rolls_out(DEFINITION)
    for other in (DEFINITION.replace("admin-dev", "evil"), DEFINITION.replace(ACCOUNT, OTHER_ACCOUNT)):
        assert not rolls_out(other)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("logs:FilterLogEvents", f"{LOG}:*"),
        ("logs:FilterLogEvents", f"{LOG.replace('admin', 'admin-frontend')}:*"),
        ("cloudwatch:GetMetricData", "*"),
        ("cloudwatch:DescribeAlarms", "*"),
        ("ecs:DescribeTaskDefinition", "*"),
    ],
)
def test_what_the_console_shows_is_read(may: Ask, action: str, resource: str) -> None:
    assert may(action, resource)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("logs:FilterLogEvents", f"{LOG.replace('admin', 'billing')}:*"),
        ("logs:FilterLogEvents", f"{LOG.replace(ACCOUNT, OTHER_ACCOUNT)}:*"),
        ("logs:FilterLogEvents", f"{LOG.replace('/aws/ecs', '/aws/codebuild')}:*"),
        ("logs:DeleteLogGroup", f"{LOG}:*"),
        ("logs:PutLogEvents", f"{LOG}:*"),
        ("cloudwatch:PutMetricAlarm", "*"),
        ("cloudwatch:DisableAlarmActions", "*"),
        ("ecs:CreateService", OWN[0]),
        ("ecs:DeleteService", OWN[0]),
        ("ecs:RegisterTaskDefinition", "*"),
        ("ecs:RunTask", DEFINITION),
        ("ecs:StopTask", "*"),
        ("ecs:ExecuteCommand", "*"),
        ("ecs:UpdateCluster", f"{ECS}:cluster/alphaswarm-cluster-dev"),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"),
        ("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"),
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/aqp-gha-apply"),
        ("ssm:GetParameter", f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/alphaswarm/dev/admin_session_key"),
        ("ssm:GetParametersByPath", f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/alphaswarm/dev"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:a-AbCdEf"),
        ("kms:Decrypt", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"),
        ("s3:GetObject", f"arn:aws:s3:::alphaswarm-tfstate-{ACCOUNT}/alphaswarm_platform/dev/terraform.tfstate"),
        ("ecr:PutImage", "*"),
    ],
)
def test_nothing_else_is_allowed(may: Ask, action: str, resource: str) -> None:
    assert not may(action, resource)
