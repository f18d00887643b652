"""Who holds the lock of a Terraform state: read from where the backend keeps it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alphaswarm_core.errors import UnavailableError
from alphaswarm_core.terraform.stack_data import BackendConfig


class StateLockUnreadableError(UnavailableError):
    """The lock of a state cannot be looked at."""

    code = "AS-TF-017"
    summary = "The lock of a Terraform state cannot be looked at"


def read_state_lock(backend: BackendConfig, directory: Path, cloud: Mapping[str, str]) -> Mapping[str, str] | None:
    """The lock of the state behind `backend`; None when it is not locked.

    Args:
        backend: As `init` recorded it: `s3` with a lock file, or `local`.
        directory: The root module's working directory, for relative paths of a local backend.
        cloud: The `AWS_*` variables of the target.

    Returns:
        Terraform's lock info with lower-case keys: `id`, `who`, `created`, `operation`, …

    Raises:
        StateLockUnreadableError: the place of the lock does not answer, or holds something else.
    """
    if backend.kind == "s3":
        content = _read_object(str(backend.settings["bucket"]), f"{backend.settings['key']}.tflock", cloud)
    elif backend.kind == "local":
        content = _read_beside(Path(directory, str(backend.settings.get("path") or "terraform.tfstate")))
    else:
        raise StateLockUnreadableError(
            f"Locks of the backend '{backend.kind}' are not known here", fix="Use terraform force-unlock with care"
        )
    return _parse(content) if content is not None else None


def _parse(content: bytes) -> Mapping[str, str]:
    try:
        document: dict[str, Any] = json.loads(content)
        return {key.lower(): str(value) for key, value in document.items()}
    except (ValueError, AttributeError) as error:
        raise StateLockUnreadableError("The lock holds something that is not Terraform's", why=str(error)) from error


def _read_beside(state: Path) -> bytes | None:
    try:
        return state.with_name(f".{state.name}.lock.info").read_bytes()
    except FileNotFoundError:
        return None


def _read_object(bucket: str, key: str, cloud: Mapping[str, str]) -> bytes | None:
    import boto3  # noqa: PLC0415 - slow to load, and only needed when a lock is looked at
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    client = boto3.client(
        "s3",
        endpoint_url=cloud.get("AWS_ENDPOINT_URL"),
        region_name=cloud.get("AWS_REGION"),
        aws_access_key_id=cloud.get("AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=cloud.get("AWS_SECRET_ACCESS_KEY"),
        aws_session_token=cloud.get("AWS_SESSION_TOKEN"),
    )
    try:
        content: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404", "NoSuchBucket"}:
            return None
        raise StateLockUnreadableError("The lock cannot be read", why=str(error)) from error
    except BotoCoreError as error:
        raise StateLockUnreadableError("The lock cannot be read", why=str(error)) from error
    return content
