"""Which workflows an event starts. Source: docs.github.com, "Events that trigger workflows"."""

from collections.abc import Iterator

from alphaswarm_local.actions.errors import WorkflowFileError
from alphaswarm_local.actions.workflow import Workflow, parse_workflow
from alphaswarm_local.actions.workflow.filters import matches, passes
from alphaswarm_local.actions.workflow.triggers import EventFilter
from alphaswarm_local.github.events.happening import Happening
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.state.repositories import Repository
from alphaswarm_local.github.state.runs import Run

DIRECTORY = ".github/workflows"
DISPATCHES = frozenset({"workflow_dispatch", "repository_dispatch"})
"""The events that a job's token may cause without that nothing happens: everything else would go round in circles."""

LONGEST_CHAIN = 3
_SKIPPING = ("[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]")


def start_workflows(hub: Hub, repository: Repository, happening: Happening) -> list[Run]:
    """Start every workflow that listens to what happened; the runs."""
    if not repository.actions.enabled or (happening.by.is_job and happening.event not in DISPATCHES):
        return []
    if happening.chain > LONGEST_CHAIN or _is_skipped(hub, repository, happening):
        return []
    runs = [_new_run(hub, repository, happening, path, found) for path, found in _listening(hub, repository, happening)]
    for run in runs:
        hub.launcher.launch(run)
    return runs


def workflow_files(hub: Hub, repository: Repository, commit: str) -> list[str]:
    """The paths of the workflow files at a commit."""
    found = hub.git(repository).files(commit, DIRECTORY) if commit else []
    return [path for path in found if path.endswith((".yml", ".yaml"))]


def read_workflow(hub: Hub, repository: Repository, commit: str, path: str) -> Workflow | None:
    """A workflow at a commit; None where it is none that GitHub could run, or is not there."""
    content = hub.git(repository).read(commit, path)
    if content is None:
        return None
    try:
        return parse_workflow(content.decode("utf-8", "replace"), path)
    except WorkflowFileError:
        return None


def _is_skipped(hub: Hub, repository: Repository, happening: Happening) -> bool:
    if not happening.skippable:
        return False
    commit = hub.git(repository).commit(happening.head_sha or happening.sha)
    return commit is not None and any(word in commit.message for word in _SKIPPING)


def _listening(hub: Hub, repository: Repository, happening: Happening) -> Iterator[tuple[str, Workflow | None]]:
    for path in workflow_files(hub, repository, happening.files_from):
        if happening.only not in (None, path):
            continue
        workflow = read_workflow(hub, repository, happening.files_from, path)
        if workflow is None:  # GitHub shows a file that it cannot run as a failed run of each push
            if happening.event == "push":
                yield path, None
            continue
        wanted = workflow.triggers.events.get(happening.event)
        if wanted is not None and _wants(wanted, happening):
            yield path, workflow


def _wants(wanted: EventFilter, happening: Happening) -> bool:
    if wanted.workflows is not None:
        named = str((happening.payload.get("workflow_run") or {}).get("name", ""))
        if not matches(wanted.workflows, named):
            return False
    return passes(
        happening.event, wanted, ref=happening.filtered_ref, activity=happening.activity, paths=happening.paths
    )


def _new_run(hub: Hub, repository: Repository, happening: Happening, path: str, workflow: Workflow | None) -> Run:
    now = hub.store.now()
    sha = happening.head_sha or happening.sha
    commit = hub.git(repository).commit(sha)
    title = happening.title or (commit.message.partition("\n")[0] if commit else "")
    run = Run(
        id=hub.store.new_id("run"),
        number=hub.store.next_run_number(repository.id, path),
        repository=repository.id,
        workflow_path=path,
        workflow_name=workflow.name if workflow is not None else path,
        event=happening.event,
        payload=happening.payload,
        ref=happening.ref,
        sha=happening.sha,
        workflow_sha=happening.files_from,
        head_branch=happening.head_branch,
        head_sha=sha,
        head_repository=happening.head_repository or repository.id,
        actor=happening.sender,
        triggering_actor=happening.sender,
        created_at=now,
        updated_at=now,
        attempt_started_at=now,
        title=title,
        base_ref=happening.base_ref,
        head_ref=happening.head_ref,
        from_fork=happening.from_fork,
        inputs=dict(happening.inputs),
        pull_number=happening.pull_number,
        chain=happening.chain,
    )
    with hub.store as records:
        records.runs[run.id] = run
    return run
