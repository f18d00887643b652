"""The one thing that an account of the local cloud is born with: the bucket for its Terraform state.

On AWS the bootstrap step makes it, once per account, with the administrator's own credentials. The requests here are
signed and go through the front door like everybody's, so that a start that succeeds has proved the whole way.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from alphaswarm_local.aws import signature
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.aws.sessions import Credential

_XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_HOME_REGION = "us-east-1"


class StateBucketError(RuntimeError):
    """The front door refused to make a state bucket: a defect of the local cloud."""


@dataclass(frozen=True, slots=True)
class _Step:
    method: str
    query: str
    body: str


def state_bucket(account_id: str) -> str:
    """The name of an account's state bucket."""
    return f"alphaswarm-tfstate-{account_id}"


def make_state_bucket(
    credential: Credential, region: str, host: str, door: Callable[[HttpRequest], HttpResponse]
) -> None:
    """Make the bucket of the account of `credential`: versioned, encrypted, closed to the public.

    Raises:
        StateBucketError: a request failed.
    """
    bucket = state_bucket(credential.identity.account_id)
    for step in _steps(region):
        response = door(_signed(step, bucket, credential, region, host))
        if response.status >= 300:  # noqa: PLR2004 - HTTP's redirects and errors
            message = f"{step.method} {bucket}?{step.query}: {response.status} {response.body.decode(errors='replace')}"
            raise StateBucketError(message)


def _steps(region: str) -> Iterator[_Step]:
    where = f"<LocationConstraint>{region}</LocationConstraint>" if region != _HOME_REGION else ""
    create = f"<CreateBucketConfiguration {_XMLNS}>{where}</CreateBucketConfiguration>" if where else ""
    yield _Step("PUT", "", create)
    yield _Step(
        "PUT",
        "versioning=",
        f"<VersioningConfiguration {_XMLNS}><Status>Enabled</Status></VersioningConfiguration>",
    )
    yield _Step(
        "PUT",
        "encryption=",
        f"<ServerSideEncryptionConfiguration {_XMLNS}><Rule><ApplyServerSideEncryptionByDefault>"
        "<SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>"
        "</ServerSideEncryptionConfiguration>",
    )
    blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    flags = "".join(f"<{name}>true</{name}>" for name in blocks)
    yield _Step(
        "PUT",
        "publicAccessBlock=",
        f"<PublicAccessBlockConfiguration {_XMLNS}>{flags}</PublicAccessBlockConfiguration>",
    )


def _signed(step: _Step, bucket: str, credential: Credential, region: str, host: str) -> HttpRequest:
    body = step.body.encode()
    timestamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": timestamp}
    scope = signature.Scope(timestamp[:8], region, "s3")
    key = credential.identity.access_key_id
    unsigned = signature.Presented(key, scope, tuple(sorted(headers)), "", timestamp)
    request = HttpRequest(step.method, f"/{bucket}?{step.query}".rstrip("?"), headers, body)
    right = signature.expected(request, unsigned, credential.secret_access_key, digest)
    authorization = (
        f"{signature.ALGORITHM} Credential={key}/{scope}, "
        f"SignedHeaders={';'.join(unsigned.signed_headers)}, Signature={right}"
    )
    return HttpRequest(request.method, request.target, {**headers, "authorization": authorization}, body)
