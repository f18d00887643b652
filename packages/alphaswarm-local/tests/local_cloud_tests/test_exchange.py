"""The exchange by itself, with a clock that can be moved: forged, old and replayed tokens, and sessions that end."""

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from alphaswarm_core.identity.iam import PolicyKind, Principal, PrincipalKind, Request, evaluate, parse_policy
from alphaswarm_local.access.exchange import TokenExchange
from alphaswarm_local.access.iam_state import ProviderState, RoleState
from alphaswarm_local.access.judge import Need, judge
from alphaswarm_local.access.web_tokens import WebTokens
from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.aws.sessions import Identity, Session, SessionStore
from alphaswarm_local.github.oidc import GithubOidc

from .roles import ACCOUNT, ISSUER, JOB, PROVIDER, allow, deny, document, trusting

_ROLE = RoleState(
    arn=f"arn:aws:iam::{ACCOUNT}:role/team/apply",
    id="AROAEXAMPLE",
    name="apply",
    trust=trusting(),
    max_seconds=7200,
    policies=(document(allow("ssm:*")),),
    boundary=None,
    boundary_arn=None,
    tags={},
)
_REQUEST = HttpRequest("POST", "/", {"host": "127.0.0.1:1"})
_AUDIENCE = "sts.amazonaws.com"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Held:
    """An IAM that holds one role and one provider."""

    def __init__(self, role: RoleState = _ROLE, audiences: tuple[str, ...] = (_AUDIENCE,)) -> None:
        self._role, self._audiences = role, audiences

    def role(self, account_id: str, name: str) -> RoleState | None:
        return self._role if (account_id, name) == (ACCOUNT, self._role.name) else None

    def provider(self, account_id: str, url: str) -> ProviderState | None:
        return ProviderState(PROVIDER, self._audiences) if (account_id, url) == (ACCOUNT, ISSUER) else None

    def managed_policy(self, account_id: str, arn: str) -> str | None:
        return None

    def arn(self, account_id: str, kind: str, name: str) -> str:
        return f"arn:aws:iam::{account_id}:{kind}/{name}"


class Sts:
    """An exchange with its issuer, at the same clock."""

    def __init__(self, iam: Held | None = None) -> None:
        self.clock = Clock()
        self.issuer = GithubOidc("http://127.0.0.1:1", clock=self.clock)
        self.sessions = SessionStore(self.clock)
        tokens = WebTokens(self.issuer.jwks_bytes)
        self._exchange = TokenExchange(iam or Held(), self.sessions, tokens, "us-east-1", self.clock)

    def exchange(self, token: str, **more: str) -> Mapping[str, str]:
        form = {"RoleArn": _ROLE.arn, "RoleSessionName": "run-1", "WebIdentityToken": token, **more}
        response = self._exchange.with_web_identity(form, _REQUEST)
        return {each.tag.rpartition("}")[2]: each.text or "" for each in ET.fromstring(response.body).iter()}

    def refusal(self, token: str, **more: str) -> tuple[str, str]:
        with pytest.raises(AwsFault) as caught:
            self.exchange(token, **more)
        assert len(self.sessions) == 0
        return caught.value.code, caught.value.message

    def token(self, audience: str = _AUDIENCE) -> str:
        return self.issuer.mint(JOB, audience)


def test_session_is_what_the_token_and_the_role_say_when_the_token_is_good() -> None:
    sts = Sts()
    answer = sts.exchange(sts.token())
    found = sts.sessions.find(answer["AccessKeyId"])
    assert found is not None
    assert found.session_token == answer["SessionToken"]
    assert found.identity.arn == answer["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/apply/run-1"
    assert found.identity.session is not None
    assert found.identity.session.expires_at == sts.clock.now + 3600
    assert (answer["Audience"], answer["Provider"]) == (_AUDIENCE, PROVIDER)


def _forged(change: Callable[[dict[str, Any], dict[str, Any]], None], sts: Sts, key: Any = None) -> str:
    token = sts.token()
    header, payload = jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
    change(header, payload)
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in (header, payload)]
    if isinstance(key, bytes):
        signed = hmac.digest(key, ".".join(parts).encode(), "sha256")
        return ".".join([*parts, base64.urlsafe_b64encode(signed).rstrip(b"=").decode()])
    if key is None:
        return ".".join([*parts, token.rpartition(".")[2]])
    return jwt.encode(payload, key, algorithm=header["alg"], headers=header)


_STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("garbage", "InvalidIdentityToken", "not a valid JWT"),
        ("three dots", "InvalidIdentityToken", "not a valid JWT"),
        ("none", "InvalidIdentityToken", ""),
        ("hmac", "InvalidIdentityToken", ""),
        ("unknown kid", "InvalidIdentityToken", "Couldn't retrieve verification key"),
        ("foreign key", "InvalidIdentityToken", ""),
        ("changed", "InvalidIdentityToken", ""),
        ("issuer", "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://evil"),
        ("audience", "InvalidIdentityToken", "Incorrect token audience"),
        ("short", "ValidationError", "webIdentityToken"),
    ],
)
def test_token_is_refused_in_the_words_of_aws_when_it_is_bad(name: str, code: str, words: str) -> None:
    sts = Sts()
    found, message = sts.refusal(_bad(name, sts))
    assert (found, words in message) == (code, True), message


