"""Each way to be refused, with a token that is right in everything else, next to those that are accepted."""

import base64
import copy
import dataclasses
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from alphaswarm_core.errors import ExitCode
from alphaswarm_core.identity.github.issuers import GITHUB_COM, enterprise_issuer
from alphaswarm_core.identity.github.sts import sts_context
from alphaswarm_core.identity.tokens import errors
from alphaswarm_core.identity.tokens.compact import LARGEST_TOKEN, unverified_issuer
from alphaswarm_core.identity.tokens.keys import Algorithm, JwkSet
from alphaswarm_core.identity.tokens.verified import VerifiedClaims
from alphaswarm_core.identity.tokens.verifier import TokenVerifier

from .forge import AUDIENCE, NOW, Forge, base64url, ec_jwk, good_payload, rsa_jwk

FORGERIES: dict[str, tuple[type[errors.TokenError], Callable[[Forge], object]]] = {
    "empty": (errors.MalformedTokenError, lambda _: ""),
    "not text": (errors.MalformedTokenError, lambda _: None),
    "bytes": (errors.MalformedTokenError, lambda forge: forge.token().encode()),
    "garbage": (errors.MalformedTokenError, lambda _: "garbage"),
    "two segments": (errors.MalformedTokenError, lambda forge: forge.token().rpartition(".")[0]),
    "four segments": (errors.MalformedTokenError, lambda forge: forge.token() + ".x"),
    "five segments": (errors.MalformedTokenError, lambda _: "a.b.c.d.e"),
    "a newline": (errors.MalformedTokenError, lambda forge: forge.token() + "\n"),
    "padded": (errors.MalformedTokenError, lambda forge: forge.token() + "=="),
    "another spelling of the signature": (errors.MalformedTokenError, lambda forge: respelled(forge.token())),
    "a header that is no JSON": (errors.MalformedTokenError, lambda forge: forge.signed(b"{", payload())),
    "a header that is a list": (errors.MalformedTokenError, lambda forge: forge.signed(b"[]", payload())),
    "a payload that is no JSON": (errors.MalformedTokenError, lambda forge: forge.signed(header(), b"{'a':1}")),
    "a payload that is a list": (errors.MalformedTokenError, lambda forge: forge.signed(header(), b"[]")),
    "a payload in latin-1": (errors.MalformedTokenError, lambda forge: forge.signed(header(), b'{"a":"\xe9"}')),
    "a payload with NaN": (errors.MalformedTokenError, lambda forge: forge.signed(header(), payload(b'"x":NaN'))),
    "an infinite number": (errors.MalformedTokenError, lambda forge: forge.signed(header(), payload(b'"x":1e999'))),
    "a huge number": (errors.MalformedTokenError, lambda forge: forge.signed(header(), payload(b'"x":' + b"9" * 5000))),
    "half a character": (errors.MalformedTokenError, lambda forge: forge.signed(header(), payload(b'"x":"\\ud800"'))),
    "deep nesting": (
        errors.MalformedTokenError,
        lambda forge: forge.signed(header(), payload(b'"x":' + b"[" * 99 + b"]" * 99)),
    ),
    "very deep nesting": (
        errors.MalformedTokenError,
        lambda forge: forge.signed(header(), payload(b'"x":' + b"[" * 6000 + b"]" * 6000)),
    ),
    "oversize": (errors.OversizeTokenError, lambda forge: forge.token({"x": "y" * LARGEST_TOKEN})),
    "oversize garbage": (errors.OversizeTokenError, lambda _: "." * (LARGEST_TOKEN + 1)),
    "a claim twice": (errors.DuplicateMemberError, lambda forge: forge.signed(header(), payload(b'"sub":"x"'))),
    "a header member twice": (
        errors.DuplicateMemberError,
        lambda forge: forge.signed(b'{"alg":"RS256","alg":"none","kid":"rsa-1"}', payload()),
    ),
    "a nested member twice": (
        errors.DuplicateMemberError,
        lambda forge: forge.signed(header(), payload(b'"x":{"a":1,"a":2}')),
    ),
    "alg none": (errors.UnsignedTokenError, lambda forge: unsigned("none")),
    "alg None": (errors.UnsignedTokenError, lambda forge: unsigned("nOnE")),
    "alg none with a signature": (errors.UnsignedTokenError, lambda forge: forge.token(alg="none")),
    "no signature": (errors.UnsignedTokenError, lambda forge: forge.token().rpartition(".")[0] + "."),
    "HMAC with the public key": (errors.SymmetricAlgorithmError, lambda forge: forge.signed_hmac(forge.public_pem())),
    "HMAC with the key set": (
        errors.SymmetricAlgorithmError,
        lambda forge: forge.signed_hmac(json.dumps(forge.jwks()).encode(), "HS512"),
    ),
    "HMAC with nothing": (errors.SymmetricAlgorithmError, lambda forge: forge.signed_hmac(b"", "hs256")),
    "alg RS512": (errors.AlgorithmRefusedError, lambda forge: forge.token(alg="RS512")),
    "alg PS256": (errors.AlgorithmRefusedError, lambda forge: forge.token(alg="PS256")),
    "alg rs256": (errors.AlgorithmRefusedError, lambda forge: forge.token(alg="rs256")),
    "alg missing": (errors.AlgorithmRefusedError, lambda forge: forge.signed({"kid": "rsa-1"}, payload())),
    "alg a list": (errors.AlgorithmRefusedError, lambda forge: forge.token(alg=["RS256"])),
    "alg of another key": (errors.AlgorithmRefusedError, lambda forge: forge.token(alg="ES256")),
    "ES256 under an RSA key": (errors.AlgorithmRefusedError, lambda forge: forge.signed_es256(kid="rsa-1")),
    "RS256 under an EC key": (errors.AlgorithmRefusedError, lambda forge: forge.token(kid="ec-1")),
    "its own key": (errors.HeaderRefusedError, lambda forge: self_signed(forge, jwk=rsa_jwk(forge.strange_key, "x"))),
    "its own key's address": (errors.HeaderRefusedError, lambda forge: self_signed(forge, jku="https://evil.example")),
    "its own certificate": (errors.HeaderRefusedError, lambda forge: self_signed(forge, x5c=["MIIB"])),
    "a critical extension": (errors.HeaderRefusedError, lambda forge: forge.token(crit=["b64"], b64=False)),
    "another type": (errors.HeaderRefusedError, lambda forge: forge.token(typ="at+jwt")),
    "an unknown kid": (errors.UnknownKeyError, lambda forge: forge.token(kid="rsa-2")),
    "no kid": (errors.UnknownKeyError, lambda forge: forge.signed({"alg": "RS256"}, payload())),
    "a kid that is a number": (errors.UnknownKeyError, lambda forge: forge.token(kid=1)),
    "a kid that is a path": (errors.UnknownKeyError, lambda forge: forge.token(kid="../../dev/null")),
    "a stranger's signature": (errors.SignatureRefusedError, lambda forge: self_signed(forge, x5t="x")),
    "a changed payload": (errors.SignatureRefusedError, lambda forge: with_other_payload(forge.token())),
    "a short signature": (errors.SignatureRefusedError, lambda forge: forge.token().rpartition(".")[0] + ".AAAA"),
    "another issuer": (errors.WrongIssuerError, lambda forge: forge.token({"iss": "https://gitlab.com"})),
    "the issuer with a slash": (errors.WrongIssuerError, lambda forge: forge.token({"iss": GITHUB_COM.url + "/"})),
    "an enterprise's issuer": (
        errors.WrongIssuerError,
        lambda forge: forge.token({"iss": enterprise_issuer("evil").url}),
    ),
    "the issuer in upper case": (errors.WrongIssuerError, lambda forge: forge.token({"iss": GITHUB_COM.url.upper()})),
    "an issuer in a list": (errors.WrongIssuerError, lambda forge: forge.token({"iss": [GITHUB_COM.url]})),
    "another audience": (errors.WrongAudienceError, lambda forge: forge.token({"aud": "sigstore"})),
    "the default audience": (errors.WrongAudienceError, lambda forge: forge.token({"aud": "https://github.com/o"})),
    "a longer audience": (errors.WrongAudienceError, lambda forge: forge.token({"aud": AUDIENCE + ".cn"})),
    "no audience in the list": (errors.WrongAudienceError, lambda forge: forge.token({"aud": []})),
    "an audience that is a number": (errors.ClaimFormError, lambda forge: forge.token({"aud": 1})),
    "an audience among numbers": (errors.ClaimFormError, lambda forge: forge.token({"aud": [AUDIENCE, 1]})),
    "expired": (errors.ExpiredTokenError, lambda forge: forge.token(times(exp=NOW - 60, iat=NOW - 360))),
    "long expired": (errors.ExpiredTokenError, lambda forge: forge.token({"exp": 1, "iat": 0, "nbf": 0})),
    "not yet valid": (errors.NotYetValidError, lambda forge: forge.token({"nbf": NOW + 61})),
    "issued in the future": (errors.NotYetValidError, lambda forge: forge.token(times(exp=NOW + 400, iat=NOW + 61))),
    "a long life": (errors.LifetimeError, lambda forge: forge.token(times(exp=NOW + 3600, iat=NOW - 1))),
    "an eternal life": (errors.LifetimeError, lambda forge: forge.token({"exp": 2**53 - 1})),
    "an end before the beginning": (errors.LifetimeError, lambda forge: forge.token(times(exp=NOW - 5, iat=NOW - 5))),
    "a time as text": (errors.ClaimFormError, lambda forge: forge.token({"exp": str(NOW + 200)})),
    "a time with a fraction": (errors.ClaimFormError, lambda forge: forge.token({"exp": NOW + 0.5})),
    "a time that is true": (errors.ClaimFormError, lambda forge: forge.token({"iat": True})),
    "a negative time": (errors.ClaimFormError, lambda forge: forge.token({"nbf": -1})),
    "no time": (errors.ClaimFormError, lambda forge: forge.token({"nbf": None})),
    "a subject that is a list": (errors.ClaimFormError, lambda forge: forge.token({"sub": ["repo:o/r:pull_request"]})),
    "an empty subject": (errors.ClaimFormError, lambda forge: forge.token({"sub": ""})),
    "an id that is a number": (errors.ClaimFormError, lambda forge: forge.token({"repository_id": 456789})),
    "an environment that is null": (errors.ClaimFormError, lambda forge: forge.token({"environment": None})),
    "an empty jti": (errors.ClaimFormError, lambda forge: forge.token({"jti": ""})),
    "a long jti": (errors.ClaimFormError, lambda forge: forge.token({"jti": "x" * 1025})),
    **{
        f"no {name}": (errors.MissingClaimError, lambda forge, name=name: forge.token(without=(name,)))
        for name in [
            "iss",
            "aud",
            "exp",
            "iat",
            "jti",
            "sub",
            "ref",
            "sha",
            "repository",
            "repository_id",
            "repository_owner_id",
            "event_name",
            "job_workflow_ref",
            "workflow_ref",
            "run_id",
            "run_attempt",
            "runner_environment",
        ]
    },
}


