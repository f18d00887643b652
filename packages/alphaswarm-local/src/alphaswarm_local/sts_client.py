"""STS of the local cloud from outside: a token, or a session, for a session of a role.

No AWS SDK: a deploy must not wait for one to be imported.
"""

import hashlib
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from alphaswarm_local.aws import signature
from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.github.errors import RoleRefusedError
from alphaswarm_local.loopback_client import ask

_STS = "{https://sts.amazonaws.com/doc/2011-06-15/}"
_VERSION = "2011-06-15"
_FORM = "application/x-www-form-urlencoded"


def assume_role_with_web_identity(
    endpoint: str, role_arn: str, token: str, *, session_name: str, seconds: int = 3600
) -> dict[str, str]:
    """`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, by one plain request.

    Raises:
        RoleRefusedError: with AWS's code and sentence.
        LocalCloudError: nobody answers.
    """
    form = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": _VERSION,
        "RoleArn": role_arn,
        "RoleSessionName": session_name,
        "DurationSeconds": str(seconds),
        "WebIdentityToken": token,
    }
    answer = ask("POST", endpoint, {"Content-Type": _FORM}, urlencode(form).encode())
    return _credentials(answer.status, answer.body, role_arn)


def assume_role(
    session: Mapping[str, str], role_arn: str, *, session_name: str, external_id: str | None = None
) -> dict[str, str]:
    """The same, by the session whose complete `AWS_…` environment is `session` (role chaining).

    Raises:
        RoleRefusedError: with AWS's code and sentence.
        LocalCloudError: nobody answers.
    """
    form = {"Action": "AssumeRole", "Version": _VERSION, "RoleArn": role_arn, "RoleSessionName": session_name}
    form |= {"ExternalId": external_id} if external_id else {}
    body = urlencode(form).encode()
    answer = ask("POST", session["AWS_ENDPOINT_URL"], _signed(session, body), body)
    return _credentials(answer.status, answer.body, role_arn)


def _signed(session: Mapping[str, str], body: bytes) -> dict[str, str]:
    """The headers of a signed request (Signature Version 4)."""
    timestamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    headers = {
        "content-type": _FORM,
        "host": urlsplit(session["AWS_ENDPOINT_URL"]).netloc,
        "x-amz-date": timestamp,
        "x-amz-security-token": session["AWS_SESSION_TOKEN"],
    }
    scope = signature.Scope(timestamp[:8], session["AWS_REGION"], "sts")
    unsigned = signature.Presented(session["AWS_ACCESS_KEY_ID"], scope, tuple(sorted(headers)), "", timestamp)
    request = HttpRequest("POST", "/", headers, body)
    digest = hashlib.sha256(body).hexdigest()
    right = signature.expected(request, unsigned, session["AWS_SECRET_ACCESS_KEY"], digest)
    authorization = (
        f"{signature.ALGORITHM} Credential={unsigned.access_key_id}/{scope}, "
        f"SignedHeaders={';'.join(unsigned.signed_headers)}, Signature={right}"
    )
    return {**headers, "authorization": authorization}


def _credentials(status: int, body: bytes, role_arn: str) -> dict[str, str]:
    document = ET.fromstring(body.decode())  # noqa: S314 - our own process's answer, on loopback
    if status != HTTPStatus.OK:
        code, message = (
            "".join(each.text or "" for each in document.iter() if each.tag.endswith(f"}}{name}") or each.tag == name)
            for name in ("Code", "Message")
        )
        raise RoleRefusedError(
            f"AWS refuses a session of {role_arn}",
            why=f"{code}: {message}",
            fix="Put the roles in place: alphaswarm bootstrap --env ENV; "
            "or compare the caller with the role's trust policy: alphaswarm trust explain",
        )
    found = {each.tag.removeprefix(_STS): each.text or "" for each in document.iter()}
    return {
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        "AWS_SESSION_TOKEN": found["SessionToken"],
    }
