"""Operations that the front door answers itself, because moto's answer would be wrong or give away credentials."""

from collections.abc import Callable, Mapping
from uuid import uuid4

from alphaswarm_local.aws.faults import ACCESS_DENIED, AwsFault, fault
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.aws.protocols import Protocol

_STS = "https://sts.amazonaws.com/doc/2011-06-15/"
_IAM = "https://iam.amazonaws.com/doc/2010-05-08/"
WEB_IDENTITY = "AssumeRoleWithWebIdentity"
_UNSIGNED = (WEB_IDENTITY, "AssumeRoleWithSAML")
EXCHANGES = frozenset({"AssumeRole", *_UNSIGNED})

Answer = Callable[[ApiCall], HttpResponse | None]
"""None: not this call; moto answers."""


def caller_identity(call: ApiCall) -> HttpResponse:
    """`sts:GetCallerIdentity`: who signed. moto knows only keys that it made, and calls everybody else `user/moto`."""
    identity = call.identity
    body = (
        f'<GetCallerIdentityResponse xmlns="{_STS}"><GetCallerIdentityResult><Arn>{identity.arn}</Arn>'
        f"<UserId>{identity.user_id}</UserId><Account>{identity.account_id}</Account></GetCallerIdentityResult>"
        f"<ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )
    return HttpResponse(200, [("Content-Type", "text/xml")], body.encode())


def root_user(call: ApiCall) -> HttpResponse | None:
    """`iam:GetUser` about the caller. moto makes up a `default_user`; AWS answers the root with the account's id.

    Raises:
        AwsFault: the caller is a session, which is no user.
    """
    identity = call.identity
    if "UserName" in call.operation.parameters:
        return None
    if identity.session is not None:
        raise AwsFault("ValidationError", 400, "Must specify userName when calling with non-User credentials")
    body = (
        f'<GetUserResponse xmlns="{_IAM}"><GetUserResult><User><UserId>{identity.user_id}</UserId>'
        f"<Arn>{identity.arn}</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate></User></GetUserResult>"
        f"<ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata></GetUserResponse>"
    )
    return HttpResponse(200, [("Content-Type", "text/xml")], body.encode())


OWN_ANSWERS: Mapping[tuple[str, str], Answer] = {
    ("sts", "GetCallerIdentity"): caller_identity,
    ("iam", "GetUser"): root_user,
}


def token_exchange_refused(operation: str) -> AwsFault:
    """The refusal of `operation` in AWS's form."""
    return fault(ACCESS_DENIED, Protocol.QUERY, f"Not authorized to perform sts:{operation}")


def unsigned_exchange(request: HttpRequest) -> str | None:
    """The token exchange that an unsigned request asks for, or None."""
    text = request.body.decode("latin-1") if len(request.body) < 1 << 20 else ""
    for source in (request.raw_query, text):
        for name in _UNSIGNED:
            if f"Action={name}" in source.split("&"):
                return name
    return None
