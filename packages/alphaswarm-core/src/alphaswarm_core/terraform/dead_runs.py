"""Runs whose process died are called what they are, by whichever command looks at runs next."""

from pathlib import Path

from alphaswarm_core.ledger.liveness import process_is_alive
from alphaswarm_core.ledger.records import Run
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.terraform.stack_data import run_artifacts


def mark_dead_runs(ledger: Ledger, home: Path) -> list[Run]:
    """Mark runs whose process died as `interrupted`, with the plans that they were applying.

    A run whose command died while its engine is still finishing cleanly is left alone until the engine is done: it
    still writes the state.

    Args:
        ledger: The open ledger.
        home: The project's `.alphaswarm` directory, where engines are written down.

    Returns:
        The runs that were marked.
    """
    finishing = {
        (lease.pid, lease.process_started)
        for lease in ledger.leases()
        if run_artifacts(home, lease.run_id).engine_lives()
    }
    return ledger.interrupt_dead_runs(
        is_alive=lambda pid, started: (pid, started) in finishing or process_is_alive(pid, started)
    )
