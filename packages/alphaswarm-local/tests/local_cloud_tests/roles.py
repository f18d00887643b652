"""Roles that trust a job of the local GitHub, policies, and real clients with a session."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.identity.github.repositories import Repository
from alphaswarm_core.identity.github.subjects import SubjectFormat
from alphaswarm_core.local_address import LocalCloudAddress

ACCOUNT = "111111111111"
ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
FILE = ".github/workflows/terraform-pipeline.yml"
REPOSITORY = Repository(name="octo-org/octo-repo", id=456789, owner_id=123456, subject_format=SubjectFormat.IMMUTABLE)
JOB = workflow_job(Event.PUSH, REPOSITORY, FILE, environment="dev")
SUBJECT = "repo:octo-org@123456/octo-repo@456789:environment:dev"

RoleOf = Callable[..., str]
SessionOf = Callable[..., Callable[..., Any]]


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def trusting(subject: str = SUBJECT) -> str:
    condition = {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": subject}}
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": PROVIDER},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        }
    )


def clients(cloud: LocalCloudAddress, variables: Mapping[str, str]) -> Callable[..., Any]:
    session = boto3.Session(
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=variables.get("AWS_SESSION_TOKEN"),
        region_name=cloud.region,
    )
    config = Config(retries={"total_max_attempts": 1})
    return lambda service: session.client(service, endpoint_url=cloud.endpoint, config=config)


def code_of(error: pytest.ExceptionInfo[Any]) -> str:
    return str(error.value.response["Error"]["Code"])


_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}


def refused(call: Callable[[], Any], words: str = "") -> None:
    """`call` is denied by policies, in AWS's way, with `words` in the message."""
    with pytest.raises(ClientError) as caught:
        call()
    assert code_of(caught) in _DENIED, caught.value
    assert words in str(caught.value)


def as_variables(credentials: Mapping[str, Any]) -> dict[str, str]:
    """STS's credentials as environment variables."""
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }
