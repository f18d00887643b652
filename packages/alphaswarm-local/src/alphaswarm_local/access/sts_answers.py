"""The answers of AWS STS on the wire. Source: AWS Security Token Service API reference."""

from datetime import UTC, datetime
from uuid import uuid4
from xml.sax.saxutils import escape

from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.sessions import Credential

_XMLNS = "https://sts.amazonaws.com/doc/2011-06-15/"


def assumed(operation: str, credential: Credential, expires_at: float, more: dict[str, str]) -> HttpResponse:
    """The answer that hands `credential` out; `more` are further elements of the result."""
    identity = credential.identity
    result = _element("Credentials", _credentials(credential, expires_at))
    result += _element(
        "AssumedRoleUser", _text("AssumedRoleId", identity.user_id) + _text("Arn", identity.arn)
    ) + "".join(_text(name, value) for name, value in more.items())
    body = (
        f'<{operation}Response xmlns="{_XMLNS}">{_element(f"{operation}Result", result)}'
        f"<ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata></{operation}Response>"
    )
    return HttpResponse(200, [("Content-Type", "text/xml")], body.encode())


def _credentials(credential: Credential, expires_at: float) -> str:
    ends = f"{datetime.fromtimestamp(expires_at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return (
        _text("AccessKeyId", credential.identity.access_key_id)
        + _text("SecretAccessKey", credential.secret_access_key)
        + _text("SessionToken", credential.session_token or "")
        + _text("Expiration", ends)
    )


def _text(name: str, value: str) -> str:
    return _element(name, escape(value))


def _element(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>"
