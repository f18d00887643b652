"""Where steps run: in the job itself, or inside a composite action. Each has its own `steps`, inputs and success."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alphaswarm_local.actions.engine.session import JobSession
from alphaswarm_local.actions.expressions import Scope
from alphaswarm_local.actions.expressions.hashing import hash_files
from alphaswarm_local.actions.expressions.scope import RunFunction
from alphaswarm_local.actions.expressions.values import ExactDict, Value
from alphaswarm_local.actions.seam.events import Conclusion
from alphaswarm_local.actions.workflow.model import Defaults

DEEPEST_ACTION = 10
"""Composite actions within composite actions, as on GitHub."""


@dataclass
class Frame:
    """A list of steps while it runs.

    Attributes:
        github: What `github` has here and not in the job: `action_path` and its like.
        inputs: Of the action; None: those of the workflow.
        env: Variables of the step that the action is.
        steps: Results by id.
        states: What each step keeps from its `pre` to its `post`, by the identity of the step.
        depth: 0 for the job.
        number: The job's step whose log it writes to; 0: each step has its own.
    """

    session: JobSession
    defaults: Defaults = field(default_factory=Defaults)
    github: dict[str, Value] = field(default_factory=dict)
    inputs: Mapping[str, Value] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    steps: dict[str, Value] = field(default_factory=dict)
    states: dict[int, dict[str, str]] = field(default_factory=dict)
    depth: int = 0
    number: int = 0
    failed: bool = False

    def fail(self) -> None:
        """A step has failed."""
        self.failed = True
        if self.depth == 0:
            self.session.failed = True

    def github_context(self, **more: Value) -> dict[str, Value]:
        """`github` as steps here see it."""
        base = self.session.contexts["github"]
        status = Conclusion.FAILURE if self.failed else Conclusion.SUCCESS
        return {**(base if isinstance(base, dict) else {}), **self.github, "action_status": status.value, **more}

    def scope(self, own: Mapping[str, str] | None = None, **github: Value) -> Scope:
        """What expressions here see; `own` are the step's own variables."""
        session = self.session
        contexts: dict[str, Value] = {
            **session.contexts,
            "github": self.github_context(**github),
            "env": ExactDict({**session.env, **self.env, **(own or {})}),
            "steps": self.steps,
            "job": {"status": session.status.value},
        }
        if self.inputs is not None:
            contexts["inputs"] = self.inputs
        return Scope(contexts, self._functions())

    def _functions(self) -> dict[str, RunFunction]:
        session = self.session
        return {
            "success": lambda _: not self.failed and not session.cancellation.requested,
            "failure": lambda _: self.failed and not session.cancellation.requested,
            "cancelled": lambda _: session.cancellation.requested,
            "always": lambda _: True,
            "hashfiles": lambda patterns: hash_files(session.layout.workspace, patterns),
        }
