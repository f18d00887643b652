"""Saved plans between two jobs: only what was planned, of this stack and commit, byte for byte, gets through."""

import dataclasses
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.delivery.kept_plans import (
    KeptPlan,
    KeptPlanError,
    KeptPlans,
    read_kept_plans,
    require_bytes,
    require_for,
)

BYTES = b"a saved plan"
PLAN = KeptPlan("infrastructure/envs/dev", "0.tfplan", hashlib.sha256(BYTES).hexdigest())
KEPT = KeptPlans("infrastructure", "dev", "a" * 40, (PLAN,))
MODULES = ["infrastructure/envs/dev", "infrastructure/envs/admin-dev"]


def test_what_was_kept_is_read_again() -> None:
    assert read_kept_plans(KEPT.content(), KEPT.digest()) == KEPT
    require_for(KEPT, tree="infrastructure", environment="dev", commit="a" * 40, modules=MODULES)
    require_bytes(PLAN, BYTES)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_any_changed_byte_of_the_list_is_noticed(place: int, flip: int) -> None:
    content = bytearray(KEPT.content())
    content[place % len(content)] ^= flip

    with pytest.raises(KeptPlanError, match="was changed"):
        read_kept_plans(bytes(content), KEPT.digest())


@given(st.binary(max_size=64).filter(lambda other: other != BYTES))
def test_another_plan_is_refused(other: bytes) -> None:
    with pytest.raises(KeptPlanError, match="is not the plan"):
        require_bytes(PLAN, other)


@pytest.mark.parametrize("digest", ["", "sha256:" + "a" * 64, "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_something_else_than_a_digest_is_refused(digest: str) -> None:
    with pytest.raises(KeptPlanError, match="digest is none"):
        read_kept_plans(KEPT.content(), digest)


@pytest.mark.parametrize(
    "wanted",
    [
        {"tree": "other"},
        {"environment": "prod"},
        {"commit": "b" * 40},
        {"commit": None},
        {"modules": ["infrastructure/envs/admin-dev"]},
    ],
)
def test_plans_of_something_else_are_refused(wanted: dict[str, object]) -> None:
    asked: dict[str, object] = {"tree": "infrastructure", "environment": "dev", "commit": "a" * 40, "modules": MODULES}

    with pytest.raises(KeptPlanError):
        require_for(KEPT, **{**asked, **wanted})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "alphaswarm/kept-plans/v2"},
        {"plans": [{"directory": "x", "file": "../../state", "sha256": "a" * 64}]},
        {"plans": [{"directory": "x"}]},
        {"plans": 7},
    ],
)
def test_a_list_of_another_form_is_refused_though_its_digest_is_right(change: dict[str, object]) -> None:
    content = json.dumps({**json.loads(KEPT.content()), **change}).encode()

    with pytest.raises(KeptPlanError):
        read_kept_plans(content, hashlib.sha256(content).hexdigest())


def test_digest_covers_every_part() -> None:
    others = [
        dataclasses.replace(KEPT, tree="x"),
        dataclasses.replace(KEPT, environment="prod"),
        dataclasses.replace(KEPT, commit="b" * 40),
        dataclasses.replace(KEPT, plans=()),
        dataclasses.replace(KEPT, plans=(dataclasses.replace(PLAN, directory="x"),)),
    ]
    assert len({each.digest() for each in (KEPT, *others)}) == len(others) + 1
