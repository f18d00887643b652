"""One root module of the landing zone, worked on with native Terraform: init, plan to a file, apply of that file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alphaswarm_core.terraform.initialisation import INIT_ARGUMENTS

if TYPE_CHECKING:
    from alphaswarm.composition import Session
    from alphaswarm.progress import PlainProgress
    from alphaswarm_core.terraform.execution import Outcome, StopRequest
    from alphaswarm_core.terraform.native import NativeTerraform

_SECONDS = 3600.0
_NO_CHANGES, _CHANGES = 0, 2  # of `plan -detailed-exitcode`
_COUNTS = ("Plan: ", "Apply complete! ")


@dataclass(frozen=True, slots=True)
class NativeRoot:
    """One root module with the values of one environment.

    Attributes:
        terraform: What executes the commands.
        directory: The root module.
        work: A private directory for its data, its saved plan and its log.
        initialise: Further words for `init`.
        values: Further words for `plan`.
    """

    terraform: "NativeTerraform"
    directory: Path
    work: Path
    initialise: Sequence[str] = ()
    values: Sequence[str] = ()

    def init(self) -> None:
        """Install what the root module needs, and find its state.

        Raises:
            AlphaSwarmError: see `failures.failure_of`.
        """
        self._run(*INIT_ARGUMENTS, *self.initialise)

    def plan(self) -> str | None:
        """Plan to a file; Terraform's own sentence about it, or None when there is nothing to do.

        Raises:
            AlphaSwarmError: see `failures.failure_of`.
        """
        words = ("plan", "-input=false", "-json", "-detailed-exitcode", f"-out={self.saved}", *self.values)
        outcome = self._run(*words, succeeded=(_NO_CHANGES, _CHANGES))
        return None if outcome.exit_code == _NO_CHANGES else self._counts() or "changes"

    def show(self) -> dict[str, Any]:
        """What `plan` has saved, as `terraform show -json` says it. It holds secrets: it is not kept.

        Raises:
            AlphaSwarmError: see `failures.failure_of`, or what it says is no JSON.
        """
        from alphaswarm_core.terraform.failures import failure_of

        place = self.work / "shown.json"
        try:
            outcome = self.terraform.run(
                self.directory,
                ("show", "-json", str(self.saved)),
                log=place,
                timeout_seconds=_SECONDS,
                data=self.work / "data",
            )
            if outcome.exit_code != 0 or outcome.stopped:
                raise failure_of(outcome, step="show", log=self._log)
            document: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        finally:
            place.unlink(missing_ok=True)
        return document

    def apply(self) -> str:
        """Apply exactly what `plan` has saved; Terraform's own sentence about it.

        Raises:
            AlphaSwarmError: see `failures.failure_of`.
        """
        try:
            self._run("apply", "-input=false", "-json", str(self.saved))
            return self._counts() or "applied"
        finally:
            self.saved.unlink(missing_ok=True)  # it holds what a state holds

    @property
    def saved(self) -> Path:
        """Where the plan is."""
        return self.work / "saved.tfplan"

    @property
    def _log(self) -> Path:
        return self.work / "native.log"

    def _run(self, *words: str, succeeded: Sequence[int] = (0,)) -> "Outcome":
        from alphaswarm_core.terraform.failures import failure_of

        outcome = self.terraform.run(
            self.directory, words, log=self._log, timeout_seconds=_SECONDS, data=self.work / "data"
        )
        if outcome.exit_code not in succeeded or outcome.stopped:
            raise failure_of(outcome, step=words[0], log=self._log)
        return outcome

    def _counts(self) -> str | None:
        """Terraform's own last sentence about what it did or would do."""
        from alphaswarm_core.terraform.events import parse_event

        for line in reversed(self._log.read_text("utf-8", "replace").splitlines()):
            event = parse_event(line)
            if event and event.kind == "change_summary":
                return next(
                    (event.message.removeprefix(each) for each in _COUNTS if event.message.startswith(each)), None
                )
        return None


def native_terraform(
    here: "Session", cloud: Mapping[str, str], progress: "PlainProgress", stop: "StopRequest"
) -> "NativeTerraform":
    """Native Terraform with the credentials in `cloud`."""
    import os

    from alphaswarm_core.terraform.engines.selection import select_engine
    from alphaswarm_core.terraform.execution import Supervisor
    from alphaswarm_core.terraform.native import NativeTerraform

    return NativeTerraform(
        settings=here.settings,
        engine=select_engine(here.settings.terraform, os.environ),
        cloud=cloud,
        ambient=os.environ,
        supervisor=Supervisor(progress.event, lambda: None, stop),
    )
