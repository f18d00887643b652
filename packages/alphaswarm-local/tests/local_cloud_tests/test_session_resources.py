"""What a session's call acts on: roles that are passed, builds, buckets, keys, and resources of other accounts."""

from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNTS, ClientOf
from .roles import ACCOUNT, RoleOf, SessionOf, allow, code_of, deny, document, refused


def test_bucket_policy_counts_when_a_session_asks(client: ClientOf, role: RoleOf, session_of: SessionOf) -> None:
    s3, bucket = client("s3"), "arn:aws:s3:::policed-bucket"
    s3.create_bucket(Bucket="policed-bucket")
    allowed, nobody = role(allow("s3:*")), role(allow("logs:*"))
    shared = {**allow("s3:GetObject", f"{bucket}/shared/*"), "Principal": {"AWS": nobody}}
    policy = document(deny("s3:DeleteObject", f"{bucket}/kept", Principal="*"), shared)
    s3.put_bucket_policy(Bucket="policed-bucket", Policy=policy)
    for key in ("kept", "shared/x", "own/x"):
        s3.put_object(Bucket="policed-bucket", Key=key, Body=b"1")
    first, second = session_of(allowed)("s3"), session_of(nobody)("s3")
    words = "with an explicit deny in a resource-based policy"
    refused(lambda: first.delete_object(Bucket="policed-bucket", Key="kept"), words)
    both = {"Objects": [{"Key": "own/x"}, {"Key": "kept"}]}
    refused(lambda: first.delete_objects(Bucket="policed-bucket", Delete=both), words)
    assert first.delete_object(Bucket="policed-bucket", Key="own/x")["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert second.get_object(Bucket="policed-bucket", Key="shared/x")["Body"].read() == b"1"
    refused(lambda: second.get_object(Bucket="policed-bucket", Key="own/x"))


def test_bucket_stays_open_when_its_policy_denies_insecure_transport_only(
    client: ClientOf, role: RoleOf, session_of: SessionOf
) -> None:
    s3, bucket = client("s3"), "arn:aws:s3:::secure-bucket"
    s3.create_bucket(Bucket="secure-bucket")
    everything = [bucket, f"{bucket}/*"]
    insecure = deny("s3:*", everything, Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    header = "s3:x-amz-server-side-encryption"
    other = {"Null": {header: "false"}, "StringNotEquals": {header: "aws:kms"}}
    encryption = deny("s3:PutObject", f"{bucket}/*", Principal="*", Condition=other)
    s3.put_bucket_policy(Bucket="secure-bucket", Policy=document(insecure, encryption))
    as_role = session_of(role(allow("s3:*")))("s3")

    as_role.put_object(Bucket="secure-bucket", Key="state", Body=b"1")
    assert as_role.get_object(Bucket="secure-bucket", Key="state")["Body"].read() == b"1"
    weaker = {"Bucket": "secure-bucket", "Key": "state", "Body": b"2", "ServerSideEncryption": "AES256"}
    refused(lambda: as_role.put_object(**weaker), "with an explicit deny in a resource-based policy")


def test_copy_needs_its_source_too_when_a_session_copies(client: ClientOf, role: RoleOf, session_of: SessionOf) -> None:
    s3, objects = client("s3"), "arn:aws:s3:::copying-bucket"
    s3.create_bucket(Bucket="copying-bucket")
    for key in ("secret/x", "open/x"):
        s3.put_object(Bucket="copying-bucket", Key=key, Body=b"1")
    as_role = session_of(role(allow("s3:PutObject", f"{objects}/*"), allow("s3:GetObject", f"{objects}/open/*")))("s3")
    copy = {"Bucket": "copying-bucket", "Key": "copied"}
    refused(lambda: as_role.copy_object(**copy, CopySource="copying-bucket/secret/x"), "s3:GetObject")
    assert "CopyObjectResult" in as_role.copy_object(**copy, CopySource="copying-bucket/open/x")


def test_listing_is_bound_to_its_prefix_when_the_policy_says_so(
    client: ClientOf, role: RoleOf, session_of: SessionOf
) -> None:
    client("s3").create_bucket(Bucket="listed-bucket")
    condition = {"Condition": {"StringLike": {"s3:prefix": "mine/*"}}}
    s3 = session_of(role(allow("s3:ListBucket", "arn:aws:s3:::listed-bucket", **condition)))("s3")
    assert s3.list_objects_v2(Bucket="listed-bucket", Prefix="mine/x")["KeyCount"] == 0
    refused(lambda: s3.list_objects_v2(Bucket="listed-bucket", Prefix="yours/"))
    refused(lambda: s3.list_objects_v2(Bucket="listed-bucket"))


def test_key_policy_has_to_allow_when_a_session_uses_a_key(
    client: ClientOf, role: RoleOf, session_of: SessionOf
) -> None:
    kms = client("kms")
    root = {**allow("kms:*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    open_key = kms.create_key(Policy=document(root))["KeyMetadata"]["KeyId"]
    closed = kms.create_key(Policy=document(deny("kms:None", Principal="*")))["KeyMetadata"]["KeyId"]
    as_role = session_of(role(allow("*")))("kms")
    assert as_role.encrypt(KeyId=open_key, Plaintext=b"1")["CiphertextBlob"]
    words = "because no resource-based policy allows the kms:Encrypt"
    refused(lambda: as_role.encrypt(KeyId=closed, Plaintext=b"1"), words)


def test_encrypted_parameter_needs_its_key_when_it_is_decrypted(
    client: ClientOf, role: RoleOf, session_of: SessionOf
) -> None:
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    client("ssm").put_parameter(Name="/enc/custom", Value="s", Type="SecureString", KeyId=key, Overwrite=True)
    client("ssm").put_parameter(Name="/enc/default", Value="s", Type="SecureString", Overwrite=True)
    reader = session_of(role(allow("ssm:Get*")))("ssm")
    assert reader.get_parameter(Name="/enc/custom")["Parameter"]["Type"] == "SecureString"
    assert reader.get_parameter(Name="/enc/default", WithDecryption=True)["Parameter"]["Value"] == "s"
    refused(lambda: reader.get_parameter(Name="/enc/custom", WithDecryption=True), "kms:Decrypt")
    blind = session_of(role(allow("*"), deny("kms:Decrypt")))("ssm")
    refused(lambda: blind.get_parameter(Name="/enc/default", WithDecryption=True), "kms:Decrypt")
    refused(lambda: blind.get_parameters_by_path(Path="/enc", WithDecryption=True), "kms:Decrypt")
    refused(lambda: blind.get_parameters_by_path(Path="/", Recursive=True, WithDecryption=True), "kms:Decrypt")


def test_role_is_passed_only_when_passing_is_allowed(role: RoleOf, session_of: SessionOf) -> None:
    passed, other = role(), role()
    condition = {"Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}}
    as_role = session_of(role(allow(["ecs:*", "codebuild:*", "events:*"]), allow("iam:PassRole", passed, **condition)))
    ecs = as_role("ecs")
    task = {"family": "web", "containerDefinitions": [{"name": "c", "image": "i", "memory": 64}]}
    assert ecs.register_task_definition(**task, taskRoleArn=passed)["taskDefinition"]["taskRoleArn"] == passed
    for roles in ({"taskRoleArn": other}, {"executionRoleArn": other}, {"taskRoleArn": other.rpartition("/")[2]}):
        refused(partial(ecs.register_task_definition, **task, **roles), f"iam:PassRole on resource: {other}")
    project = {
        "name": "built",
        "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2"},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
    }
    refused(lambda: as_role("codebuild").create_project(**project, serviceRole=passed), "iam:PassRole")
    refused(lambda: as_role("events").put_targets(Rule="r", Targets=[{"Id": "1", "Arn": "a", "RoleArn": other}]))


_OVERRIDES: dict[str, tuple[str, dict[str, Any]]] = {
    "buildspec": ("codebuild:source.buildspec", {"buildspecOverride": "version: 0.2"}),
    "image": ("codebuild:environment.image", {"imageOverride": "evil"}),
    "role": ("codebuild:serviceRole", {"serviceRoleOverride": f"arn:aws:iam::{ACCOUNT}:role/admin"}),
    "privileged": ("codebuild:environment.privilegedMode", {"privilegedModeOverride": True}),
    "location": ("codebuild:source.location", {"sourceLocationOverride": "https://example.com/evil"}),
    "artifacts": ("codebuild:artifacts", {"artifactsOverride": {"type": "NO_ARTIFACTS"}}),
}


@pytest.mark.parametrize("name", sorted(_OVERRIDES))
def test_build_is_denied_when_it_overrides_what_the_policy_forbids(
    role: RoleOf, session_of: SessionOf, name: str
) -> None:
    key, override = _OVERRIDES[name]
    forbidden = deny("codebuild:StartBuild", Condition={"Null": {key: "false"}})
    project = f"arn:aws:codebuild:us-east-1:{ACCOUNT}:project/deploy"
    build = session_of(role(allow("codebuild:StartBuild", project), allow("iam:PassRole"), forbidden))("codebuild")
    refused(lambda: build.start_build(projectName="deploy", **override), "explicit deny in an identity-based policy")
    refused(lambda: build.start_build(projectName="other"), "project/other")
    with pytest.raises(ClientError) as caught:
        build.start_build(projectName="deploy")
    assert code_of(caught) not in {"AccessDenied", "AccessDeniedException"}


def test_build_is_denied_when_a_variable_is_not_listed_or_its_value_not_pinned(
    role: RoleOf, session_of: SessionOf
) -> None:
    listed = {"codebuild:environment.environmentVariables.name": ["ACTION", "IMAGE"]}
    pinned = {"codebuild:environment.environmentVariables/IMAGE.value": "registry/app@sha256:*"}
    build = session_of(
        role(
            allow("codebuild:StartBuild"),
            deny("codebuild:StartBuild", Condition={"ForAnyValue:StringNotEquals": listed}),
            deny("codebuild:StartBuild", Condition={"StringNotLike": pinned}),
        )
    )("codebuild")
    image = {"name": "IMAGE", "value": "registry/app@sha256:00"}
    for variables in ([image, {"name": "PATH", "value": "x"}], [{"name": "IMAGE", "value": "registry/app:latest"}]):
        refused(partial(build.start_build, projectName="p", environmentVariablesOverride=variables))
    with pytest.raises(ClientError) as caught:
        build.start_build(projectName="p", environmentVariablesOverride=[image])
    assert code_of(caught) not in {"AccessDenied", "AccessDeniedException"}


def test_role_is_held_to_the_boundary_it_must_give_when_it_makes_roles(
    client: ClientOf, role: RoleOf, session_of: SessionOf
) -> None:
    boundary = client("iam").create_policy(PolicyName="must-give", PolicyDocument=document(allow("logs:*")))
    arn = boundary["Policy"]["Arn"]
    condition = {"Condition": {"StringEquals": {"iam:PermissionsBoundary": arn}}}
    iam = session_of(role(allow(["iam:CreateRole", "iam:PutRolePolicy"], **condition)))("iam")
    trust = document({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"})
    made = {"RoleName": "made-by-session", "AssumeRolePolicyDocument": trust}
    refused(lambda: iam.create_role(**made), "iam:CreateRole")
    assert iam.create_role(**made, PermissionsBoundary=arn)["Role"]["RoleName"] == "made-by-session"
    policy = {"PolicyName": "p", "PolicyDocument": document(allow("*"))}
    iam.put_role_policy(RoleName="made-by-session", **policy)
    refused(lambda: iam.put_role_policy(RoleName=role().rpartition("/")[2], **policy))


def test_policy_of_aws_counts_when_it_is_attached(client: ClientOf, role: RoleOf, session_of: SessionOf) -> None:
    arn, policy = role(), "arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess"
    client("iam").attach_role_policy(RoleName=arn.rpartition("/")[2], PolicyArn=policy)
    ssm = session_of(arn)("ssm")
    assert "Parameters" in ssm.describe_parameters()
    refused(lambda: ssm.put_parameter(Name="/x", Value="x", Type="String"))


def test_nothing_of_another_account_is_reached_when_a_session_names_it(
    client: ClientOf, role: RoleOf, session_of: SessionOf
) -> None:
    topic = client("sns", "prod").create_topic(Name="of-prod")["TopicArn"]
    as_role = session_of(role(allow("*")))
    refused(lambda: as_role("sns").delete_topic(TopicArn=topic), "no resource-based policy allows")
    refused(lambda: as_role("s3").get_object(Bucket=f"alphaswarm-tfstate-{ACCOUNTS['prod']}", Key="x"))
    assert client("sns", "prod").get_topic_attributes(TopicArn=topic)["Attributes"]["TopicArn"] == topic


def test_condition_that_cannot_be_derived_is_never_guessed_when_a_policy_has_one(
    role: RoleOf, session_of: SessionOf
) -> None:
    tagged = {"Condition": {"StringEqualsIfExists": {"aws:ResourceTag/team": "own"}}}
    refused(lambda: session_of(role(allow("logs:*", **tagged)))("logs").describe_log_groups())
    as_role = session_of(role(allow("*"), deny("logs:*", Condition={"StringEquals": {"aws:ResourceTag/team": "x"}})))
    refused(lambda: as_role("logs").describe_log_groups(), "explicit deny")
    assert "Parameters" in as_role("ssm").describe_parameters()
