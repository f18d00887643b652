import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from alphaswarm_core.identity.github.issuers import GITHUB_COM
from alphaswarm_core.identity.tokens.errors import KeySetError, UnknownKeyError
from alphaswarm_core.identity.tokens.keys import Algorithm, FetchedKeys, JwkSet
from alphaswarm_core.identity.tokens.verifier import TokenVerifier

from .forge import AUDIENCE, NOW, Forge, base64url, ec_jwk, rsa_jwk


def changed(forge: Forge, **members: Any) -> dict[str, Any]:
    return {"keys": [rsa_jwk(forge.rsa_key, "rsa-1") | members]}


def test_key_set_gives_each_key_its_one_algorithm(forge: Forge) -> None:
    keys = JwkSet.from_document(forge.jwks())
    assert keys.kids == ("ec-1", "rsa-1")
    found = {kid: keys.find(kid, NOW) for kid in keys.kids}
    assert {kid: key.algorithm for kid, key in found.items() if key} == {
        "ec-1": Algorithm.ES256,
        "rsa-1": Algorithm.RS256,
    }
    assert keys.find("rsa-1 ", NOW) is None


@pytest.mark.parametrize(
    "members",
    [
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "OKP", "crv": "Ed25519"},
        {"kty": "EC", "crv": "P-521"},
        {"kty": "rsa"},
        {"kty": None},
        {"use": "enc"},
        {"alg": "RS512"},
        {"alg": "HS256"},
        {"alg": "none"},
    ],
)
def test_key_is_left_out_when_it_is_for_something_else(members: dict, forge: Forge) -> None:
    assert JwkSet.from_document(changed(forge, **members)).kids == ()


@pytest.mark.parametrize(
    "members",
    [
        {"d": "AQAB"},
        {"p": "AQAB"},
        {"k": "c2VjcmV0"},
        {"kid": ""},
        {"kid": None},
        {"kid": 7},
        {"n": ""},
        {"n": "!!"},
        {"n": 5},
        {"e": ""},
        {"e": "AQ"},  # an exponent of one: every message is its own signature
        {"n": None, "e": None},
    ],
)
def test_key_set_is_refused_when_a_key_cannot_be_trusted(members: dict, forge: Forge) -> None:
    with pytest.raises(KeySetError):
        JwkSet.from_document(changed(forge, **members))


def test_key_set_is_refused_when_rsa_key_is_small() -> None:
    small = rsa.generate_private_key(65537, 1024)
    with pytest.raises(KeySetError):
        JwkSet.from_document({"keys": [rsa_jwk(small, "small")]})


def test_key_set_is_refused_when_point_is_not_on_the_curve() -> None:
    entry = ec_jwk(ec.generate_private_key(ec.SECP256R1()), "ec-1") | {"y": base64url(b"\1" * 32)}
    with pytest.raises(KeySetError):
        JwkSet.from_document({"keys": [entry]})


def test_key_set_is_refused_when_an_id_stands_twice(forge: Forge) -> None:
    with pytest.raises(KeySetError):
        JwkSet.from_document({"keys": [rsa_jwk(forge.rsa_key, "a"), rsa_jwk(forge.strange_key, "a")]})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys":{}}',
        b'{"keys":[1]}',
        b'{"keys":[],"keys":[]}',
        b"\xff",
        b'{"keys":[null]}',
        b'{"keys":[' + b",".join([b"{}"] * 101) + b"]}",
        b'{"keys":[]}' + b" " * 300_000,
    ],
)
def test_key_set_is_refused_when_document_is_not_one(content: bytes) -> None:
    with pytest.raises(KeySetError):
        JwkSet.from_bytes(content)


class Issuer:
    """What is published, how often it was asked for, and whether it answers."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document, self.asked, self.up = document, 0, True

    def fetch(self) -> bytes:
        self.asked += 1
        if not self.up:
            raise OSError("connection refused")
        return json.dumps(self.document).encode()


def test_keys_are_fetched_once_while_they_are_fresh(forge: Forge) -> None:
    issuer = Issuer(forge.jwks())
    keys = FetchedKeys(issuer.fetch)
    verifier = TokenVerifier(GITHUB_COM, [AUDIENCE], keys)
    for _ in range(5):
        verifier.verify(forge.token(), NOW)
    assert issuer.asked == 1
    keys.find("rsa-1", NOW + 3600)
    assert issuer.asked == 2


def test_rotated_key_is_found_when_pause_is_over(forge: Forge) -> None:
    issuer = Issuer({"keys": []})
    keys = FetchedKeys(issuer.fetch, pause_seconds=30)
    assert keys.find("rsa-1", NOW) is None
    issuer.document = forge.jwks()
    assert keys.find("rsa-1", NOW + 29) is None
    assert keys.find("rsa-1", NOW + 30) is not None


def test_withdrawn_key_is_forgotten_when_keys_are_fetched_again(forge: Forge) -> None:
    issuer = Issuer(forge.jwks())
    keys = FetchedKeys(issuer.fetch, fresh_seconds=100)
    assert keys.find("rsa-1", NOW) is not None
    issuer.document = {"keys": []}
    assert keys.find("rsa-1", NOW + 99) is not None
    assert keys.find("rsa-1", NOW + 100) is None


def test_made_up_ids_do_not_make_us_call_the_issuer(forge: Forge) -> None:
    issuer = Issuer(forge.jwks())
    verifier = TokenVerifier(GITHUB_COM, [AUDIENCE], FetchedKeys(issuer.fetch))
    for number in range(50):
        with pytest.raises(UnknownKeyError):
            verifier.verify(forge.token(kid=f"made-up-{number}"), NOW + number / 10)
    assert issuer.asked == 1


def test_nothing_is_verified_when_keys_cannot_be_fetched(forge: Forge) -> None:
    issuer = Issuer(forge.jwks())
    issuer.up = False
    verifier = TokenVerifier(GITHUB_COM, [AUDIENCE], FetchedKeys(issuer.fetch))
    for later in (0, 1, 31):
        with pytest.raises(KeySetError):
            verifier.verify(forge.token(), NOW + later)
    assert issuer.asked == 2


def test_fresh_keys_serve_when_the_issuer_is_down_and_stale_ones_do_not(forge: Forge) -> None:
    issuer = Issuer(forge.jwks())
    keys = FetchedKeys(issuer.fetch, fresh_seconds=100)
    keys.find("rsa-1", NOW)
    issuer.up = False
    assert keys.find("rsa-1", NOW + 99) is not None
    assert keys.find("unknown", NOW + 99) is None
    for later in (100, 130, 131):
        with pytest.raises(KeySetError):
            keys.find("rsa-1", NOW + later)


def test_bad_document_does_not_replace_good_keys(forge: Forge) -> None:
    issuer = Issuer(forge.jwks())
    keys = FetchedKeys(issuer.fetch)
    keys.find("rsa-1", NOW)
    issuer.document = {"keys": [rsa_jwk(forge.strange_key, "rsa-1") | {"d": "AQAB"}]}
    assert keys.find("unknown", NOW + 40) is None
    assert keys.find("rsa-1", NOW + 41) is not None
