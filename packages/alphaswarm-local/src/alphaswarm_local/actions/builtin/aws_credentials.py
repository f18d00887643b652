"""`aws-actions/configure-aws-credentials`: a session of a role, by the job's OIDC token or from the session it has.

Sources: its README; `@actions/core`, `oidc-utils`. Access keys as inputs are refused: nothing here works with a key
that somebody keeps.
"""

import http.client
import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from alphaswarm_local.actions.builtin.aws_api import aws_client, credentials_of, require_loopback
from alphaswarm_local.actions.builtin.base import ActionCall, BuiltIn
from alphaswarm_local.actions.errors import ActionFailedError, InputRefusedError

_SECONDS = 30.0
_ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)
_REGION = re.compile(r"[a-z0-9-]+")
_EXPORTED = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_LONGEST_TAG = 256


def _main(call: ActionCall) -> None:
    region, role = call.inputs["aws-region"], call.inputs["role-to-assume"]
    if not _REGION.fullmatch(region):
        raise InputRefusedError(f"Region is not valid: {region[:40]}")
    if not _ROLE.fullmatch(role):
        raise InputRefusedError(f"role-to-assume is {role[:80]!r}, not the ARN of a role")
    call.work.export("AWS_REGION", region)
    call.work.export("AWS_DEFAULT_REGION", region)
    session = _chained(call, region, role) if call.flag("role-chaining") else _by_web_identity(call, region, role)
    _hand_out(call, region, session)


def _by_web_identity(call: ActionCall, region: str, role: str) -> dict[str, Any]:
    token = _identity_token(call, call.inputs["audience"])
    call.mask(token)
    return _asked(
        call,
        aws_client(call, "sts", region, None).assume_role_with_web_identity,
        WebIdentityToken=token,
        **_common(call, role),
    )


def _chained(call: ActionCall, region: str, role: str) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if call.inputs["role-external-id"]:
        more["ExternalId"] = call.inputs["role-external-id"]
    if not call.flag("role-skip-session-tagging"):
        more["Tags"] = _tags(call)
    client = aws_client(call, "sts", region, credentials_of(call))
    return _asked(call, client.assume_role, **_common(call, role), **more)


def _common(call: ActionCall, role: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "RoleArn": role,
        "RoleSessionName": call.inputs["role-session-name"],
        "DurationSeconds": call.number("role-duration-seconds"),
    }
    if call.inputs["inline-session-policy"]:
        said["Policy"] = call.inputs["inline-session-policy"]
    if call.lines("managed-session-policies"):
        said["PolicyArns"] = [{"arn": each} for each in call.lines("managed-session-policies")]
    return said


def _tags(call: ActionCall) -> list[dict[str, str]]:
    run = call.work.session.facts.run
    tags = {
        "GitHub": "Actions",
        "Repository": run.repository.name,
        "Workflow": run.workflow_path,
        "Action": call.work.action,
        "Actor": run.actor.replace("[bot]", "_bot_"),
        "Commit": run.sha,
        "Branch": run.ref,
    }
    return [{"Key": name, "Value": re.sub(r"[^\w .:/=+@-]", "_", each)[:_LONGEST_TAG]} for name, each in tags.items()]


def _asked(call: ActionCall, operation: Any, **parameters: Any) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    call.work.say(f"Assuming role {parameters['RoleArn']} as {parameters['RoleSessionName']}")
    try:
        answer: dict[str, Any] = operation(**parameters)["Credentials"]
    except (ClientError, BotoCoreError) as error:
        how = "with OIDC" if "WebIdentityToken" in parameters else "with the session that the job has"
        raise ActionFailedError(f"Could not assume role {how}: {error}") from error
    return answer


def _identity_token(call: ActionCall, audience: str) -> str:
    """The job's token for an audience.

    Raises:
        ActionFailedError: the job may have none, or GitHub does not give it.
    """
    identity = call.work.session.grant.identity
    if identity is None:
        raise ActionFailedError(
            "Credentials could not be loaded: the job has no OIDC token",
            why="it needs the permission 'id-token: write', and a fork's pull request never has it",
        )
    url = require_loopback(f"{identity.url}&audience={quote(audience, safe='')}", "ACTIONS_ID_TOKEN_REQUEST_URL")
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_SECONDS)
    try:
        connection.request("GET", f"{place.path}?{place.query}", headers={"Authorization": f"Bearer {identity.token}"})
        answer = connection.getresponse()
        document = json.loads(answer.read() or b"{}")
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise ActionFailedError("GitHub's OIDC endpoint does not answer", why=str(error)) from error
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK or not document.get("value"):
        raise ActionFailedError("GitHub gives the job no OIDC token", why=str(document.get("message", answer.status)))
    return str(document["value"])


def _hand_out(call: ActionCall, region: str, session: dict[str, Any]) -> None:
    """Give the session to the steps that follow, and ask AWS who it is."""
    values = (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    for value in values:
        call.mask(value)
    arguments = dict(zip(("aws_access_key_id", "aws_secret_access_key", "aws_session_token"), values, strict=True))
    identity = aws_client(call, "sts", region, arguments).get_caller_identity()
    allowed = [each.strip() for each in call.inputs["allowed-account-ids"].split(",") if each.strip()]
    if allowed and identity["Account"] not in allowed:
        raise ActionFailedError(f"The account {identity['Account']} is not one of allowed-account-ids")
    if call.flag("mask-aws-account-id"):
        call.mask(identity["Account"])
    if call.flag("output-env-credentials"):
        for name, value in zip(_EXPORTED, values, strict=True):
            call.work.export(name, value)
        call.kept["exported"] = "yes"
    call.outputs.update({"aws-account-id": identity["Account"], "authenticated-arn": identity["Arn"]})
    if call.flag("output-credentials"):
        names = ("aws-access-key-id", "aws-secret-access-key", "aws-session-token")
        call.outputs.update(zip(names, values, strict=True))
        call.outputs["aws-expiration"] = session["Expiration"].isoformat()
    call.work.say(f"Authenticated as {identity['Arn']}")


def _post(call: ActionCall) -> None:
    """Take the session out of the job's variables."""
    if "exported" in call.kept:
        for name in (*_EXPORTED, "AWS_REGION", "AWS_DEFAULT_REGION"):
            call.work.export(name, "")


CONFIGURE_AWS_CREDENTIALS = BuiltIn(
    name="aws-actions/configure-aws-credentials",
    summary="Exchanges the job's OIDC token for a session at the local cloud's STS, or assumes a further role.",
    inputs={
        "aws-region": "",
        "role-to-assume": "",
        "audience": "sts.amazonaws.com",
        "role-chaining": "false",
        "role-duration-seconds": "3600",
        "role-external-id": "",
        "role-session-name": "GitHubActions",
        "role-skip-session-tagging": "false",
        "inline-session-policy": "",
        "managed-session-policies": "",
        "mask-aws-account-id": "false",
        "output-credentials": "false",
        "output-env-credentials": "true",
        "allowed-account-ids": "",
        "unset-current-credentials": "false",
        "disable-retry": "false",
        "retry-max-attempts": "",
    },
    required=frozenset({"aws-region", "role-to-assume"}),
    refused=frozenset(
        {"aws-access-key-id", "aws-secret-access-key", "aws-session-token", "web-identity-token-file", "http-proxy"}
    ),
    main=_main,
    post=_post,
)
