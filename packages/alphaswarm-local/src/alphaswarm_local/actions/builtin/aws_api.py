"""The AWS of the job: the endpoint that its variables name, which has to be on this machine."""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from alphaswarm_local.actions.builtin.base import ActionCall
from alphaswarm_local.actions.errors import ActionFailedError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def require_loopback(url: str, what: str) -> str:
    """`url`, if it is on this machine: a rehearsal must not reach anything real.

    Raises:
        ActionFailedError: it is not, or there is none.
    """
    if urlsplit(url).hostname not in LOOPBACK:
        raise ActionFailedError(f"{what} is {url[:80] or 'not set'}; this runner speaks to the local cloud alone")
    return url


def aws_client(call: ActionCall, service: str, region: str, credentials: Mapping[str, str] | None) -> Any:
    """A client of `service`; without credentials its requests are not signed. It reads no file of this machine."""
    import botocore.session  # noqa: PLC0415 - slow to import, and few jobs need it
    from botocore import UNSIGNED  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    own = call.variable(f"AWS_ENDPOINT_URL_{service.upper()}") or call.variable("AWS_ENDPOINT_URL")
    session = botocore.session.Session()
    for name in ("config_file", "credentials_file"):
        session.set_config_variable(name, os.devnull)
    unsigned = {} if credentials else {"signature_version": UNSIGNED}
    return session.create_client(
        service,
        region_name=region,
        endpoint_url=require_loopback(own, "AWS_ENDPOINT_URL"),
        config=Config(retries={"total_max_attempts": 3}, proxies={}, **unsigned),
        **(credentials or {}),
    )


def credentials_of(call: ActionCall) -> dict[str, str]:
    """The credentials that earlier steps left in the job's variables, as arguments of a client.

    Raises:
        ActionFailedError: there are none.
    """
    names = {
        "aws_access_key_id": "AWS_ACCESS_KEY_ID",
        "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
        "aws_session_token": "AWS_SESSION_TOKEN",
    }
    found = {argument: call.variable(name) for argument, name in names.items() if call.variable(name)}
    if "aws_access_key_id" not in found or "aws_secret_access_key" not in found:
        raise ActionFailedError("Credentials could not be loaded, please check your action inputs")
    return found
