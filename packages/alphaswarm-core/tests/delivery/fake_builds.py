"""CodeBuild in memory: a script of answers, one a question."""

import dataclasses
from collections.abc import Sequence

from alphaswarm_core.delivery.builds import Build, BuildRequest, LogPage, Phase
from alphaswarm_core.delivery.executor_errors import CodeBuildUnavailableError

COMMIT = "0123456789abcdef0123456789abcdef01234567"
RUNNING = Build(
    id="alphaswarm-deploy-dev:0f0e", arn="arn:aws:codebuild:us-east-1:111111111111:build/alphaswarm-deploy-dev:0f0e",
    status="IN_PROGRESS", complete=False, phase="BUILD", phases=(), resolved_commit=COMMIT, log_group="group",
    log_stream="stream", exported={}, initiator="aqp-gha-apply/42-1", started_at=1.0, link="https://console/log",
)  # fmt: skip
DONE = dataclasses.replace(
    RUNNING, status="SUCCEEDED", complete=True, phase="COMPLETED",
    exported={"ALPHASWARM_EXIT_CODE": "0", "ALPHASWARM_RUN_ID": "r"}, phases=(Phase("BUILD", "SUCCEEDED", 3),),
)  # fmt: skip


class FakeBuilds:
    """Answers `states` in order, the last for ever; a None among them is a question without an answer."""

    def __init__(self, states: Sequence[Build | None], pages: Sequence[LogPage | None] = ()) -> None:
        self._states, self._pages = list(states), list(pages)
        self.stopped: list[str] = []
        self.tokens: list[str | None] = []
        self.questions = 0

    def start(self, request: BuildRequest) -> Build:
        raise NotImplementedError

    def get(self, build_id: str) -> Build:
        self.questions += 1
        state = self._states.pop(0) if len(self._states) > 1 else self._states[0]
        if state is None:
            raise CodeBuildUnavailableError(f"CodeBuild does not look at the build {build_id}")
        return state

    def stop(self, build_id: str) -> Build:
        self.stopped.append(build_id)
        return RUNNING

    def log(self, group: str, stream: str, token: str | None) -> LogPage | None:
        self.tokens.append(token)
        return self._pages.pop(0) if self._pages else LogPage((), token)


class Watcher:
    """Notes everything."""

    def __init__(self) -> None:
        self.phases: list[str] = []
        self.lines: list[str] = []
        self.troubles: list[str] = []

    def phase(self, name: str) -> None:
        self.phases.append(name)

    def line(self, text: str) -> None:
        self.lines.append(text)

    def trouble(self, text: str) -> None:
        self.troubles.append(text)
