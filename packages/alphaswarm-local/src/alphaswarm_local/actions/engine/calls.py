"""The reusable workflows that a run calls, found and checked before anything runs: what is missing stops the start."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from alphaswarm_local.actions.errors import WorkflowFileError
from alphaswarm_local.actions.seam.control_plane import ControlPlane
from alphaswarm_local.actions.seam.requests import CalledFile, RunRequest
from alphaswarm_local.actions.workflow import Workflow, parse_workflow
from alphaswarm_local.actions.workflow.model import Job
from alphaswarm_local.actions.workflow.permissions import beyond

DEEPEST_CALL = 10
MOST_CALLED = 50
"""Levels and different files of reusable workflows, as on GitHub."""


@dataclass(frozen=True, slots=True)
class Called:
    """A reusable workflow, and what it calls in turn by `uses`."""

    file: CalledFile
    workflow: Workflow
    calls: "Mapping[str, Called]"


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that calls: `./` means its repository at its commit."""

    repository: str
    ref: str
    sha: str


def find_calls(plane: ControlPlane, run: RunRequest, workflow: Workflow) -> Mapping[str, Called]:
    """What `workflow` calls, by `uses`.

    Raises:
        WorkflowFileError: a file is missing, invalid, not made to be called, or too many or too deep call each other.
    """
    origin = Origin(run.repository.name, run.ref or run.sha, run.workflow_sha)
    return _Finder(plane).calls_of(workflow, origin, 1)


class _Finder:
    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._seen: set[str] = set()

    def calls_of(self, workflow: Workflow, origin: Origin, depth: int) -> dict[str, Called]:
        found: dict[str, Called] = {}
        for job in workflow.jobs.values():
            if job.call is not None and job.call.uses not in found:
                found[job.call.uses] = self._called(workflow, job, origin, depth)
        return found

    def _called(self, caller: Workflow, job: Job, origin: Origin, depth: int) -> Called:
        uses = job.call.uses if job.call is not None else ""
        file, text = self._file(caller, job, uses, origin)
        self._seen.add(str(file))
        if depth > DEEPEST_CALL or len(self._seen) > MOST_CALLED:
            raise WorkflowFileError(
                f"Reusable workflows call each other over {DEEPEST_CALL} levels deep, or are more than {MOST_CALLED}",
                path=caller.path,
                line=job.line,
            )
        workflow = parse_workflow(text, file.path)
        if "workflow_call" not in workflow.triggers.events:
            raise WorkflowFileError(f"{uses} has no workflow_call trigger", path=caller.path, line=job.line)
        inner = Origin(file.repository, file.ref, file.sha)
        return Called(file, workflow, self.calls_of(workflow, inner, depth + 1))

    def _file(self, caller: Workflow, job: Job, uses: str, origin: Origin) -> tuple[CalledFile, str]:
        if uses.startswith("./"):
            repository, path, ref = origin.repository, uses.removeprefix("./"), origin.sha
        else:
            name, _, ref = uses.rpartition("@")
            owner, repository_name, path = name.split("/", 2)
            repository = f"{owner}/{repository_name}"
        source = self._plane.source_file(repository, ref, path)
        if source is None:
            raise WorkflowFileError(f"There is no workflow {uses}", path=caller.path, line=job.line)
        shown = origin.ref if uses.startswith("./") else source.ref
        return CalledFile(repository, path, shown, source.sha), source.text


def permissions_of(job: Job, workflow: Workflow, allowed: Mapping[str, str], *, called: bool) -> Mapping[str, str]:
    """What a job's token may.

    Args:
        job: The job.
        workflow: Its file, which may state what counts for all its jobs.
        allowed: In a called workflow, what the calling job may; else the repository's default.
        called: Whether the job is in a called workflow, which may not take more than its caller has.

    Raises:
        WorkflowFileError: it takes more.
    """
    stated = job.permissions if job.permissions is not None else workflow.permissions
    if stated is None:
        return allowed
    scope = beyond(stated, allowed) if called else None
    if scope is not None:
        raise WorkflowFileError(
            f"The job {job.id} asks for '{scope}: {stated[scope]}', but its caller has only "
            f"'{scope}: {allowed.get(scope, 'none')}'",
            path=workflow.path,
            line=job.line,
        )
    return stated


def check_permissions(
    workflow: Workflow, calls: Mapping[str, Called], allowed: Mapping[str, str], *, called: bool
) -> None:
    """Hold every job of every called workflow to what its caller has.

    Raises:
        WorkflowFileError: one asks for more: GitHub does not start such a run.
    """
    for job in workflow.jobs.values():
        has = permissions_of(job, workflow, allowed, called=called)
        for each in _callee(job, calls):
            check_permissions(each.workflow, each.calls, has, called=True)


def _callee(job: Job, calls: Mapping[str, Called]) -> Iterator[Called]:
    if job.call is not None:
        yield calls[job.call.uses]
