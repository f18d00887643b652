"""Every kind of job that matters for trust, named: what a matrix of roles and subjects runs over.

Names are stable and readable: `platform/environment-prod@push-default`. A name never changes its meaning; new kinds get
new names.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from alphaswarm_core.identity.github.errors import ImpossibleJobError
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs import DEPENDABOT, Callee, IdTokenPermission, RunnerEnvironment, WorkflowJob
from alphaswarm_core.identity.github.jobs_of import EXAMPLE_SHA, workflow_job
from alphaswarm_core.identity.github.repositories import Repository
from alphaswarm_core.identity.github.subjects import SubjectFormat
from alphaswarm_core.identity.github.templates import SubjectTemplate

_FEATURE = "refs/heads/feature"
_DEPENDABOT_ID = 49699333
_OTHER_ID = 999_999_937
_FOREIGN_FILE = ".github/workflows/other.yml"
_TEMPLATES: Mapping[str, SubjectTemplate] = {
    "template-context-file": SubjectTemplate(("repo", "context", "job_workflow_ref")),
    "template-owner": SubjectTemplate(("repository_owner",)),
    "template-environment": SubjectTemplate(("repo", "environment")),
}


@dataclass(frozen=True, slots=True)
class NamedJob:
    """A job and the name that reports and declared intents call it by."""

    name: str
    job: WorkflowJob


def representative_jobs(
    repositories: Mapping[str, Repository], environments: Sequence[str], workflows: Sequence[str]
) -> tuple[NamedJob, ...]:
    """Every kind of subject, with the variations that an attacker or a mistake would try.

    Args:
        repositories: The repositories that deploy, by a short name. Near misses of each are added: the recycled name
            (same name, other ids), a stranger whose name starts with the owner's, a neighbour in the organisation,
            the other subject format, customised subjects.
        environments: The declared environments. Near misses are added: other case, a longer name, an escaped colon.
        workflows: The workflow files that may deploy. A foreign file and foreign callees are added.

    Returns:
        Jobs with distinct names; some of them get no token (`claims` says why).

    Raises:
        ImpossibleJobError: no workflow file is given: nothing could run.
    """
    if not workflows:
        raise ImpossibleJobError("No workflow file is given", fix="Name at least one file that may deploy")
    found: list[NamedJob] = []
    for short, repository in repositories.items():
        found += _of_repository(short, repository, environments, workflows)
        found += _near_misses(short, repository, environments, workflows[0])
    return tuple(found)


def event_jobs(repository: Repository, workflow_path: str) -> dict[str, WorkflowJob]:
    """Every kind of event without an environment, by name."""
    return {
        name: replace(job, run_number=number)
        for number, (name, job) in enumerate(_events(repository, workflow_path), start=1)
    }


def _events(repository: Repository, path: str) -> Iterator[tuple[str, WorkflowJob]]:
    special = {Event.PUSH, Event.WORKFLOW_DISPATCH, Event.PULL_REQUEST}
    for event in (Event.PUSH, Event.WORKFLOW_DISPATCH):
        yield f"{event}-default", workflow_job(event, repository, path)
        yield f"{event}-branch", workflow_job(event, repository, path, ref=_FEATURE)
        yield f"{event}-tag", workflow_job(event, repository, path, ref="refs/tags/v1.0.0")
    yield (
        "push-tag-named-as-default",
        workflow_job(Event.PUSH, repository, path, ref=f"refs/tags/{repository.default_branch}"),
    )
    yield from _pull_requests(repository, path)
    for event in Event:
        if event not in special:
            yield str(event), workflow_job(event, repository, path)
    yield "deployment-commit", workflow_job(Event.DEPLOYMENT, repository, path, ref="")
    runner = RunnerEnvironment.SELF_HOSTED
    yield "push-default-self-hosted", workflow_job(Event.PUSH, repository, path, runner_environment=runner)
    permission = IdTokenPermission.NONE
    yield "push-default-no-permission", workflow_job(Event.PUSH, repository, path, id_token=permission)


def _pull_requests(repository: Repository, path: str) -> Iterator[tuple[str, WorkflowJob]]:
    event = Event.PULL_REQUEST
    yield "pull_request", workflow_job(event, repository, path)
    yield "pull_request-merged", workflow_job(event, repository, path, merged=True)
    yield "pull_request-fork", workflow_job(event, repository, path, from_fork=True)
    target = workflow_job(Event.PULL_REQUEST_TARGET, repository, path, from_fork=True)
    yield "pull_request_target-fork", target
    bot = workflow_job(event, repository, path, head_ref="dependabot/pip/x", actor=DEPENDABOT, actor_id=_DEPENDABOT_ID)
    yield "pull_request-dependabot", bot


def _of_repository(
    short: str, repository: Repository, environments: Sequence[str], workflows: Sequence[str]
) -> Iterator[NamedJob]:
    path = workflows[0]
    events = event_jobs(repository, path)
    for name, job in events.items():
        yield NamedJob(f"{short}/{name}", job)
        for environment in _with_near_names(environments):
            yield NamedJob(f"{short}/environment-{environment}@{name}", replace(job, environment=environment))
    for file in dict.fromkeys((*workflows[1:], _FOREIGN_FILE)):
        yield from _both(f"{short}+file-{_stem(file)}", repository, environments, file)
    for name, callee in _callees(repository, path).items():
        yield from _both(f"{short}+callee-{name}", repository, environments, _FOREIGN_FILE, callee)


def _both(
    prefix: str, repository: Repository, environments: Sequence[str], path: str, callee: Callee | None = None
) -> Iterator[NamedJob]:
    """A push to the default branch and a pull request, without and with each environment."""
    events = {"push-default": Event.PUSH, "pull_request": Event.PULL_REQUEST}
    for (name, event), chosen in itertools.product(events.items(), (None, *environments)):
        where = f"environment-{chosen}@" if chosen else ""
        yield NamedJob(
            f"{prefix}/{where}{name}", workflow_job(event, repository, path, environment=chosen, callee=callee)
        )


def _callees(repository: Repository, path: str) -> dict[str, Callee]:
    """Reusable workflows that a job may call: the right file, from elsewhere, and another's."""
    main = repository.default_ref
    return {
        "default": Callee(repository.name, path, main, EXAMPLE_SHA),
        "branch": Callee(repository.name, path, _FEATURE, EXAMPLE_SHA),
        "pull": Callee(repository.name, path, "refs/pull/1/merge", EXAMPLE_SHA),
        "pinned": Callee(repository.name, path, EXAMPLE_SHA, EXAMPLE_SHA),
        "foreign": Callee(f"{repository.owner[:34]}-evil/workflows", path, main, EXAMPLE_SHA),
    }


