"""However a run ends, its row says how."""

import contextlib
from collections.abc import Iterator, Mapping

from alphaswarm_core.canonical import Json
from alphaswarm_core.errors import AlphaSwarmError, RefusedError
from alphaswarm_core.ledger.errors import LedgerError
from alphaswarm_core.ledger.records import Actor, Run, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.policy import PolicyDeniedError
from alphaswarm_core.terraform.errors import EngineInterruptedError, StalePlanError


@contextlib.contextmanager
def recorded(ledger: Ledger, *runs: Run) -> Iterator[dict[str, Json]]:
    """Record the failure of `runs` when the block raises; the error goes on.

    Yields:
        Columns to write with the failure, filled in by the block as it learns them (`exit_code`, `state_after`, …);
        they go into the first run's row.

    A ledger that fails is not written to again: the row stays as it is, and the next command finds it interrupted.
    """
    learned: dict[str, Json] = {}
    try:
        yield learned
    except LedgerError:
        raise
    except BaseException as error:
        changes = {"error_code": code_of(error), "error": text_of(error)}
        for number, run in enumerate(runs):
            ledger.transition(run.id, status_for(error), changes={**changes, **(learned if number == 0 else {})})
        raise


def status_for(error: BaseException) -> RunStatus:
    """The final status of a run that ended with `error`."""
    if isinstance(error, EngineInterruptedError | KeyboardInterrupt | SystemExit):
        return RunStatus.cancelled
    if isinstance(error, PolicyDeniedError):
        return RunStatus.policy_failed
    if isinstance(error, StalePlanError):
        return RunStatus.stale
    return RunStatus.refused if isinstance(error, RefusedError) else RunStatus.errored


@contextlib.contextmanager
def refusals_noted(ledger: Ledger, action: str, subject: str, actor: Actor, body: Mapping[str, Json]) -> Iterator[None]:
    """Append an entry `run:<action>:refused` when the block refuses before there is a run to write it into."""
    try:
        yield
    except LedgerError:
        raise
    except AlphaSwarmError as error:
        facts = {"code": error.code, "what": error.what, "actor": actor.subject}
        ledger.note(f"run:{action}:refused", subject, {**body, **facts})
        raise


def code_of(error: BaseException) -> str:
    """The stable code of `error`."""
    return error.code if isinstance(error, AlphaSwarmError) else AlphaSwarmError.code


def text_of(error: BaseException) -> str:
    """What goes into the row: what happened and why."""
    if isinstance(error, AlphaSwarmError):
        return f"{error.what}: {error.why}" if error.why else error.what
    return f"{type(error).__name__}: {error}"
