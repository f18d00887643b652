"""boto3 and the AWS CLI, unchanged, against the running local cloud."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_core.target import local_client_environment

from .conftest import ACCOUNTS, ClientOf

_BUCKET = "alphaswarm-tfstate-111111111111"


def _code(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("environment", sorted(ACCOUNTS))
def test_caller_is_the_root_of_its_account_when_it_asks(client: ClientOf, environment: str) -> None:
    answer = client("sts", environment).get_caller_identity()
    account = ACCOUNTS[environment]
    assert (answer["Account"], answer["Arn"]) == (account, f"arn:aws:iam::{account}:root")


def test_root_is_the_user_when_iam_is_asked_who_calls(client: ClientOf) -> None:
    assert client("iam").get_user()["User"]["Arn"] == f"arn:aws:iam::{ACCOUNTS['dev']}:root"
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client("iam").get_user(UserName="nobody")


def test_account_sees_nothing_of_another_when_it_looks(client: ClientOf) -> None:
    client("ssm", "prod").put_parameter(Name="/isolated", Value="prod", Type="String", Overwrite=True)
    client("s3", "prod").create_bucket(Bucket="isolated-prod-bucket")
    client("iam", "prod").create_role(RoleName="isolated", AssumeRolePolicyDocument="{}")
    vpc = client("ec2", "prod").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    with pytest.raises(ClientError, match="ParameterNotFound"):
        client("ssm", "dev").get_parameter(Name="/isolated")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client("iam", "dev").get_role(RoleName="isolated")
    assert vpc not in {each["VpcId"] for each in client("ec2", "dev").describe_vpcs()["Vpcs"]}
    assert "isolated-prod-bucket" not in {each["Name"] for each in client("s3", "dev").list_buckets()["Buckets"]}
    for action in ("list_objects_v2", "get_bucket_versioning", "delete_bucket"):
        with pytest.raises(ClientError) as caught:
            getattr(client("s3", "dev"), action)(Bucket="isolated-prod-bucket")
        assert _code(caught) == ("AccessDenied", 403)
    with pytest.raises(ClientError) as caught:
        client("s3", "dev").create_bucket(Bucket="isolated-prod-bucket")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_object_and_topic_stay_when_another_account_reaches_for_them_by_name(client: ClientOf) -> None:
    client("s3", "prod").put_object(Bucket="alphaswarm-tfstate-333333333333", Key="secret", Body=b"prod")
    with pytest.raises(ClientError) as caught:
        client("s3", "dev").copy_object(
            Bucket=_BUCKET, Key="stolen", CopySource="alphaswarm-tfstate-333333333333/secret"
        )
    assert _code(caught) == ("AccessDenied", 403)
    topic = client("sns", "prod").create_topic(Name="prod")["TopicArn"]
    for action in ("delete_topic", "get_topic_attributes"):
        with pytest.raises(ClientError) as caught:
            getattr(client("sns", "dev"), action)(TopicArn=topic)
        assert _code(caught) == ("AccessDenied", 403)
    assert client("sns", "prod").get_topic_attributes(TopicArn=topic)


def test_value_is_stored_as_it_is_when_it_looks_like_a_form(client: ClientOf) -> None:
    ssm, value = client("ssm"), "a&Action=DeleteParameter&Name=/kept&b"
    ssm.put_parameter(Name="/kept", Value=value, Type="SecureString", Overwrite=True)
    assert ssm.get_parameter(Name="/kept", WithDecryption=True)["Parameter"]["Value"] == value
    assert client("eks").create_cluster(
        name="kept",
        roleArn=f"arn:aws:iam::{ACCOUNTS['dev']}:role/eks",
        resourcesVpcConfig={},
        tags={"t": "&Action=DeleteCluster&"},
    )


def test_region_keeps_its_own_things_when_two_are_used(client: ClientOf, cloud: LocalCloudAddress) -> None:
    client("ssm").put_parameter(Name="/regional", Value="1", Type="String", Overwrite=True)
    elsewhere = client("ssm", region="eu-west-1")
    with pytest.raises(ClientError, match="ParameterNotFound"):
        elsewhere.get_parameter(Name="/regional")
    elsewhere.put_parameter(Name="/regional", Value="2", Type="String")
    assert ":eu-west-1:" in elsewhere.get_parameter(Name="/regional")["Parameter"]["ARN"]


def test_forged_account_is_ignored_when_a_header_names_it(client: ClientOf) -> None:
    client("ssm", "prod").put_parameter(Name="/forged", Value="prod", Type="String", Overwrite=True)
    caller = client("ssm", "dev")

    def forge(request: Any, **_: object) -> None:
        request.headers["x-moto-account-id"] = ACCOUNTS["prod"]

    caller.meta.events.register("before-sign.ssm.*", forge)
    with pytest.raises(ClientError, match="ParameterNotFound"):
        caller.get_parameter(Name="/forged")


@pytest.mark.parametrize(
    ("service", "operation", "unknown", "wrong"),
    [
        ("sts", "get_caller_identity", ("InvalidClientTokenId", 403), ("SignatureDoesNotMatch", 403)),
        ("ec2", "describe_vpcs", ("AuthFailure", 401), ("AuthFailure", 401)),
        ("ssm", "describe_parameters", ("UnrecognizedClientException", 400), ("InvalidSignatureException", 400)),
        ("codebuild", "list_projects", ("UnrecognizedClientException", 400), ("InvalidSignatureException", 400)),
        ("eks", "list_clusters", ("UnrecognizedClientException", 403), ("InvalidSignatureException", 403)),
        ("route53", "list_hosted_zones", ("InvalidClientTokenId", 403), ("SignatureDoesNotMatch", 403)),
        ("s3", "list_buckets", ("InvalidAccessKeyId", 403), ("SignatureDoesNotMatch", 403)),
    ],
)
def test_caller_is_refused_when_key_or_secret_is_wrong(
    client: ClientOf, service: str, operation: str, unknown: tuple[str, int], wrong: tuple[str, int]
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client(service, key="AKIAZZZZZZZZZZZZZZZZ"), operation)()
    assert _code(caught) == unknown
    with pytest.raises(ClientError) as caught:
        getattr(client(service, secret="wrong"), operation)()
    assert _code(caught) == wrong
    assert getattr(client(service), operation)()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_no_session_is_given_when_root_or_garbage_asks_for_a_role(client: ClientOf) -> None:
    arn = f"arn:aws:iam::{ACCOUNTS['dev']}:role/any"
    with pytest.raises(ClientError, match="may not be assumed by root") as caught:
        client("sts").assume_role(RoleArn=arn, RoleSessionName="name")
    assert _code(caught) == ("AccessDenied", 403)
    with pytest.raises(ClientError, match="not a valid JWT") as caught:
        client("sts").assume_role_with_web_identity(RoleArn=arn, RoleSessionName="name", WebIdentityToken="garbage")
    assert _code(caught) == ("InvalidIdentityToken", 400)


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "named"),
    [
        ("codebuild", "start_build_batch", {"projectName": "any"}, "codebuild:StartBuildBatch"),
        ("ec2", "run_instances", {"MinCount": 1, "MaxCount": 1}, "ec2:RunInstances"),
        ("eks", "list_addons", {"clusterName": "any"}, "eks:ListAddons"),
        ("iam", "create_access_key", {"UserName": "any"}, "iam:CreateAccessKey"),
        ("s3", "get_bucket_request_payment", {"Bucket": _BUCKET}, "s3:GetBucketRequestPayment"),
        ("dynamodb", "list_tables", {}, "dynamodb"),
        ("lambda", "list_functions", {}, "lambda"),
        ("elb", "describe_load_balancers", {}, "version 2012-06-01"),
    ],
)
def test_call_fails_loudly_when_it_is_not_supported(
    client: ClientOf, service: str, operation: str, arguments: dict[str, Any], named: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client(service), operation)(**arguments)
    assert _code(caught) == ("NotImplemented", 501)
    assert named in str(caught.value)


def test_state_bucket_is_versioned_encrypted_and_closed_when_the_cloud_is_ready(client: ClientOf) -> None:
    for environment, account in ACCOUNTS.items():
        s3, bucket = client("s3", environment), f"alphaswarm-tfstate-{account}"
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
        assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())


def test_object_comes_back_when_its_key_and_metadata_are_awkward(client: ClientOf) -> None:
    s3, key = client("s3"), "a b/ü+%2F//x?&=~"
    s3.put_object(Bucket=_BUCKET, Key=key, Body=b"\x00body", Metadata={"a_b": "c"}, ContentType="text/x")
    found = s3.get_object(Bucket=_BUCKET, Key=key)
    assert (found["Body"].read(), found["Metadata"], found["ContentType"]) == (b"\x00body", {"a_b": "c"}, "text/x")
    assert key in {each["Key"] for each in s3.list_objects_v2(Bucket=_BUCKET)["Contents"]}
    assert s3.head_object(Bucket=_BUCKET, Key=key)["ContentLength"] == 5


def test_object_is_refused_when_its_type_is_a_form(client: ClientOf) -> None:
    """moto would read a form out of such a body and store other bytes."""
    with pytest.raises(ClientError) as caught:
        client("s3").put_object(
            Bucket=_BUCKET, Key="form", Body=b"Action=x&key=y", ContentType="application/x-www-form-urlencoded"
        )
    assert _code(caught) == ("NotImplemented", 501)


def test_second_writer_is_refused_when_the_lock_file_exists(client: ClientOf) -> None:
    """What Terraform's `use_lockfile` relies on."""
    s3 = client("s3")
    s3.put_object(Bucket=_BUCKET, Key="state.tflock", Body=b"1", IfNoneMatch="*")
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=_BUCKET, Key="state.tflock", Body=b"2", IfNoneMatch="*")
    assert _code(caught) == ("PreconditionFailed", 412)


