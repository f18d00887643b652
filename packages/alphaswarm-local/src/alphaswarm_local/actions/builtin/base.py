"""What a built-in action is, and what it is given when a step uses it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from alphaswarm_local.actions.errors import ActionFailedError, InputRefusedError

if TYPE_CHECKING:
    from alphaswarm_local.actions.engine.step_work import StepWork


@dataclass
class ActionCall:
    """One use of a built-in action.

    Attributes:
        work: The step.
        inputs: All inputs by lower-case name, defaults filled in.
        outputs: What the step's outputs become.
        kept: What the main part leaves for the part at the end of the job.
    """

    work: "StepWork"
    inputs: Mapping[str, str]
    workspace: Path
    outputs: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)

    def flag(self, name: str) -> bool:
        """An input that is true or false, in YAML's spellings.

        Raises:
            InputRefusedError: it is something else.
        """
        text = self.inputs[name]
        if text not in ("true", "True", "TRUE", "false", "False", "FALSE"):
            raise InputRefusedError(f"The input {name} has to be true or false, not {text[:40]!r}")
        return text.lower() == "true"

    def number(self, name: str) -> int:
        """An input that is a whole number.

        Raises:
            InputRefusedError: it is something else.
        """
        text = self.inputs[name]
        if not (text.isascii() and text.isdigit()):
            raise InputRefusedError(f"The input {name} has to be a number, not {text[:40]!r}")
        return int(text)

    def lines(self, name: str) -> list[str]:
        """An input of several lines."""
        return [line.strip() for line in self.inputs[name].splitlines() if line.strip()]

    def path(self, name: str) -> Path:
        """An input that is a path in the workspace.

        Raises:
            ActionFailedError: it leads out of the workspace.
        """
        return self._below(self.workspace, name)

    def own_path(self, name: str) -> Path:
        """An input that is a path anywhere in the job's directories, such as `RUNNER_TEMP`.

        Raises:
            ActionFailedError: it leads out of them: a job writes nothing else of this machine.
        """
        return self._below(self.work.session.layout.root, name)

    def _below(self, top: Path, name: str) -> Path:
        found = (self.workspace / self.inputs[name]).resolve()
        if not found.is_relative_to(top):
            raise ActionFailedError(f"{self.inputs[name]!r} is not under {top}")
        return found

    def run(
        self, arguments: Sequence[str], directory: Path | None = None, more: Mapping[str, str] | None = None
    ) -> None:
        """Run a process of the step; its failure is the step's."""
        self.work.run(arguments, directory=directory or self.workspace, more=more)

    def mask(self, value: str) -> None:
        """Hide a value from now on."""
        self.work.session.masks.add(value)

    def variable(self, name: str) -> str:
        """A variable as the step's processes would see it; empty where there is none."""
        return self.work.environment().get(name, "")


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in action.

    Attributes:
        name: `OWNER/REPO[/PATH]` in lower case.
        summary: What it does here, for the reference page.
        inputs: Name → default.
        required: Inputs that must be given.
        refused: Inputs of the real action that are not done here: giving one fails the step.
        post: What it does at the end of the job.
    """

    name: str
    summary: str
    inputs: Mapping[str, str]
    main: Callable[[ActionCall], None]
    required: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    post: Callable[[ActionCall], None] | None = None

    def inputs_from(self, given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
        """All inputs, and the names of given ones that the action does not know.

        Raises:
            InputRefusedError: one is missing, or not done here.
        """
        refused = sorted(name for name in given if name in self.refused and given[name] not in ("", "false"))
        if refused:
            raise InputRefusedError(f"This runner's {self.name} does not do the input(s) {', '.join(refused)}")
        missing = sorted(name for name in self.required if not given.get(name))
        if missing:
            raise InputRefusedError(f"{self.name} needs the input(s) {', '.join(missing)}")
        unknown = sorted(name for name in given if name not in self.inputs and name not in self.refused)
        known = {name: given[name] for name in given if name in self.inputs and given[name] != ""}
        return {**self.inputs, **known}, unknown
