"""`--executor codebuild`: an order goes to the deploy build of the environment, which is followed to its result."""

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING

from alphaswarm.build_progress import BuildProgress
from alphaswarm.composition import Session, say_target
from alphaswarm.output import say_at_once
from alphaswarm.protected_environment import require_protected
from alphaswarm_core.delivery.executor_errors import BuildStoppedError, CommitUnknownError
from alphaswarm_core.delivery.orders import Action, Order
from alphaswarm_core.errors import UsageError
from alphaswarm_core.target import Target, is_loopback

if TYPE_CHECKING:
    from alphaswarm_core.delivery.builds import BuildRequest, Builds
    from alphaswarm_core.delivery.following import Followed, StopAsked
    from alphaswarm_core.delivery.results import BuildResult

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_CHANGING = frozenset({Action.APPLY, Action.UP, Action.DESTROY})
_SESSION = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    environment: str
    action: Action
    plan_run: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class _Caller:
    """With which session the build is started, and the token that says for whom."""

    cloud: Mapping[str, str]
    evidence: str | None


def execute(here: Session, asked: Asked) -> "BuildResult":
    """Start the build, follow it, and say what came of it.

    Raises:
        AlphaSwarmError: it cannot be started, or it failed; the class has the exit code of what ran inside.
    """
    from alphaswarm_core.adapters.codebuild import AwsAccount, AwsBuilds
    from alphaswarm_core.delivery.builds import BuildRequest, idempotency_token
    from alphaswarm_core.delivery.deploy_project import project_name
    from alphaswarm_core.delivery.preflight import require_ready
    from alphaswarm_core.delivery.results import result_of

    here.settings.environment(asked.environment)
    say_target(here, asked.environment)
    if asked.action in _CHANGING:
        require_protected(here, asked.environment)
    commit = commit_to_build(here, asked.commit)
    caller = _caller(here, asked.environment)
    project = project_name(here.settings, asked.environment)
    unseen = require_ready(AwsAccount(caller.cloud), project, asked.environment)
    if unseen:
        here.output.narrate(f"Not looked at before the build, for want of permission: {', '.join(unseen)}")
    order = Order(asked.action, asked.plan_run, asked.inputs, caller.evidence)
    request = BuildRequest(project, commit, order, idempotency_token(order, commit, os.environ))
    return result_of(follow_build(here, AwsBuilds(caller.cloud), request), request.commit)


def follow_build(here: Session, builds: "Builds", request: "BuildRequest") -> "Followed":
    """Start a build and follow it to its end; Ctrl-C asks CodeBuild to stop it.

    Raises:
        BuildStoppedError: somebody left it before its end.
        AlphaSwarmError: it cannot be started or followed.
    """
    from alphaswarm_core.delivery.following import Follower, Pace, StopAsked

    local = here.settings.target is Target.LOCAL
    asked, wake = StopAsked(), threading.Event()
    pace = Pace(first=0.1, longest=0.3) if local else Pace()
    with _signals(asked, wake):
        build = builds.start(request)
        here.output.narrate(f"Build {build.id} of commit {request.commit[:12]}")
        followed = Follower(
            builds, BuildProgress(here.output), asked, pace, lambda seconds: _wait(wake, seconds)
        ).follow(build)
    if followed.left:
        raise BuildStoppedError(
            f"The build {build.id} was asked to stop, and left",
            why="its end was not waited for",
            fix=f"See how it is: aws codebuild batch-get-builds --ids {build.id}",
        )
    return followed


def _wait(wake: threading.Event, seconds: float) -> None:
    wake.wait(seconds)
    wake.clear()


@contextmanager
def _signals(asked: "StopAsked", wake: threading.Event) -> Iterator[None]:
    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.count += 1
        wake.set()
        say_at_once(
            "Leaving the build." if asked.count > 1 else "Asking CodeBuild to stop the build; Ctrl-C again leaves it.",
            clears_line=False,
        )

    before = {number: signal.signal(number, ask) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def commit_to_build(here: Session, named: str | None) -> str:
    """The commit to build: known in full, and where the build can get it.

    Raises:
        CommitUnknownError: there is none, or it was not pushed.
    """
    from alphaswarm_core.delivery.builds import COMMIT
    from alphaswarm_core.delivery.checkout import has_commit, uncommitted, was_pushed
    from alphaswarm_core.identity.actor import is_workflow_job
    from alphaswarm_core.source_revision import source_revision

    root = here.settings.root
    commit = named or source_revision(root, os.environ).commit
    if commit is None or not COMMIT.fullmatch(commit):
        raise CommitUnknownError(
            f"{commit!r} is not a full commit" if commit else "Nothing says which commit this is",
            why="a build runs exactly one commit; a branch, tag or short id may mean another one later",
            fix="Run it in a git checkout, or name all 40 digits: --commit",
        )
    known = has_commit if here.settings.target is Target.LOCAL else was_pushed
    if not is_workflow_job(os.environ) and not known(root, commit):
        raise CommitUnknownError(
            f"The commit {commit} is not where the build can get it",
            why="no remote branch that was fetched here contains it, or the repository does not have it",
            fix="Push it, then: git fetch",
        )
    changed = uncommitted(root) if named is None else 0
    if changed:
        here.output.narrate(f"{changed} changed files are not committed, so the build does not get them")
    return commit


def _caller(here: Session, environment: str) -> _Caller:
    from alphaswarm_core.adapters import job_token
    from alphaswarm_core.identity.actor import is_workflow_job

    if here.settings.target is Target.AWS:
        evidence = job_token.job_token(os.environ) if is_workflow_job(os.environ) else None
        return _Caller(here.cloud_environment(environment), evidence)
    cloud = here.cloud_environment(environment)
    own = {name: os.environ[name] for name in _SESSION if os.environ.get(name)}
    asks_here = job_token.can_request(os.environ) and is_loopback(os.environ[job_token.REQUEST_URL])
    if is_workflow_job(os.environ) and asks_here and len(own) == len(_SESSION):
        return _Caller({**cloud, **own}, job_token.job_token(os.environ))
    return _rehearsed(here, environment)


def _rehearsed(here: Session, environment: str) -> _Caller:
    """The apply role's session of a job that is rehearsed for it: the local cloud's keys may not start builds."""
    from alphaswarm.rehearsed_sessions import Authority, rehearsed_job, session_of_job, token_of_job
    from alphaswarm_core.adapters.job_token import AUDIENCE

    job = rehearsed_job(here, event="workflow_dispatch", environment=environment)
    session = session_of_job(here, environment, Authority.APPLY, job)
    return _Caller(session.cloud, token_of_job(here, job, AUDIENCE))


def refuse_with_build(**given: object) -> None:
    """Refuse options that say how a run on this machine is done.

    Raises:
        UsageError: one of them was given.
    """
    for name, value in given.items():
        if value:
            raise UsageError(
                f"--{name.replace('_', '-')} does not go with --executor codebuild",
                why="in a build, AWS says who acts, and nothing overrides its gate",
                fix="Leave one of the two out",
            )
