"""Requests as botocore signs them: what an independent, real client puts on the wire."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from alphaswarm_local.aws.authentication import Authenticator, bootstrap_credential
from alphaswarm_local.aws.messages import HttpRequest

HOST = "127.0.0.1:4599"
ACCOUNT = "111111111111"
KEY = "AKIAABCDEFGHIJKLMNOP"
SECRET = "not-a-secret-but-a-test-value-0123456789"


def authenticator(now: datetime | None = None) -> Authenticator:
    credentials = {KEY: bootstrap_credential(ACCOUNT, KEY, SECRET)}
    return Authenticator(credentials, now=lambda: now or datetime.now(UTC))


def signed(
    method: str = "POST",
    target: str = "/",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    *,
    service: str = "ssm",
    region: str = "us-east-1",
    key: str = KEY,
    secret: str = SECRET,
    token: str | None = None,
    presigned: bool = False,
) -> HttpRequest:
    request = AWSRequest(method, f"http://{HOST}{target}", {"Host": HOST, **(headers or {})}, body)
    request.context["client_config"] = None
    signer = _signer(service, region, Credentials(key, secret, token), presigned=presigned)
    signer.add_auth(request)
    parts = urlsplit(request.url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    sent = {name.lower(): str(value) for name, value in request.headers.items()}
    return HttpRequest(method, path, sent, body)


def _signer(service: str, region: str, credentials: Credentials, *, presigned: bool) -> SigV4Auth:
    if service == "s3":
        return (S3SigV4QueryAuth if presigned else S3SigV4Auth)(credentials, service, region)
    return (SigV4QueryAuth if presigned else SigV4Auth)(credentials, service, region)
