"""The one table of legal transitions.

    queued ─▶ running ─▶ awaiting_approval ─▶ approved ─▶ applying ─▶ completed
                 └──────────────────────────────▲
    and from there to errored, cancelled, policy_failed, refused, stale, interrupted as the table says.

A plan waits for approval and, once claimed, is `applying` while its apply run works; an apply or destroy run is
`applying` itself while the engine changes things. Nothing follows a final status.
"""

from collections.abc import Mapping
from types import MappingProxyType

from alphaswarm_core.ledger.records import RunKind, RunStatus

_S = RunStatus
_ENDED_BADLY = frozenset({_S.errored, _S.cancelled, _S.refused, _S.stale, _S.interrupted})

LEGAL_TRANSITIONS: Mapping[RunStatus, frozenset[RunStatus]] = MappingProxyType(
    {
        _S.queued: _ENDED_BADLY | {_S.running, _S.applying, _S.policy_failed},
        _S.running: _ENDED_BADLY | {_S.awaiting_approval, _S.approved, _S.applying, _S.completed, _S.policy_failed},
        _S.awaiting_approval: _ENDED_BADLY | {_S.approved, _S.policy_failed},
        _S.approved: _ENDED_BADLY | {_S.applying, _S.policy_failed},
        _S.applying: _ENDED_BADLY | {_S.completed},
        **{status: frozenset[RunStatus]() for status in _S if status.is_final},
    }
)

CHANGING_KINDS = frozenset({RunKind.apply, RunKind.destroy, RunKind.import_})
"""Kinds that change a stack themselves."""

_ONLY_FOR_PLANS = frozenset({_S.awaiting_approval, _S.approved})


def is_legal(kind: RunKind, before: RunStatus, after: RunStatus) -> bool:
    """Whether a run of `kind` may go from `before` to `after`."""
    if after not in LEGAL_TRANSITIONS[before]:
        return False
    if after in _ONLY_FOR_PLANS:
        return kind is RunKind.plan
    if after is _S.applying:
        return before is _S.approved if kind is RunKind.plan else kind in CHANGING_KINDS
    return True


def next_statuses(kind: RunKind, before: RunStatus) -> tuple[RunStatus, ...]:
    """What may follow `before` for a run of `kind`, in the order of the statuses."""
    return tuple(status for status in RunStatus if is_legal(kind, before, status))


def releases_lease(status: RunStatus) -> bool:
    """Whether no process drives a run that reached `status`: it is over, or it waits for people."""
    return status.is_final or status in _ONLY_FOR_PLANS


LEGAL_FOR_KIND: Mapping[str, frozenset[tuple[str, str]]] = MappingProxyType(
    {
        str(kind): frozenset(
            (str(before), str(after)) for before in RunStatus for after in RunStatus if is_legal(kind, before, after)
        )
        for kind in RunKind
    }
)
"""The same table by kind as plain text: verification looks up every transition that was ever made."""
