"""Policy documents made ready, once per content: what is stored now decides, and what has not changed costs nothing.

A policy may speak of condition keys that AWS knows and this cloud does not derive (`aws:ResourceTag/…`). To take such a
key for absent would guess: a denial would miss, `IfExists` would fit. So an Allow that needs one does not apply, and a
Deny that is narrowed by one applies without it. Keys that are absent on AWS too are simply absent.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from alphaswarm_core.identity.iam import (
    CompiledPolicy,
    Effect,
    MalformedPolicyError,
    PolicyKind,
    Statement,
    compile_policy,
    parse_policy,
)
from alphaswarm_local.access.known_keys import is_derived

_DENY: dict[str, Any] = {"Effect": "Deny", "Action": "*"}
_DENY_ALL: dict[PolicyKind, dict[str, Any]] = {
    PolicyKind.IDENTITY: {"Statement": [{**_DENY, "Resource": "*"}]},
    PolicyKind.RESOURCE: {"Statement": [{**_DENY, "Resource": "*", "Principal": "*"}]},
    PolicyKind.TRUST: {"Statement": [{**_DENY, "Principal": "*"}]},
}


@lru_cache(maxsize=4096)
def compiled(document: str, kind: PolicyKind, name: str) -> CompiledPolicy:
    """The policy in `document`; where it is malformed or empty, one that denies everything.

    AWS refuses a malformed document when it is put; moto does not always. What it would have denied is not known.
    """
    try:
        policy = parse_policy(document, kind, name=name)
    except MalformedPolicyError:
        return compile_policy(parse_policy(_DENY_ALL[kind], kind, name=name))
    if kind is PolicyKind.TRUST:  # all keys that a trust policy can see are derived
        return compile_policy(policy)
    statements = tuple(kept for each in policy.statements if (kept := _without_guesses(each)) is not None)
    return compile_policy(replace(policy, statements=statements))


def is_malformed(document: str, kind: PolicyKind) -> bool:
    """Whether `document` is no policy of that kind; an empty one is no policy."""
    try:
        parse_policy(document, kind)
    except MalformedPolicyError:
        return True
    return False


def _without_guesses(statement: Statement) -> Statement | None:
    known = tuple(each for each in statement.conditions if is_derived(each.key))
    if len(known) == len(statement.conditions):
        return statement
    return None if statement.effect is Effect.ALLOW else replace(statement, conditions=known)