def test_large_object_arrives_when_it_is_uploaded_in_parts(client: ClientOf, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(os.urandom(9 * 1024 * 1024))
    client("s3").upload_file(str(path), _BUCKET, "large")
    assert client("s3").get_object(Bucket=_BUCKET, Key="large")["Body"].read() == path.read_bytes()


def test_presigned_address_works_once_signed_and_not_when_changed(client: ClientOf, cloud: LocalCloudAddress) -> None:
    s3 = client("s3", signature_version="s3v4")
    s3.put_object(Bucket=_BUCKET, Key="presigned", Body=b"hello")
    address = s3.generate_presigned_url("get_object", Params={"Bucket": _BUCKET, "Key": "presigned"})
    assert address.startswith(cloud.endpoint)
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert answer.read() == b"hello"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(address.replace("/presigned?", "/state.tflock?"), timeout=30)
    assert caught.value.code == 403


def test_address_is_refused_when_it_is_signed_the_old_way(client: ClientOf) -> None:
    address = client("s3").generate_presigned_url("get_object", Params={"Bucket": _BUCKET, "Key": "presigned"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(address, timeout=30)
    assert b"Please use AWS4-HMAC-SHA256" in caught.value.read()


def test_cbor_client_gets_times_and_numbers_when_it_asks_cloudwatch_and_codebuild(client: ClientOf) -> None:
    client("cloudwatch").put_metric_alarm(
        AlarmName="cbor",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="m",
        Namespace="n",
        Period=60,
        Statistic="Sum",
        Threshold=1.5,
    )
    (alarm,) = client("cloudwatch").describe_alarms(AlarmNames=["cbor"])["MetricAlarms"]
    assert (alarm["Threshold"], alarm["AlarmConfigurationUpdatedTimestamp"].year > 2000) == (1.5, True)
    role = f"arn:aws:iam::{ACCOUNTS['dev']}:role/build"
    before = client("codebuild").list_projects()["projects"]
    client("codebuild").create_project(
        name="cbor",
        source={"type": "GITHUB", "location": "https://github.com/org/repo.git"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=role,
    )
    (project,) = client("codebuild").batch_get_projects(names=["cbor"])["projects"]
    assert (project["serviceRole"], project["created"].year > 2000) == (role, True)
    assert set(client("codebuild").list_projects()["projects"]) - set(before) == {"cbor"}


@pytest.mark.parametrize("path", ["/moto-api/data.json", "/latest/meta-data/iam/", "/favicon.ico", "/moto-api/reset"])
def test_nothing_of_moto_is_reachable_when_nobody_signed(cloud: LocalCloudAddress, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(cloud.endpoint + path, timeout=30)
    assert caught.value.code == 403


def test_health_is_answered_when_nobody_signed(cloud: LocalCloudAddress) -> None:
    with urllib.request.urlopen(cloud.endpoint + "/_alphaswarm/health", timeout=30) as answer:
        assert json.load(answer) == {"status": "ok", "pid": cloud.pid}
        assert answer.headers["Server"] == "AlphaSwarmLocal"


def _cli(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("aws")
    clean = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment}
    command = [str(program), *arguments, "--output", "json"]
    return subprocess.run(command, env=clean, capture_output=True, text=True, timeout=120, check=False)


def test_aws_cli_works_when_it_has_the_environment(cloud: LocalCloudAddress) -> None:
    environment = local_client_environment(cloud, "staging")
    answer = _cli(environment, "sts", "get-caller-identity")
    assert json.loads(answer.stdout)["Account"] == ACCOUNTS["staging"], answer.stderr
    listed = _cli(environment, "s3", "ls")
    assert "alphaswarm-tfstate-222222222222" in listed.stdout


def test_aws_cli_fails_with_aws_errors_when_keys_are_bad_or_calls_unsupported(cloud: LocalCloudAddress) -> None:
    environment = local_client_environment(cloud, "dev")
    wrong = _cli(environment | {"AWS_SECRET_ACCESS_KEY": "wrong"}, "sts", "get-caller-identity")
    assert wrong.returncode != 0
    assert "SignatureDoesNotMatch" in wrong.stderr
    unknown = _cli(environment | {"AWS_ACCESS_KEY_ID": "AKIAZZZZZZZZZZZZZZZZ"}, "s3api", "list-buckets")
    assert "InvalidAccessKeyId" in unknown.stderr
    unsupported = _cli(environment, "codebuild", "start-build-batch", "--project-name", "any")
    assert "NotImplemented" in unsupported.stderr
    assert "codebuild:StartBuildBatch" in unsupported.stderr
