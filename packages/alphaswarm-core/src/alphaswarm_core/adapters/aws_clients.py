"""AWS clients of the target: its endpoint, its credentials, and nothing else that this process happens to have."""

from collections.abc import Mapping
from typing import Any

_NAMES = {
    "endpoint_url": "AWS_ENDPOINT_URL",
    "region_name": "AWS_REGION",
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
}


def client(service: str, cloud: Mapping[str, str]) -> Any:
    """A client of an AWS service.

    Args:
        service: botocore's name of it.
        cloud: The `AWS_*` variables of the target. Without keys in them, the credentials of the process's role are
            used (web identity, or the container endpoint of a build).
    """
    import boto3  # noqa: PLC0415 - slow to load, and few commands need it
    from botocore.config import Config  # noqa: PLC0415

    given = {name: cloud.get(variable) for name, variable in _NAMES.items()}
    settings = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3, "mode": "standard"})
    return boto3.client(service, config=settings, **given)