def header() -> bytes:
    return b'{"alg":"RS256","kid":"rsa-1","typ":"JWT"}'


def payload(more: bytes = b"") -> bytes:
    plain = json.dumps(good_payload()).encode()
    return plain[:-1] + b"," + more + b"}" if more else plain


def times(**changes: int) -> dict[str, Any]:
    return dict(changes)


def unsigned(alg: str) -> str:
    return f"{base64url(json.dumps({'alg': alg, 'kid': 'rsa-1'}).encode())}.{base64url(payload())}."


def self_signed(forge: Forge, **more: Any) -> str:
    return forge.signed({"alg": "RS256", "kid": "rsa-1", "typ": "JWT"} | more, payload(), forge.strange_key)


def with_other_payload(token: str) -> str:
    head, _, signature = token.split(".")
    return ".".join((head, base64url(payload(b'"x":1')), signature))


def respelled(token: str) -> str:
    """The same signature bytes in another text: the last letter's unused bits are set."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = token[:-1] + letters[letters.index(token[-1]) + 1]
    parts = [each.rpartition(".")[2] + "==" for each in (token, other)]
    assert len({base64.urlsafe_b64decode(each) for each in parts}) == 1
    return other


@pytest.mark.parametrize("name", FORGERIES)
def test_token_is_refused_when_it_has(name: str, forge: Forge, verifier: TokenVerifier) -> None:
    expected, make = FORGERIES[name]
    text = make(forge)
    with pytest.raises(errors.TokenError) as caught:
        verifier.verify(text, NOW)
    assert type(caught.value) is expected
    assert caught.value.exit_code is ExitCode.REFUSED
    if isinstance(text, str) and len(text) > 100:
        assert text[:100] not in f"{caught.value.as_document()}"


def test_every_reason_is_tried() -> None:
    reasons = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.TokenError)}
    tried = {expected for expected, _ in FORGERIES.values()}
    assert reasons - tried == {errors.TokenError, errors.ReplayedTokenError}  # the base; and test_replay


def test_good_token_gives_its_claims(forge: Forge, verifier: TokenVerifier) -> None:
    verified = verifier.verify(forge.token(), NOW)
    assert dict(verified.payload) == good_payload()
    assert verified.subject == "repo:octo-org@123456/octo-repo@456789:environment:prod"
    assert (verified.issuer, verified.audience) == (GITHUB_COM.url, AUDIENCE)
    assert (verified.issued_at, verified.expires_at) == (NOW - 10, NOW + 290)
    assert (verified.key_id, verified.algorithm) == ("rsa-1", Algorithm.RS256)
    assert verified.account.unknown == ()
    assert verified.text("environment") == "prod"
    assert sts_context(verified.payload)["token.actions.githubusercontent.com:environment"] == ("prod",)


def test_es256_token_is_accepted_and_refused_when_only_rs256_is_allowed(forge: Forge, verifier: TokenVerifier) -> None:
    assert verifier.verify(forge.signed_es256(), NOW).algorithm is Algorithm.ES256
    strict = TokenVerifier(GITHUB_COM, [AUDIENCE], JwkSet.from_document(forge.jwks()), algorithms=[Algorithm.RS256])
    strict.verify(forge.token(), NOW)
    with pytest.raises(errors.AlgorithmRefusedError):
        strict.verify(forge.signed_es256(), NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW - 59, "iat": NOW - 300},
        {"nbf": NOW + 60},
        {"iat": NOW + 60, "exp": NOW + 360},
        {"iat": NOW - 10, "exp": NOW + 3590},
        {"aud": ["other", AUDIENCE]},
        {"ref": ""},
        {"workflow": "anything: 🚀 at all"},
        {"check_run_id": 7},
    ],
)
def test_token_is_accepted_when_it_is_just_within(changes: dict, forge: Forge, verifier: TokenVerifier) -> None:
    assert verifier.verify(forge.token(changes), NOW).audience == AUDIENCE


def test_token_without_nbf_is_accepted(forge: Forge, verifier: TokenVerifier) -> None:
    assert "nbf" not in verifier.verify(forge.token(without=("nbf",)), NOW).account.verified


def test_every_claim_is_accounted_for_when_there_are_unknown_ones(forge: Forge, verifier: TokenVerifier) -> None:
    verified = verifier.verify(forge.token({"brand_new": 1, "azp": "x", "repo_property_team": "y"}), NOW)
    account = verified.account
    assert account.unknown == ("azp", "brand_new")
    assert "repo_property_team" in account.ignored
    assert account.verified == ("aud", "exp", "iat", "iss", "jti", "nbf")
    places = [*account.verified, *account.required, *account.optional, *account.ignored, *account.unknown]
    assert sorted(places) == sorted(verified.payload)


def test_issuer_of_an_enterprise_is_told_from_githubs(forge: Forge) -> None:
    issuer = enterprise_issuer("octo-inc")
    own = TokenVerifier(issuer, [AUDIENCE], JwkSet.from_document(forge.jwks()))
    assert own.verify(forge.token({"iss": issuer.url}), NOW).issuer == issuer.url
    with pytest.raises(errors.WrongIssuerError):
        own.verify(forge.token(), NOW)


def test_same_claims_have_the_same_digest_whatever_their_order(forge: Forge, verifier: TokenVerifier) -> None:
    one = verifier.verify(forge.token(), NOW)
    reversed_payload = json.dumps(dict(reversed(good_payload().items()))).encode()
    assert verifier.verify(forge.signed(header(), reversed_payload), NOW).digest == one.digest
    assert verifier.verify(forge.token({"run_id": "2"}), NOW).digest != one.digest


def test_verified_claims_cannot_be_made_or_changed_by_others(forge: Forge, verifier: TokenVerifier) -> None:
    verified = verifier.verify(forge.token({"x": {"y": ["z"]}}), NOW)
    values = {each.name: getattr(verified, each.name) for each in dataclasses.fields(VerifiedClaims)}
    with pytest.raises(TypeError):
        VerifiedClaims(**values, seal=object())
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(verified, subject="x")
    for take in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            take(verified)  # type: ignore[operator]
    with pytest.raises(TypeError):
        verified.payload["sub"] = "x"  # type: ignore[index]
    with pytest.raises(TypeError):
        verified.payload["x"]["y"][0] = "x"
    with pytest.raises(dataclasses.FrozenInstanceError):
        verified.subject = "x"  # type: ignore[misc]


@pytest.mark.parametrize("now", [float("nan"), float("inf"), float("-inf")])
def test_nothing_is_verified_when_the_time_is_not_one(now: float, forge: Forge, verifier: TokenVerifier) -> None:
    with pytest.raises(errors.VerifierSettingsError):
        verifier.verify(forge.token(), now)


@pytest.mark.parametrize(
    ("audiences", "settings"),
    [
        ([], {}),
        ([""], {}),
        (AUDIENCE, {}),
        ([AUDIENCE], {"algorithms": []}),
        ([AUDIENCE], {"algorithms": ["HS256"]}),
        ([AUDIENCE], {"algorithms": ["none"]}),
        ([AUDIENCE], {"leeway_seconds": -1}),
        ([AUDIENCE], {"leeway_seconds": 301}),
        ([AUDIENCE], {"leeway_seconds": float("nan")}),
        ([AUDIENCE], {"longest_life_seconds": 0}),
        ([AUDIENCE], {"longest_life_seconds": float("inf")}),
    ],
)
def test_verifier_is_refused_when_it_would_let_too_much_through(audiences: Any, settings: dict, forge: Forge) -> None:
    with pytest.raises(errors.VerifierSettingsError):
        TokenVerifier(GITHUB_COM, audiences, JwkSet.from_document(forge.jwks()), **settings)


def test_issuer_is_read_without_a_proof_to_choose_a_verifier(forge: Forge) -> None:
    assert unverified_issuer(self_signed(forge)) == GITHUB_COM.url
    assert unverified_issuer(forge.token({"iss": 1})) is None
    with pytest.raises(errors.MalformedTokenError):
        unverified_issuer("garbage")


def test_answers_of_sts_are_data_when_tokens_are_refused() -> None:
    codes = {each.sts_code.code for each in vars(errors).values() if hasattr(each, "sts_code")}
    assert codes == {"InvalidIdentityToken", "ExpiredTokenException", "IDPRejectedClaim"}
    assert errors.ExpiredTokenError.sts_code.status == 400
    assert errors.WrongAudienceError.sts_message == "Incorrect token audience"


def test_keys_are_told_apart_by_id_when_one_signs_under_the_others_name(forge: Forge) -> None:
    two = JwkSet.from_document({"keys": [rsa_jwk(forge.rsa_key, "a"), rsa_jwk(forge.strange_key, "b")]})
    verifier = TokenVerifier(GITHUB_COM, [AUDIENCE], two)
    assert verifier.verify(forge.token(kid="a"), NOW).key_id == "a"
    with pytest.raises(errors.SignatureRefusedError):
        verifier.verify(forge.token(kid="b"), NOW)


def test_key_for_encryption_does_not_verify(forge: Forge) -> None:
    keys = {"keys": [rsa_jwk(forge.rsa_key, "rsa-1") | {"use": "enc"}, ec_jwk(forge.ec_key, "ec-1")]}
    with pytest.raises(errors.UnknownKeyError):
        TokenVerifier(GITHUB_COM, [AUDIENCE], JwkSet.from_document(keys)).verify(forge.token(), NOW)
