"""Sessions at the running local cloud, with boto3: what their policies say, and nothing else."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs import WorkflowJob
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local.github.client import request_token, web_identity_session
from alphaswarm_local.github.errors import RoleRefusedError, TokenNotGrantedError
from alphaswarm_local.sts_client import assume_role_with_web_identity

from .conftest import ACCOUNTS, ClientOf
from .roles import (
    ACCOUNT,
    FILE,
    JOB,
    PROVIDER,
    REPOSITORY,
    RoleOf,
    SessionOf,
    allow,
    as_variables,
    clients,
    code_of,
    deny,
    document,
    refused,
)

_PARAMETER = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter"


def test_session_reads_one_parameter_and_nothing_else_when_its_role_allows_one(
    client: ClientOf, role: RoleOf, session_of: SessionOf
) -> None:
    for name in ("/one/allowed", "/one/other"):
        client("ssm").put_parameter(Name=name, Value=name, Type="String", Overwrite=True)
    as_role = session_of(role(allow("ssm:GetParameter", f"{_PARAMETER}/one/allowed")))
    identity = as_role("sts").get_caller_identity()
    assert identity["Arn"].startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/role-")
    assert identity["Account"] == ACCOUNT
    ssm = as_role("ssm")
    for name in ("/one/allowed", "/one/allowed:1"):
        assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "/one/allowed"
    words = f"ssm:GetParameter on resource: {_PARAMETER}/one/other because no identity-based policy allows the"
    refused(lambda: ssm.get_parameter(Name="/one/other"), words)
    refused(lambda: ssm.get_parameters(Names=["/one/allowed", "/one/other"]), "ssm:GetParameters")
    refused(lambda: ssm.get_parameters_by_path(Path="/one"), "ssm:GetParametersByPath")
    refused(lambda: ssm.put_parameter(Name="/one/allowed", Value="x", Overwrite=True), "ssm:PutParameter")


@pytest.mark.parametrize(
    "job",
    [
        workflow_job(Event.PUSH, REPOSITORY, FILE),
        workflow_job(Event.PUSH, REPOSITORY, FILE, ref="refs/heads/feature"),
        workflow_job(Event.PUSH, REPOSITORY, FILE, environment="Dev"),
        workflow_job(Event.PULL_REQUEST, REPOSITORY, FILE),
    ],
    ids=["main", "feature", "spelling", "pull-request"],
)
def test_job_gets_nothing_when_its_subject_is_not_trusted(
    cloud: LocalCloudAddress, role: RoleOf, job: WorkflowJob
) -> None:
    with pytest.raises(RoleRefusedError) as caught:
        web_identity_session(cloud, "dev", role(allow("*")), job)
    assert "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity" in str(caught.value.why)


def test_fork_gets_no_token_at_all_when_it_asks(cloud: LocalCloudAddress) -> None:
    with pytest.raises(TokenNotGrantedError):
        request_token(cloud, workflow_job(Event.PULL_REQUEST, REPOSITORY, FILE, from_fork=True))


def test_job_is_not_registered_when_the_admin_token_is_wrong(cloud: LocalCloudAddress) -> None:
    with pytest.raises(TokenNotGrantedError, match="admin token"):
        request_token(cloud.model_copy(update={"admin_token": "guessed"}), JOB)


def test_answer_is_the_same_when_the_role_does_not_exist(cloud: LocalCloudAddress, role: RoleOf) -> None:
    answers = set()
    for arn in (role(allow("*")), f"arn:aws:iam::{ACCOUNT}:role/does-not-exist"):
        with pytest.raises(RoleRefusedError) as caught:
            web_identity_session(cloud, "dev", arn, workflow_job(Event.PUSH, REPOSITORY, FILE))
        answers.add(caught.value.why)
    assert len(answers) == 1


def test_token_is_refused_when_the_account_has_no_provider(cloud: LocalCloudAddress, provider: str) -> None:
    assert provider
    arn = f"arn:aws:iam::{ACCOUNTS['prod']}:role/any"
    with pytest.raises(RoleRefusedError) as caught:
        assume_role_with_web_identity(cloud.endpoint, arn, request_token(cloud, JOB), session_name="x1")
    assert "No OpenIDConnect provider found in your account for https://token.actions" in str(caught.value.why)


def test_credentials_are_refused_when_the_session_token_is_forged_missing_or_anothers(
    cloud: LocalCloudAddress, role: RoleOf
) -> None:
    arn = role(allow("*"))
    own, other = (web_identity_session(cloud, "dev", arn, JOB) for _ in range(2))
    assert clients(cloud, own)("ssm").describe_parameters()["ResponseMetadata"]["HTTPStatusCode"] == 200
    token = own["AWS_SESSION_TOKEN"]
    for wrong in (other["AWS_SESSION_TOKEN"], None, token[:-1], token + "x"):
        variables = {name: value for name, value in own.items() if name != "AWS_SESSION_TOKEN"}
        variables |= {"AWS_SESSION_TOKEN": wrong} if wrong else {}
        for service, operation, code in (
            ("iam", "list_roles", "InvalidClientTokenId"),
            ("ssm", "describe_parameters", "UnrecognizedClientException"),
            ("s3", "list_buckets", "InvalidToken"),
            ("ec2", "describe_vpcs", "AuthFailure"),
        ):
            with pytest.raises(ClientError) as caught:
                getattr(clients(cloud, variables)(service), operation)()
            assert code_of(caught) == code


def test_denial_wins_when_everything_is_allowed_besides(role: RoleOf, session_of: SessionOf) -> None:
    ssm = session_of(role(allow("*"), deny("ssm:PutParameter", f"{_PARAMETER}/denied/*")))("ssm")
    ssm.put_parameter(Name="/permitted/x", Value="x", Type="String", Overwrite=True)
    refused(
        lambda: ssm.put_parameter(Name="/denied/x", Value="x", Type="String"),
        "with an explicit deny in an identity-based policy",
    )


def test_boundary_limits_when_the_role_allows_more(client: ClientOf, role: RoleOf, session_of: SessionOf) -> None:
    boundary = client("iam").create_policy(PolicyName="only-logs", PolicyDocument=document(allow("logs:*")))
    as_role = session_of(role(allow("*"), PermissionsBoundary=boundary["Policy"]["Arn"]))
    assert "logGroups" in as_role("logs").describe_log_groups()
    refused(lambda: as_role("ssm").describe_parameters(), "because no permissions boundary allows the")


def test_session_policy_narrows_and_never_widens_when_it_is_given(
    cloud: LocalCloudAddress, client: ClientOf, role: RoleOf
) -> None:
    answer = client("sts").assume_role_with_web_identity(
        RoleArn=role(allow("ssm:*")),
        RoleSessionName="narrow",
        WebIdentityToken=request_token(cloud, JOB),
        Policy=document(allow(["ssm:DescribeParameters", "logs:*"])),
        DurationSeconds=900,
    )
    assert answer["AssumedRoleUser"]["Arn"].endswith("/narrow")
    assert (answer["Audience"], answer["Provider"]) == ("sts.amazonaws.com", PROVIDER)
    assert answer["SubjectFromWebIdentityToken"].endswith(":environment:dev")
    as_role = clients(cloud, as_variables(answer["Credentials"]))
    assert "Parameters" in as_role("ssm").describe_parameters()
    refused(lambda: as_role("ssm").get_parameter(Name="/x"), "because no session policy allows the")
    refused(lambda: as_role("logs").describe_log_groups(), "because no identity-based policy allows the")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"RoleSessionName": "a b"}, "ValidationError"),
        ({"DurationSeconds": 43199}, "ValidationError"),
        ({"Policy": "{}"}, "MalformedPolicyDocument"),
        ({"Policy": '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}'}, "MalformedPolicyDocument"),
        ({"PolicyArns": [{"arn": f"arn:aws:iam::{ACCOUNT}:policy/not-there"}]}, "MalformedPolicyDocument"),
    ],
)
def test_exchange_is_refused_when_a_parameter_is_bad(
    cloud: LocalCloudAddress, client: ClientOf, role: RoleOf, asked: dict[str, Any], code: str
) -> None:
    known = {"RoleArn": role(allow("*")), "RoleSessionName": "ok", "WebIdentityToken": request_token(cloud, JOB)}
    with pytest.raises(ClientError) as caught:
        client("sts").assume_role_with_web_identity(**{**known, **asked})
    assert code_of(caught) == code


def test_plan_like_role_cannot_assume_the_apply_like_role_when_it_tries(
    role: RoleOf, session_of: SessionOf, client: ClientOf
) -> None:
    apply_role = role(allow("*"))
    plan = session_of(role(allow(["sts:AssumeRole", "ssm:Get*"])))
    refused(lambda: plan("sts").assume_role(RoleArn=apply_role, RoleSessionName="up"), "sts:AssumeRole on resource")
    refused(lambda: plan("sts").assume_role(RoleArn=f"{apply_role}x", RoleSessionName="up"), "sts:AssumeRole")
    refused(lambda: plan("iam").update_assume_role_policy(RoleName="x", PolicyDocument="{}"))
    refused(lambda: client("sts").assume_role(RoleArn=apply_role, RoleSessionName="up"), "root accounts")


def test_chained_role_is_assumed_only_with_its_external_id_when_both_sides_allow(
    cloud: LocalCloudAddress, role: RoleOf, session_of: SessionOf
) -> None:
    trust = document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "landing-zone"}},
        }
    )
    execution = role(allow("ssm:*"), trust=trust)
    first = session_of(role(allow("sts:AssumeRole", execution)))("sts")
    asked = {"RoleArn": execution, "RoleSessionName": "chained"}
    right = {**asked, "ExternalId": "landing-zone"}
    refused(lambda: first.assume_role(**asked))
    refused(lambda: first.assume_role(**{**right, "ExternalId": "other"}))
    refused(lambda: session_of(role(allow("ssm:*")))("sts").assume_role(**right))
    with pytest.raises(ClientError, match="1 hour session limit"):
        first.assume_role(**right, DurationSeconds=3601)
    as_role = clients(cloud, as_variables(first.assume_role(**right)["Credentials"]))
    assert as_role("sts").get_caller_identity()["Arn"].endswith("/chained")
    assert "Parameters" in as_role("ssm").describe_parameters()
    refused(lambda: as_role("logs").describe_log_groups())


def test_session_ends_with_its_role_when_the_role_is_deleted_and_made_again(
    client: ClientOf, role: RoleOf, session_of: SessionOf
) -> None:
    arn, iam = role(allow("*")), client("iam")
    as_role, name = session_of(arn), arn.rpartition("/")[2]
    assert "Parameters" in as_role("ssm").describe_parameters()
    trust = json.dumps(iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"])
    iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=document(allow("logs:*")))
    refused(lambda: as_role("ssm").describe_parameters())
    iam.delete_role_policy(RoleName=name, PolicyName="policy")
    iam.delete_role(RoleName=name)
    refused(lambda: as_role("logs").describe_log_groups())
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=document(allow("*")))
    refused(lambda: as_role("logs").describe_log_groups())
