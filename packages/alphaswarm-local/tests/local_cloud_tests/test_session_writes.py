"""A session that may only read: every change that it tries, over all services, is denied before anything happens."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local.github.client import web_identity_session

from .conftest import ClientOf
from .roles import ACCOUNT, JOB, RoleOf, SessionOf, allow, refused

_ROLE = f"arn:aws:iam::{ACCOUNT}:role/x"
_TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:x"
_BALANCER = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/x/0123456789abcdef"
_BUCKET = f"alphaswarm-tfstate-{ACCOUNT}"

WRITES: dict[str, dict[str, Any]] = {
    "acm.request_certificate": {"DomainName": "example.com"},
    "application-autoscaling.register_scalable_target": {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/default/x",
        "ScalableDimension": "ecs:service:DesiredCount",
    },
    "cloudtrail.create_trail": {"Name": "x-trail", "S3BucketName": _BUCKET},
    "cloudtrail.stop_logging": {"Name": "x-trail"},
    "cloudwatch.put_metric_data": {"Namespace": "x", "MetricData": [{"MetricName": "x", "Value": 1}]},
    "cloudwatch.delete_alarms": {"AlarmNames": ["x"]},
    "codebuild.create_project": {
        "name": "xx",
        "serviceRole": _ROLE,
        "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2"},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
    },
    "codebuild.start_build": {"projectName": "xx"},
    "codebuild.delete_project": {"name": "xx"},
    "cognito-idp.create_user_pool": {"PoolName": "x"},
    "cognito-idp.admin_create_user": {"UserPoolId": "us-east-1_x", "Username": "x"},
    "ec2.create_vpc": {"CidrBlock": "10.0.0.0/16"},
    "ec2.delete_subnet": {"SubnetId": "subnet-0123456789abcdef0"},
    "ec2.create_security_group": {"GroupName": "x", "Description": "x"},
    "ec2.authorize_security_group_ingress": {"GroupId": "sg-0123456789abcdef0", "IpProtocol": "tcp"},
    "ec2.create_tags": {"Resources": ["vpc-0123456789abcdef0"], "Tags": [{"Key": "a", "Value": "b"}]},
    "ec2.run_instances": {"MinCount": 1, "MaxCount": 1},
    "ecr.create_repository": {"repositoryName": "xx"},
    "ecr.batch_delete_image": {"repositoryName": "xx", "imageIds": [{"imageTag": "x"}]},
    "ecs.create_cluster": {"clusterName": "x"},
    "ecs.delete_cluster": {"cluster": "x"},
    "ecs.register_task_definition": {"family": "x", "containerDefinitions": []},
    "ecs.update_service": {"service": "x", "desiredCount": 0},
    "ecs.run_task": {"taskDefinition": "x"},
    "eks.delete_cluster": {"name": "x"},
    "elbv2.create_target_group": {"Name": "x"},
    "elbv2.delete_load_balancer": {"LoadBalancerArn": _BALANCER},
    "events.put_rule": {"Name": "x", "ScheduleExpression": "rate(1 day)"},
    "events.delete_rule": {"Name": "x"},
    "iam.attach_role_policy": {"RoleName": "x", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    "iam.create_access_key": {"UserName": "x"},
    "iam.create_policy_version": {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/x", "PolicyDocument": "{}"},
    "iam.create_role": {"RoleName": "x", "AssumeRolePolicyDocument": "{}"},
    "iam.create_user": {"UserName": "x"},
    "iam.delete_role_permissions_boundary": {"RoleName": "x"},
    "iam.put_role_policy": {"RoleName": "x", "PolicyName": "x", "PolicyDocument": "{}"},
    "iam.update_assume_role_policy": {"RoleName": "x", "PolicyDocument": "{}"},
    "kms.create_key": {},
    "kms.schedule_key_deletion": {"KeyId": "12345678-1234-1234-1234-123456789012"},
    "logs.create_log_group": {"logGroupName": "x"},
    "logs.delete_log_group": {"logGroupName": "x"},
    "logs.put_retention_policy": {"logGroupName": "x", "retentionInDays": 1},
    "rds.create_db_cluster": {"DBClusterIdentifier": "x", "Engine": "aurora-postgresql"},
    "rds.delete_db_instance": {"DBInstanceIdentifier": "x"},
    "route53.create_hosted_zone": {"Name": "example.com", "CallerReference": "x"},
    "route53.delete_hosted_zone": {"Id": "Z0123456789"},
    "s3.create_bucket": {"Bucket": "made-by-a-reader"},
    "s3.delete_bucket": {"Bucket": _BUCKET},
    "s3.delete_object": {"Bucket": _BUCKET, "Key": "x"},
    "s3.put_bucket_policy": {"Bucket": _BUCKET, "Policy": "{}"},
    "s3.put_object": {"Bucket": _BUCKET, "Key": "x", "Body": b"x"},
    "secretsmanager.create_secret": {"Name": "x", "SecretString": "x"},
    "secretsmanager.put_secret_value": {"SecretId": "x", "SecretString": "x"},
    "servicediscovery.create_http_namespace": {"Name": "x"},
    "sns.create_topic": {"Name": "x"},
    "sns.delete_topic": {"TopicArn": _TOPIC},
    "ssm.add_tags_to_resource": {
        "ResourceType": "Parameter",
        "ResourceId": "x",
        "Tags": [{"Key": "a", "Value": "b"}],
    },
    "ssm.delete_parameter": {"Name": "/x"},
    "ssm.put_parameter": {"Name": "/x", "Value": "x", "Type": "String"},
    "sts.assume_role": {"RoleArn": _ROLE, "RoleSessionName": "up"},
}


@pytest.fixture(scope="module")
def reader(role: RoleOf) -> str:
    return role(allow(_readable()))


def _readable() -> list[str]:
    services = {"elasticloadbalancing", *(name.partition(".")[0] for name in WRITES)} - {"elbv2", "sts"}
    return [f"{service}:{verb}*" for service in sorted(services) for verb in ("Get", "List", "Describe")]


def test_enough_different_writes_are_tried_when_a_reader_is_tested() -> None:
    assert len(WRITES) >= 40
    assert len({name.partition(".")[0] for name in WRITES}) >= 20


@pytest.mark.parametrize("name", sorted(WRITES))
def test_write_is_denied_when_the_role_only_reads(reader: str, session_of: SessionOf, name: str) -> None:
    service, _, operation = name.partition(".")
    refused(lambda: getattr(session_of(reader)(service), operation)(**WRITES[name]))


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("ec2", "describe_vpcs"),
        ("ecs", "list_clusters"),
        ("eks", "list_clusters"),
        ("iam", "list_roles"),
        ("logs", "describe_log_groups"),
        ("rds", "describe_db_clusters"),
        ("route53", "list_hosted_zones"),
        ("s3", "list_buckets"),
        ("sns", "list_topics"),
        ("ssm", "describe_parameters"),
    ],
)
def test_read_is_allowed_when_the_role_only_reads(
    reader: str, session_of: SessionOf, service: str, operation: str
) -> None:
    answer = getattr(session_of(reader)(service), operation)()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_aws_cli_is_held_to_the_role_when_it_has_a_session(
    cloud: LocalCloudAddress, client: ClientOf, role: RoleOf
) -> None:
    client("ssm").put_parameter(Name="/cli/x", Value="seen", Type="String", Overwrite=True)
    arn = role(allow("ssm:GetParameter", f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/cli/x"))
    variables = {"PATH": os.environ["PATH"], **web_identity_session(cloud, "dev", arn, JOB)}
    code = "from awscli.clidriver import main; import sys; sys.exit(main())"

    def aws(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *arguments, "--output", "json"]
        return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=False)

    read = aws("ssm", "get-parameter", "--name", "/cli/x")
    assert json.loads(read.stdout)["Parameter"]["Value"] == "seen"
    denied = aws("ssm", "delete-parameter", "--name", "/cli/x")
    assert denied.returncode != 0
    assert "(AccessDeniedException)" in denied.stderr
