"""Build projects and their service roles."""

import uuid
from collections.abc import Mapping
from typing import Any

from .conftest import ClientOf
from .roles import ACCOUNT, document


def trusting_codebuild(condition: Mapping[str, Any] | None = None, service: str = "codebuild.amazonaws.com") -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return document({**statement, "Condition": condition} if condition else statement)


def project_arn(name: str) -> str:
    return f"arn:aws:codebuild:us-east-1:{ACCOUNT}:project/{name}"


def make_project(client: ClientOf, role_arn: str, **more: Any) -> str:
    name = f"project-{uuid.uuid4().hex[:10]}"
    client("codebuild").create_project(
        name=name,
        source={"type": "GITHUB", "location": "https://github.com/octo-org/octo-repo.git", **more.pop("source", {})},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=role_arn,
        **more,
    )
    return name
