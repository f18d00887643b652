"""From Terraform's diagnostics to an error that names cause and fix."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.terraform.errors import (
    CloudUnreachableError,
    EngineFailedError,
    EngineInterruptedError,
    EngineTimeoutError,
    HandleMissingError,
    ProviderMissingError,
    StalePlanError,
    StateLockedError,
)
from alphaswarm_core.terraform.events import Diagnostic
from alphaswarm_core.terraform.execution import Outcome
from alphaswarm_core.terraform.plan_file import ArtifactStoreError

_HANDLE = re.compile(r"(?<![\w.])(/[a-z0-9-]+/[a-z]+/[a-z0-9_]+)")
_PUBLISHER = re.compile(r"infrastructure/envs/[a-z0-9-]+")
_LOCK_FIELD = re.compile(r"^\s*(ID|Path|Operation|Who|Created):\s+(.+?)\s*$", re.MULTILINE)
_TRANSIENT = re.compile(
    r"connection reset|i/o timeout|TLS handshake timeout|temporarily unavailable|unexpected EOF"
    r"|\b(429|502|503|504)\b|could not query provider registry.*timeout",
    re.IGNORECASE,
)


def is_transient(diagnostics: Sequence[Diagnostic]) -> bool:
    """Whether an `init` that failed like this may succeed when it is simply tried again."""
    return bool(diagnostics) and all(_TRANSIENT.search(each.text) for each in diagnostics)


def lock_information(text: str) -> dict[str, str]:
    """Terraform's lock info (`ID`, `Who`, `Created`, …) in lower-case keys; empty where `text` has none."""
    return {key.lower(): value for key, value in _LOCK_FIELD.findall(text)}


def failure_of(outcome: Outcome, *, step: str, log: Path) -> AlphaSwarmError:
    """The error for a command that did not succeed.

    Args:
        outcome: How it ended.
        step: What was being done, for example `plan`.
        log: Where everything that it said can be read.
    """
    if outcome.stopped:
        return EngineInterruptedError(
            f"The {step} was stopped", why="a person asked for it", fix="Look what was done: alphaswarm runs list"
        )
    if outcome.timed_out:
        return EngineTimeoutError(
            f"The {step} took longer than allowed and was stopped",
            fix=f"Raise terraform.{'plan' if step == 'plan' else 'apply'}_timeout_seconds in alphaswarm.toml",
        )
    for diagnostic in outcome.errors:
        for recognise in _RECOGNISED:
            if error := recognise(diagnostic):
                return error
    return _plain(outcome, step, log)


def _plain(outcome: Outcome, step: str, log: Path) -> EngineFailedError:
    if not outcome.errors:
        how = (
            f"was killed by signal {-outcome.exit_code}" if outcome.exit_code < 0 else f"ended with {outcome.exit_code}"
        )
        return EngineFailedError(f"Terraform {how} during {step}", why="it gave no reason", fix=f"Read the log: {log}")
    first, *others = outcome.errors
    where = f" ({first.place})" if first.place else ""
    whom = f"{first.address}: " if first.address else ""
    also = "".join(f"\nalso: {each.summary}" for each in others[:4])
    return EngineFailedError(
        f"Terraform {step}: {whom}{first.summary}{where}", why=(first.detail + also) or None, fix=f"Read the log: {log}"
    )


def _handle_missing(diagnostic: Diagnostic) -> AlphaSwarmError | None:
    """The app tier's own precondition names the handles and the root module that publishes them."""
    text = " ".join(diagnostic.text.split())
    if not re.search(r"not published|SSM Parameter .*(couldn't find|NotFound)", text, re.IGNORECASE):
        return None
    names = list(dict.fromkeys(_HANDLE.findall(text)))
    publisher = _PUBLISHER.search(text)
    place = publisher.group(0) if publisher else "the root module that publishes it"
    return HandleMissingError(
        f"Not published: {', '.join(names)}",
        why=f"this is read from {place}, which was not applied to this account",
        fix=f"Apply it: terraform -chdir={place} init, then apply" if publisher else "Apply the landing zone first",
    )


def _state_locked(diagnostic: Diagnostic) -> AlphaSwarmError | None:
    if "acquiring the state lock" not in diagnostic.text:
        return None
    lock = lock_information(diagnostic.detail)
    held = (
        f"held by {lock['who']} since {lock.get('created', '?')} for {lock.get('operation', '?')}"
        if "who" in lock
        else None
    )
    return StateLockedError(
        f"The state is locked (lock {lock.get('id', 'unknown')})",
        why=held or " ".join(diagnostic.detail.split())[:400],
        fix="If its run is dead: alphaswarm runs list --status interrupted, then alphaswarm runs unlock RUN",
    )


def _stale(diagnostic: Diagnostic) -> AlphaSwarmError | None:
    if "plan is stale" not in diagnostic.text.lower() and "different state lineage" not in diagnostic.text.lower():
        return None
    return StalePlanError(
        "The plan is stale: the state has changed since it was made",
        why=" ".join(diagnostic.detail.split()),
        fix="Plan again: alphaswarm deploy plan",
    )


def _provider_missing(diagnostic: Diagnostic) -> AlphaSwarmError | None:
    if not re.search(
        r"query available provider packages|install provider|Required plugins are not installed|"
        r"Inconsistent dependency lock file|dependency lock file",
        diagnostic.text,
    ):
        return None
    return ProviderMissingError(
        f"Terraform: {diagnostic.summary}",
        why=" ".join(diagnostic.detail.split())[:600],
        fix="alphaswarm doctor says where providers are looked for and how to get them",
    )


def _not_answering(diagnostic: Diagnostic) -> AlphaSwarmError | None:
    found = re.search(r"(?:https?://)?(127\.0\.0\.1:\d+|localhost:\d+)[^\n]*connection refused", diagnostic.text)
    if not found:
        return None
    return CloudUnreachableError(
        f"The local cloud at {found.group(1)} does not answer",
        why="connection refused; it stopped, and what it held is gone",
        fix="Start it again: alphaswarm local up (then apply the landing zone anew)",
    )


def _not_stored(diagnostic: Diagnostic) -> AlphaSwarmError | None:
    if not re.search(r"failed to write plan|no space left on device|quota exceeded", diagnostic.text.lower()):
        return None
    return ArtifactStoreError(
        f"Terraform: {diagnostic.summary}",
        why=" ".join(diagnostic.detail.split())[-400:] or None,
        fix="Make room or choose another place: ALPHASWARM_HOME; then plan again",
    )


_RECOGNISED: tuple[Callable[[Diagnostic], AlphaSwarmError | None], ...] = (
    _handle_missing,
    _state_locked,
    _stale,
    _not_stored,
    _provider_missing,
    _not_answering,
)
