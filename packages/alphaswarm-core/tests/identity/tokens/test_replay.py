import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.identity.github.issuers import GITHUB_COM
from alphaswarm_core.identity.tokens.errors import ReplayedTokenError, ReplayMemoryFullError, TokenError
from alphaswarm_core.identity.tokens.keys import JwkSet
from alphaswarm_core.identity.tokens.replay import MemoryReplayStore
from alphaswarm_core.identity.tokens.verifier import TokenVerifier

from .forge import AUDIENCE, NOW, Forge


def remembering(forge: Forge, store: MemoryReplayStore) -> TokenVerifier:
    return TokenVerifier(GITHUB_COM, [AUDIENCE], JwkSet.from_document(forge.jwks()), replay=store)


def test_token_is_refused_when_it_was_used(forge: Forge) -> None:
    verifier = remembering(forge, MemoryReplayStore())
    verifier.verify(forge.token(), NOW)
    for later in (0, 100, 349):  # until the last moment at which it could be accepted: exp + leeway
        with pytest.raises(ReplayedTokenError):
            verifier.verify(forge.token(), NOW + later)
    verifier.verify(forge.token({"jti": "another"}), NOW)


def test_one_of_many_threads_is_accepted_when_they_bring_the_same_token(forge: Forge) -> None:
    verifier, text, start = remembering(forge, MemoryReplayStore()), forge.token(), threading.Barrier(16)

    def attempt(_: int) -> bool:
        start.wait()
        try:
            verifier.verify(text, NOW)
        except ReplayedTokenError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


def test_forged_token_does_not_use_up_the_real_one(forge: Forge) -> None:
    store = MemoryReplayStore()
    verifier = remembering(forge, store)
    for bad in (forge.token(kid="x"), forge.token({"aud": "x"}), forge.token()[:-4] + "AAAA", forge.token({"sub": ""})):
        with pytest.raises(TokenError):
            verifier.verify(bad, NOW)
    assert len(store) == 0
    verifier.verify(forge.token(), NOW)


def test_memory_refuses_when_it_is_full_and_takes_more_when_tokens_have_expired(forge: Forge) -> None:
    store = MemoryReplayStore(capacity=2)
    verifier = remembering(forge, store)
    for number in range(2):
        verifier.verify(forge.token({"jti": str(number)}), NOW)
    with pytest.raises(ReplayMemoryFullError):
        verifier.verify(forge.token({"jti": "2"}), NOW)
    later = NOW + 350
    fresh = {"iat": later, "nbf": later, "exp": later + 300}
    verifier.verify(forge.token({"jti": "2"} | fresh), later)
    assert len(store) == 1


def test_slow_caller_is_refused_when_the_token_was_forgotten_meanwhile() -> None:
    store = MemoryReplayStore()
    assert store.remember("i", "a", until=100, now=0)
    assert store.remember("i", "b", until=300, now=100)
    assert len(store) == 1
    assert not store.remember("i", "a", until=100, now=99)


def test_same_jti_of_another_issuer_is_another_token() -> None:
    store = MemoryReplayStore()
    assert store.remember("a", "bc", until=9, now=0)
    assert store.remember("ab", "c", until=9, now=0)
    assert not store.remember("a", "bc", until=9, now=0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 50)), max_size=60))
def test_no_token_is_accepted_twice_whatever_the_clocks_say(uses: list[tuple[int, int]]) -> None:
    """Each token has one end; callers come with any `now` before it, in any order."""
    store, accepted = MemoryReplayStore(), set()
    for jti, ahead in uses:
        until = 100 + 10 * jti
        if store.remember("i", str(jti), until=until, now=until - 1 - ahead):
            assert jti not in accepted
            accepted.add(jti)
    assert len(store) <= 6
