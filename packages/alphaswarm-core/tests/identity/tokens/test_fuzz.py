"""Whatever is sent: refused with an error of ours, or it is the issuer's own token, unchanged."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alphaswarm_core.identity.github.issuers import GITHUB_COM
from alphaswarm_core.identity.tokens.compact import unverified_issuer
from alphaswarm_core.identity.tokens.errors import KeySetError, TokenError
from alphaswarm_core.identity.tokens.keys import JwkSet
from alphaswarm_core.identity.tokens.verifier import TokenVerifier

from .forge import AUDIENCE, NOW, Forge, base64url, good_payload

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
SEGMENTS = st.binary(max_size=60).map(base64url) | JSON.map(lambda value: base64url(json.dumps(value).encode()))
ALGORITHMS = st.sampled_from(["RS256", "ES256", "HS256", "none", "PS256", "", "RS256\0"]) | st.text(max_size=8)
HEADERS = st.fixed_dictionaries(
    {"alg": ALGORITHMS | JSON, "kid": st.sampled_from(["rsa-1", "ec-1", "x"]) | JSON},
    optional={"typ": JSON, "jwk": JSON, "crit": JSON, "b64": JSON, "x5t": st.text(max_size=5)},
)


def refused(verifier: TokenVerifier, text: object) -> bool:
    try:
        verifier.verify(text, NOW)
    except TokenError:
        return True
    return False


@given(text=st.text(max_size=200) | st.binary(max_size=50) | JSON)
def test_anything_is_refused(text: object, verifier: TokenVerifier) -> None:
    assert refused(verifier, text)


@given(parts=st.lists(SEGMENTS, min_size=2, max_size=4))
def test_segments_are_refused(parts: list[str], verifier: TokenVerifier) -> None:
    assert refused(verifier, ".".join(parts))


@given(header=HEADERS, signature=st.binary(max_size=300))
def test_made_up_signature_is_refused_under_any_header(
    header: dict[str, Any], signature: bytes, verifier: TokenVerifier
) -> None:
    head, body = (json.dumps(each).encode() for each in (header, good_payload()))
    assert refused(verifier, ".".join(map(base64url, (head, body, signature))))


@given(place=st.integers(0, 10_000), letter=st.sampled_from("AZaz09-_.=\n é"))
def test_changed_letter_is_refused(place: int, letter: str, verifier: TokenVerifier, forge: Forge) -> None:
    text = forge.token()
    place %= len(text)
    changed = text[:place] + letter + text[place + 1 :]
    assert refused(verifier, changed) or changed == text


@settings(max_examples=60)
@given(changes=st.dictionaries(st.sampled_from(sorted(good_payload())), JSON, min_size=1, max_size=3))
def test_signed_nonsense_is_refused_or_keeps_what_was_verified(
    changes: dict[str, Any], verifier: TokenVerifier, forge: Forge
) -> None:
    """Even the issuer's own key does not get claims of another form through."""
    try:
        verified = verifier.verify(forge.token(changes), NOW)
    except TokenError:
        return
    assert verified.issuer == GITHUB_COM.url
    assert verified.audience == AUDIENCE
    assert verified.issued_at < verified.expires_at
    assert isinstance(verified.subject, str)
    assert len(verified.digest) == 64


@given(text=st.text(max_size=100))
def test_reading_the_issuer_raises_nothing_else(text: str) -> None:
    try:
        assert unverified_issuer(text) is None
    except TokenError:
        return


@given(document=JSON, member=JSON)
def test_reading_a_key_set_raises_nothing_else(document: Any, member: Any) -> None:
    for each in (document, {"keys": document}, {"keys": [{"kty": "RSA", "kid": "a", "n": member, "e": document}]}):
        try:
            JwkSet.from_bytes(json.dumps(each).encode())
        except KeySetError:
            continue
