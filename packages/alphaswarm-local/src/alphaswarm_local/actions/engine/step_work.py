"""One step at work: what scripts and actions share: processes with command files, variables, time."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alphaswarm_local.actions.engine.command_files import CommandFiles
from alphaswarm_local.actions.engine.commands import CommandReader
from alphaswarm_local.actions.engine.frames import Frame
from alphaswarm_local.actions.engine.processes import Ending
from alphaswarm_local.actions.engine.session import JobSession
from alphaswarm_local.actions.engine.step_results import StepCancelled, StepFailed
from alphaswarm_local.actions.errors import CommandFileError, ToolMissingError
from alphaswarm_local.actions.expressions import Scope
from alphaswarm_local.actions.expressions.values import Value
from alphaswarm_local.actions.seam.events import Level
from alphaswarm_local.actions.workflow.model import Step

_BLOCKED = frozenset({"NODE_OPTIONS"})
"""GitHub refuses them in `GITHUB_ENV`: they would load code into every later Node.js action."""

_ANSWER_SECONDS = 30.0


@dataclass
class StepWork:
    """A step that runs.

    Attributes:
        name: What people see.
        number: Whose log it writes to.
        action: `github.action`.
        own: The step's own variables.
        seconds: Its time limit.
        run_inner: Runs the steps of a composite action.
        state: What the step wrote to `GITHUB_STATE`: its `pre`, main and `post` parts share it.
    """

    frame: Frame
    step: Step
    name: str
    number: int
    action: str
    own: dict[str, str]
    seconds: float | None
    run_inner: Callable[[Frame, Sequence[Step], int], int]
    state: dict[str, str] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)

    @property
    def session(self) -> JobSession:
        """The job."""
        return self.frame.session

    def say(self, text: str) -> None:
        """Write to the log."""
        self.session.reporter.say(self.number, text)

    def annotate(self, level: Level, message: str, place: Mapping[str, str] | None = None) -> None:
        """Keep a notice, warning or error."""
        self.session.reporter.annotate(self.number, level, message, place)

    def scope(self, **github: Value) -> Scope:
        """What the step's expressions see."""
        return self.frame.scope(self.own, action=self.action, **github)

    def environment(self, more: Mapping[str, str] | None = None, **github: Value) -> dict[str, str]:
        """The variables of the step's processes."""
        context = self.frame.github_context(action=self.action, **github)
        return self.session.environment(context, {**self.frame.env, **self.own, **(more or {})})

    def run(
        self,
        arguments: Sequence[str],
        *,
        directory: Path,
        more: Mapping[str, str] | None = None,
        **github: Value,
    ) -> dict[str, str]:
        """Run a process of the step to its end and take in what it wrote to its command files: its outputs.

        Raises:
            StepFailed: it failed, took too long, or used a command that is removed.
            StepCancelled: the job was cancelled.
        """
        files = CommandFiles.create(self.session.layout.temp / "_runner_file_commands")
        reader = CommandReader(self.session.masks, self.say, self.annotate, self.session.settings.debug)
        ended = self.session.processes.run(
            arguments,
            directory=directory,
            environment={**self.environment(more, **github), **files.variables()},
            on_line=reader.line,
            cancellation=self.session.stop_signal(),
            seconds=self._seconds_left(),
        )
        outputs = self._take_in(files)
        if ended.ending is Ending.CANCELLED:
            self.say("##[error]The operation was canceled.")
            raise StepCancelled
        if ended.ending is Ending.TIMED_OUT:
            raise StepFailed(self._timed_out(), outputs)
        if ended.code != 0:
            raise StepFailed(f"Process completed with exit code {_shown(ended.code)}.", outputs)
        if reader.failures:
            raise StepFailed("", outputs)  # said already
        return outputs

    def answer_of(self, arguments: Sequence[str]) -> str | None:
        """What a tool says, such as its version, without a line in the log; None: there is none, or it fails."""
        lines: list[str] = []
        try:
            ended = self.session.processes.run(
                arguments,
                directory=self.session.layout.workspace,
                environment=self.environment(),
                on_line=lines.append,
                cancellation=self.session.stop_signal(),
                seconds=_ANSWER_SECONDS,
            )
        except ToolMissingError:
            return None
        return "\n".join(lines) if ended.ending is Ending.EXITED and ended.code == 0 else None

    def _take_in(self, files: CommandFiles) -> dict[str, str]:
        for name, value in files.pairs("env"):
            if name.upper() in _BLOCKED:
                self.annotate(Level.ERROR, f"Can't store {name} output parameter using '$GITHUB_ENV' command.")
            else:
                self.export(name, value)
        for path in files.lines():
            self.add_path(path)
        self.state.update(files.pairs("state"))
        self._summarise(files)
        return dict(files.pairs("output"))

    def _summarise(self, files: CommandFiles) -> None:
        """A summary that is too long is left out and does not fail the step, as on GitHub."""
        try:
            self.session.reporter.summary(self.number, files.summary())
        except CommandFileError as error:
            self.annotate(Level.ERROR, error.what)

    def export(self, name: str, value: str) -> None:
        """Set a variable for the steps that follow."""
        self.session.env[name] = value

    def add_path(self, path: str) -> None:
        """Put a directory in front of `PATH` for the steps that follow."""
        if path in self.session.paths:
            self.session.paths.remove(path)
        self.session.paths.append(path)

    def _seconds_left(self) -> float | None:
        limits = [self.session.seconds_left()]
        if self.seconds is not None:
            limits.append(self.seconds - (time.monotonic() - self._started))
        known = [each for each in limits if each is not None]
        return min(known) if known else None

    def _timed_out(self) -> str:
        if self.seconds is None:
            return "The job is cancelled, and its last steps took too long."
        return f"The action '{self.action}' has timed out after {self.seconds / 60:g} minutes."


def _shown(code: int) -> int:
    """A signal as shells show it."""
    return 128 - code if code < 0 else code
