"""`aws-actions/amazon-ecr-login`: a token of the local cloud's ECR, put where container tools look for it.

The file is `config.json` in the job's own `.docker`, which `docker login` would write too; buildah and skopeo read it.
"""

import base64
import json
import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from alphaswarm_local.actions.builtin.aws_api import aws_client, credentials_of
from alphaswarm_local.actions.builtin.base import ActionCall, BuiltIn
from alphaswarm_local.actions.errors import ActionFailedError, InputRefusedError

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


def _main(call: ActionCall) -> None:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to import, and few jobs need it

    accounts = [each.strip() for each in call.inputs["registries"].split(",") if each.strip()]
    if any(not _ACCOUNT.fullmatch(each) for each in accounts):
        raise InputRefusedError("registries has to be account ids with commas between them")
    region = call.variable("AWS_REGION") or call.variable("AWS_DEFAULT_REGION")
    if not region:
        raise ActionFailedError("Region is missing; configure credentials first")
    client = aws_client(call, "ecr", region, credentials_of(call))
    try:
        answer = client.get_authorization_token(**({"registryIds": accounts} if accounts else {}))
    except (ClientError, BotoCoreError) as error:
        raise ActionFailedError(f"Could not login to ECR: {error}") from error
    registries = [_log_in(call, each) for each in answer["authorizationData"]]
    call.kept["registries"] = json.dumps(registries)
    if len(registries) == 1:
        call.outputs["registry"] = registries[0]


def _log_in(call: ActionCall, data: dict[str, Any]) -> str:
    token = str(data["authorizationToken"])
    registry = re.sub(r"^https?://", "", str(data["proxyEndpoint"]))
    user, _, password = base64.b64decode(token).decode().partition(":")
    call.mask(token)
    call.mask(password)
    _change(call, partial(_put, registry, token))
    suffix = re.sub(r"[^\w]", "_", registry)
    call.outputs.update({f"docker_username_{suffix}": user, f"docker_password_{suffix}": password})
    call.work.say(f"Logging into registry {registry}")
    return registry


def _change(call: ActionCall, change: Callable[[dict[str, Any]], object]) -> None:
    path = _config(call)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    document = json.loads(path.read_text()) if path.is_file() else {}
    change(document.setdefault("auths", {}))
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(document, file)


def _put(registry: str, token: str, auths: dict[str, Any]) -> None:
    auths[registry] = {"auth": token}


def _take_out(registry: str, auths: dict[str, Any]) -> None:
    auths.pop(registry, None)


def _config(call: ActionCall) -> Path:
    return call.work.session.layout.home / ".docker" / "config.json"


def _post(call: ActionCall) -> None:
    """Log out."""
    if call.flag("skip-logout"):
        return
    for registry in json.loads(call.kept.get("registries", "[]")):
        _change(call, partial(_take_out, registry))


ECR_LOGIN = BuiltIn(
    name="aws-actions/amazon-ecr-login",
    summary="Gets a token from the local cloud's ECR and writes it into the job's own .docker/config.json.",
    inputs={"registries": "", "skip-logout": "false", "mask-password": "true"},
    refused=frozenset({"registry-type", "http-proxy"}),
    main=_main,
    post=_post,
)
