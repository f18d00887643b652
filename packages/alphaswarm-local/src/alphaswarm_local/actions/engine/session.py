"""A job while it runs: its directories, variables, secrets and processes, shared by all its steps."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from alphaswarm_local.actions.engine.contexts import told_variables
from alphaswarm_local.actions.engine.layout import Layout
from alphaswarm_local.actions.engine.masks import Masks
from alphaswarm_local.actions.engine.processes import JobProcesses
from alphaswarm_local.actions.engine.reporting import Reporter
from alphaswarm_local.actions.engine.settings import RunnerSettings
from alphaswarm_local.actions.expressions import Condition
from alphaswarm_local.actions.expressions.values import Value
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.control_plane import ControlPlane, JobGrant
from alphaswarm_local.actions.seam.events import Conclusion
from alphaswarm_local.actions.seam.requests import JobFacts


@dataclass
class PostStep:
    """What has to be done at the end of the job for a step that ran. `run` raises when it fails."""

    name: str
    condition: Condition
    run: Callable[[int], None]


@dataclass
class JobSession:
    """The mutable state of one job; only its own thread changes it.

    Attributes:
        contexts: `github`, `secrets`, `vars`, `inputs`, `needs`, `strategy`, `matrix`, `runner`, as they stay.
        env: `env`: of the workflow and the job, and what steps wrote to `GITHUB_ENV`.
        paths: What steps added to `PATH`, the newest last.
        failed: Whether a step has failed.
        post: Steps for the end, in the order of their main steps.
    """

    facts: JobFacts
    plane: ControlPlane
    settings: RunnerSettings
    layout: Layout
    masks: Masks
    reporter: Reporter
    processes: JobProcesses
    cancellation: Cancellation
    grant: JobGrant
    contexts: dict[str, Value]
    env: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    failed: bool = False
    post: list[PostStep] = field(default_factory=list)
    _last_moment: float | None = None

    @property
    def status(self) -> Conclusion:
        """`job.status`."""
        if self.cancellation.requested:
            return Conclusion.CANCELLED
        return Conclusion.FAILURE if self.failed else Conclusion.SUCCESS

    @property
    def search_path(self) -> str:
        """`PATH` as steps see it."""
        return self._path(None)

    def _path(self, stated: str | None) -> str:
        """`PATH`: what steps added stands in front, also of one that a workflow or a step states itself."""
        return ":".join([*reversed(self.paths), self.settings.path if stated is None else stated])

    def environment(self, github: Mapping[str, Value], own: Mapping[str, str]) -> dict[str, str]:
        """All variables of a process of a step.

        Nothing of this machine's environment is in it but `PATH`. What GitHub sets comes last: no step and no workflow
        can replace it.
        """
        runner = self.contexts["runner"]
        return {
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            **self.grant.environment,
            **self.env,
            **own,
            "HOME": str(self.layout.home),
            "PATH": self._path({**self.env, **own}.get("PATH")),
            **told_variables(github, runner if isinstance(runner, dict) else {}),
            **self._identity_variables(),
        }

    def _identity_variables(self) -> dict[str, str]:
        identity = self.grant.identity
        if identity is None:
            return {}
        return {"ACTIONS_ID_TOKEN_REQUEST_URL": identity.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": identity.token}

    def stop_signal(self) -> Cancellation:
        """What stops a step that starts now; its job's cancellation, unless that has come already."""
        return Cancellation() if self.cancellation.requested else self.cancellation

    def seconds_left(self) -> float | None:
        """How long a step may take because the job is cancelled; None: it is not."""
        if not self.cancellation.requested:
            return None
        if self._last_moment is None:
            self._last_moment = time.monotonic() + self.settings.cancelled_job_seconds
        return max(0.0, self._last_moment - time.monotonic())