def _bad(name: str, sts: Sts) -> str:
    published = jwt.PyJWK(sts.issuer.jwks()["keys"][0]).key  # the attack: a public key as if it were a shared secret
    public = published.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    tokens: dict[str, Callable[[], str]] = {
        "garbage": lambda: "garbage",
        "three dots": lambda: "a.b.c.d",
        "none": lambda: _forged(lambda header, _: header.update(alg="none"), sts),
        "hmac": lambda: _forged(lambda header, _: header.update(alg="HS256"), sts, public),
        "unknown kid": lambda: _forged(lambda header, _: header.update(kid="other"), sts, _STRANGER),
        "foreign key": lambda: _forged(lambda *_: None, sts, _STRANGER),
        "changed": lambda: _forged(lambda _, payload: payload.update(sub="repo:evil/x:environment:dev"), sts),
        "issuer": lambda: _forged(lambda _, payload: payload.update(iss="https://evil.example"), sts),
        "audience": lambda: sts.token("sigstore"),
        "short": lambda: "abc",
    }
    return tokens[name]()


def test_token_is_refused_when_it_is_too_old_too_young_or_used() -> None:
    old = Sts()
    token = old.token()
    old.clock.now += 400
    assert old.refusal(token)[0] == "ExpiredTokenException"
    young = Sts()
    token = young.token()
    young.clock.now -= 1200
    assert young.refusal(token)[0] == "InvalidIdentityToken"
    used = Sts()
    token = used.token()
    used.exchange(token)
    with pytest.raises(AwsFault) as caught:
        used.exchange(token)
    assert caught.value.code == "IDPRejectedClaim"


def test_token_is_refused_when_the_provider_knows_no_audience() -> None:
    sts = Sts(Held(audiences=()))
    assert sts.refusal(sts.token())[1] == "Incorrect token audience"


@pytest.mark.parametrize("arn", [_ROLE.arn.replace("/team", ""), _ROLE.arn + "x", f"arn:aws:iam::{ACCOUNT}:user/apply"])
def test_role_is_not_found_when_its_arn_is_not_exactly_that(arn: str) -> None:
    sts = Sts()
    wanted = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    assert sts.refusal(sts.token(), RoleArn=arn) == wanted


@pytest.mark.parametrize("trust", ["", "{}", "not json", document({"Effect": "Allow", "Action": "*", "Resource": "*"})])
def test_role_trusts_nobody_when_its_trust_policy_is_malformed(trust: str) -> None:
    sts = Sts(Held(replace(_ROLE, trust=trust)))
    assert sts.refusal(sts.token())[0] == "AccessDenied"


@pytest.mark.parametrize("seconds", ["899", "7201", "43201", "-1", "1e3", ""])
def test_duration_is_refused_when_it_is_out_of_bounds(seconds: str) -> None:
    sts = Sts()
    assert sts.refusal(sts.token(), DurationSeconds=seconds)[0] == "ValidationError"


def test_expired_sessions_are_forgotten_when_others_are_issued() -> None:
    clock = Clock()
    store = SessionStore(clock, capacity=2)
    session = Session(_ROLE.arn, _ROLE.id, "x1", clock.now, clock.now + 900)
    first = store.issue(ACCOUNT, "arn", "id", session)
    store.issue(ACCOUNT, "arn", "id", session)
    with pytest.raises(AwsFault, match="Throttling"):
        store.issue(ACCOUNT, "arn", "id", session)
    clock.now += 901
    assert store.find(first.identity.access_key_id) is first
    store.issue(ACCOUNT, "arn", "id", replace(session, expires_at=clock.now + 900))
    assert store.find(first.identity.access_key_id) is None


_ACTIONS = st.sampled_from(["ssm:GetParameter", "ssm:*", "*", "logs:PutLogEvents", "ssm:Put*"])
_RESOURCES = st.sampled_from(["*", "arn:aws:ssm:us-east-1:111111111111:parameter/a", "arn:aws:ssm:*:*:parameter/*"])
_CONDITIONS = st.sampled_from(
    [
        {},
        {"Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}},
        {"Condition": {"StringNotEquals": {"aws:ResourceTag/team": "x"}}},
        {"Condition": {"StringEqualsIfExists": {"aws:username": "x"}}},
    ]
)
_STATEMENTS = st.builds(
    lambda make, action, resource, more: make(action, resource, **more),
    st.sampled_from([allow, deny]),
    _ACTIONS,
    _RESOURCES,
    _CONDITIONS,
)
_POLICIES = st.lists(_STATEMENTS, min_size=1, max_size=3).map(lambda statements: document(*statements))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_POLICIES, max_size=2),
    st.none() | _POLICIES,
    st.none() | st.lists(_POLICIES, max_size=2),
    st.sampled_from(["ssm:GetParameter", "ssm:PutParameter", "logs:PutLogEvents"]),
    st.booleans(),
)
def test_session_never_gets_more_than_its_policies_give_when_they_are_evaluated_directly(
    own: list[str], boundary: str | None, narrowing: list[str] | None, action: str, known: bool
) -> None:
    role = replace(_ROLE, policies=tuple(own), boundary=boundary)
    session = Session(role.arn, role.id, "x1", 0, 1, None if narrowing is None else tuple(narrowing))
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/apply/x1"
    identity = Identity(ACCOUNT, arn, f"{role.id}:x1", "ASIA", session)
    resource = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/a" if known else "*"
    context = {"aws:RequestedRegion": ("us-east-1",)}
    verdict = judge(identity, Held(role), Need(action, resource, context, known=known))
    parsed = {
        text: parse_policy(text, PolicyKind.IDENTITY) for text in [*own, boundary or "", *(narrowing or [])] if text
    }
    direct = evaluate(
        Request(action, Principal(PrincipalKind.AWS, arn, identity.user_id), resource, context, ACCOUNT),
        identity=[parsed[text] for text in own],
        boundary=None if boundary is None else parsed[boundary],
        session=None if narrowing is None else [parsed[text] for text in narrowing],
    )
    assert direct.allowed or not verdict.allowed
    assert bool(verdict.why) is not verdict.allowed
