"""Jobs from little: an event and a repository settle most of a job, and the rest gets plain example values.

For explaining, rehearsing and enumerating. A real job's values come from the run.
"""

from typing import TypedDict, Unpack

from alphaswarm_core.identity.github.errors import ImpossibleJobError
from alphaswarm_core.identity.github.events import EVENTS_WITH_BRANCHES, REF_RULES, Event, RefRule
from alphaswarm_core.identity.github.jobs import Callee, IdTokenPermission, RunnerEnvironment, WorkflowJob
from alphaswarm_core.identity.github.repositories import Repository

EXAMPLE_SHA = "0123456789abcdef0123456789abcdef01234567"
EXAMPLE_ACTOR, EXAMPLE_ACTOR_ID = "octocat", 583231
_EXAMPLE_TAG = "v1.0.0"
_EXAMPLE_HEAD = "feature"


class JobFacts(TypedDict, total=False):
    """What may be said of a job besides its event; the fields of `WorkflowJob`."""

    ref: str
    sha: str
    workflow: str
    actor: str
    actor_id: int
    run_id: int
    run_number: int
    run_attempt: int
    check_run_id: int
    environment: str | None
    callee: Callee | None
    base_ref: str
    head_ref: str
    from_fork: bool
    merged: bool
    ref_protected: bool
    runner_environment: RunnerEnvironment
    id_token: IdTokenPermission


def workflow_job(
    event: Event, repository: Repository, workflow_path: str, *, number: int = 1, **facts: Unpack[JobFacts]
) -> WorkflowJob:
    """A job of `event`, with what is not given filled in.

    Args:
        event: What started the run. Without a `ref`: the default branch, `refs/pull/<number>/merge`, the merge queue's
            branch, or the tag `v1.0.0` for a release.
        repository: Where it runs.
        workflow_path: The top-level workflow file.
        number: The pull request, for events that have one.
        facts: Fields of `WorkflowJob`.

    Raises:
        GithubNameError: a part cannot exist.
        ImpossibleJobError: the parts do not go together.
    """
    known: JobFacts = {
        "sha": EXAMPLE_SHA,
        "workflow": workflow_path.rpartition("/")[2].rpartition(".")[0],
        "actor": EXAMPLE_ACTOR,
        "actor_id": EXAMPLE_ACTOR_ID,
        "run_id": 1,
        **_branches(event, repository),
        **facts,
    }
    if "ref" not in known:
        known["ref"] = _ref(event, repository, number, known)
    return WorkflowJob(repository=repository, event=event, workflow_path=workflow_path, **known)


def event_named(text: str) -> Event:
    """The event of that name.

    Raises:
        ImpossibleJobError: there is none; `workflow_call` is no event of a token.
    """
    try:
        return Event(text)
    except ValueError:
        raise ImpossibleJobError(
            f"{text!r} is not an event that a token can name",
            why="a called workflow has its caller's event" if text == "workflow_call" else None,
            fix=f"One of: {', '.join(Event)}",
        ) from None


def _branches(event: Event, repository: Repository) -> JobFacts:
    if event not in EVENTS_WITH_BRANCHES:
        return {}
    return {"base_ref": repository.default_branch, "head_ref": _EXAMPLE_HEAD}


def _ref(event: Event, repository: Repository, number: int, known: JobFacts) -> str:
    match REF_RULES[event]:
        case RefRule.TAG:
            return f"refs/tags/{_EXAMPLE_TAG}"
        case RefRule.QUEUE:
            return f"refs/heads/gh-readonly-queue/{repository.default_branch}/pr-{number}-{EXAMPLE_SHA}"
        case RefRule.MERGE_REF if known.get("merged"):
            return f"refs/heads/{known['base_ref']}"
        case RefRule.MERGE_REF:
            return f"refs/pull/{number}/merge"
        case _:
            return repository.default_ref