def _near_misses(short: str, repository: Repository, environments: Sequence[str], path: str) -> Iterator[NamedJob]:
    """The same jobs in repositories that look like the right one."""
    ours = Callee(repository.name, path, repository.default_ref, EXAMPLE_SHA)
    for name, other in _lookalikes(repository).items():
        yield from _both(f"{short}+{name}", other, environments, path)
        if name == "stranger":  # anybody may call a workflow of a public repository: its file name proves no caller
            yield from _both(f"{short}+stranger-calls-ours", other, environments, _FOREIGN_FILE, ours)


def _lookalikes(repository: Repository) -> dict[str, Repository]:
    owner, _, name = repository.name.partition("/")
    other_format = next(each for each in SubjectFormat if each is not repository.subject_format)
    found = {
        "recycled": replace(repository, id=_OTHER_ID, owner_id=_OTHER_ID - 1),
        "recreated": replace(repository, id=_OTHER_ID),
        "stranger": replace(repository, name=f"{owner[:34]}-evil/{name}", id=_OTHER_ID, owner_id=_OTHER_ID - 1),
        "neighbour": replace(repository, name=f"{owner}/{name[:94]}-other", id=_OTHER_ID),
        "other-format": replace(repository, subject_format=other_format),
    }
    return found | {label: replace(repository, template=template) for label, template in _TEMPLATES.items()}


def _with_near_names(environments: Sequence[str]) -> tuple[str, ...]:
    """The declared environments and names that look like them to a loose pattern or a careless reader."""
    near = (spelled for each in environments for spelled in (each.capitalize(), f"{each}-eu", f"{each}:x", f"x:{each}"))
    return tuple(dict.fromkeys((*environments, *near, "unprotected")))


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]
