"""`terraform init`, only when something that it depends on has changed.

Its inputs are the stack's files, the engine, the CLI configuration and where providers come from; their fingerprint is
kept beside the data directory. When a later command says that `init` is needed after all, the fingerprint is dropped.
"""

import time
from collections.abc import Callable
from pathlib import Path

from alphaswarm_core.canonical import document_digest
from alphaswarm_core.terraform.engines.base import Engine, EngineIdentity
from alphaswarm_core.terraform.events import Diagnostic
from alphaswarm_core.terraform.execution import Outcome, Supervisor
from alphaswarm_core.terraform.failures import failure_of, is_transient
from alphaswarm_core.terraform.spec import StackSpec
from alphaswarm_core.terraform.stack_data import StackData

_TIMEOUT_SECONDS = 900.0
_ATTEMPTS = 3
_FIRST_PAUSE_SECONDS = 2.0

INIT_ARGUMENTS = ("init", "-input=false", "-no-color", "-lockfile=readonly")


def ensure_initialised(
    spec: StackSpec,
    data: StackData,
    engine: Engine,
    environment: dict[str, str],
    supervisor: Supervisor,
    *,
    log: Path,
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Run `init` unless its inputs are those of the last time; transient failures are tried again.

    Returns:
        Whether `init` was run.

    Raises:
        AlphaSwarmError: it failed; see `failures.failure_of`.
    """
    with data.alone():
        wanted = fingerprint(spec, engine.identity, data.configuration)
        if _recorded(data) == wanted and data.terraform.is_dir():
            return False
        outcome = _run(engine, spec, environment, supervisor, log)
        for attempt in range(1, _ATTEMPTS):
            if outcome.exit_code == 0 or outcome.stopped or not is_transient(outcome.errors):
                break
            pause(_FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
            outcome = _run(engine, spec, environment, supervisor, log)
        if outcome.exit_code != 0:
            raise failure_of(outcome, step="init", log=log)
        data.initialised.write_text(wanted)
        return True


def forget(data: StackData) -> None:
    """Make the next command run `init`."""
    data.initialised.unlink(missing_ok=True)


def needs_init(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Whether Terraform says that `init` has to be run (first)."""
    return any("terraform init" in each.text or "tofu init" in each.text for each in diagnostics)


def fingerprint(spec: StackSpec, engine: EngineIdentity, configuration: Path) -> str:
    """The digest of everything that `init` depends on."""
    return document_digest(
        {
            "spec": {path: digest for path, digest in spec.files.items() if path.endswith((".tf", ".tf.json", ".hcl"))},
            "directory": str(spec.directory),
            "engine": [str(engine.kind), engine.product, engine.version],
            "configuration": configuration.read_text() if configuration.exists() else None,
        }
    )


def _recorded(data: StackData) -> str | None:
    try:
        return data.initialised.read_text()
    except OSError:
        return None


def _run(engine: Engine, spec: StackSpec, environment: dict[str, str], supervisor: Supervisor, log: Path) -> Outcome:
    with engine.open(spec.directory, environment) as session:
        return supervisor.run(session, list(INIT_ARGUMENTS), log=log, timeout_seconds=_TIMEOUT_SECONDS)
