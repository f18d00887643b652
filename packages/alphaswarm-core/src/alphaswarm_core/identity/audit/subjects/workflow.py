"""A workflow or action file as rules see it: triggers, jobs, steps, who has a token, which roles are assumed."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from posixpath import join, normpath

from alphaswarm_core.identity.audit.model import Expectations, Purpose, purpose_of
from alphaswarm_core.identity.audit.nodes import Node, Scalar, Table, listed, scalars, table, text_of

WORKFLOWS = ".github/workflows/"
_MOST_CALLS = 6
"""Levels of local actions and reusable workflows that are followed. GitHub allows 10 and 4."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `path` is the file that it is written in, which for an action's step is not the workflow."""

    path: str
    node: Table

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.node.line

    @property
    def uses(self) -> str:
        """The action; empty for a script."""
        return text_of(self.node.get("uses"))

    @property
    def action(self) -> str:
        """The action without its version, in lower case: `actions/cache`, `actions/cache/restore`."""
        return self.uses.partition("@")[0].lower()

    @property
    def inputs(self) -> Table:
        """`with:`."""
        return table(self.node.get("with"))

    @property
    def environment(self) -> Table:
        """`env:`."""
        return table(self.node.get("env"))

    def input(self, name: str) -> str:
        """The text of an input; input names compare without regard to case."""
        found = (value for key, value in self.inputs.entries if key.text.lower() == name)
        return text_of(next(found, None))

    def scripts(self) -> Iterator[Scalar]:
        """The texts that are executed: `run`, and the script of `actions/github-script`."""
        run = self.node.get("run")
        if isinstance(run, Scalar):
            yield run
        script = self.inputs.get("script")
        if isinstance(script, Scalar):
            yield script

    def script_lines(self) -> Iterator[tuple[int, str]]:
        """Every line of every script, comments left out."""
        for script in self.scripts():
            yield from ((line, row) for line, row in script.lines() if not row.lstrip().startswith("#"))


@dataclass(frozen=True, slots=True)
class Job:
    """One job of a workflow; for an action file, its `runs`."""

    id: str
    node: Table
    workflow: "WorkflowFile"

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.workflow.jobs_table.key_line(self.id)

    @property
    def uses(self) -> str:
        """The reusable workflow that the job is; empty for a job of steps."""
        return text_of(self.node.get("uses"))

    @property
    def condition(self) -> Scalar | None:
        """`if:`."""
        found = self.node.get("if")
        return found if isinstance(found, Scalar) else None

    @property
    def environment(self) -> str:
        """The name of the environment; empty when the job names none."""
        found = self.node.get("environment")
        return text_of(found.get("name")) if isinstance(found, Table) else text_of(found)

    @property
    def has_token(self) -> bool:
        """Whether the job can get an identity token. A job's own permissions replace the workflow's.

        A called workflow that states none has those of the job that calls it.
        """
        own = self.node.get("permissions")
        stated = own if own is not None else self.workflow.permissions
        return self.workflow.path in self.workflow.granted if stated is None else grants_token(stated)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that are written in this file."""
        found = (each for each in listed(self.node.get("steps")) if isinstance(each, Table))
        return tuple(Step(self.workflow.path, each) for each in found)

    def all_steps(self) -> Iterator[Step]:
        """The job's steps, and those of the local actions that it uses."""
        yield from self._with_local_actions(self.steps, 0, set())

    def _with_local_actions(self, steps: tuple[Step, ...], depth: int, seen: set[str]) -> Iterator[Step]:
        for step in steps:
            yield step
            action = self.workflow.local_action(step.uses)
            if action is None or depth >= _MOST_CALLS or action.path in seen:
                continue
            seen.add(action.path)  # once a job: actions that use each other often would multiply without end
            for job in action.jobs:
                yield from self._with_local_actions(job.steps, depth + 1, seen)

    @property
    def callee(self) -> "WorkflowFile | None":
        """The local reusable workflow that the job is."""
        return self.workflow.local_workflow(self.uses)

    def roles(self) -> Iterator[Scalar]:
        """What the job's steps give as the role to assume."""
        for step in self.all_steps():
            role = step.inputs.get("role-to-assume")
            if isinstance(role, Scalar):
                yield role

    @property
    def purpose(self) -> Purpose:
        """What the job's roles are for. A token job in a reviewed environment counts as privileged."""
        expectations = self.workflow.expectations
        found = {purpose_of(role.text.strip("${} "), expectations) for role in self.roles()}
        if Purpose.PRIVILEGED in found:
            return Purpose.PRIVILEGED
        if Purpose.PLAN in found:
            return Purpose.PLAN
        gated = self.environment and expectations.approvals_of(self.environment) > 0
        return Purpose.PRIVILEGED if gated and self.has_token and found else Purpose.UNKNOWN


def grants_token(permissions: Node | None) -> bool:
    """Whether a `permissions:` value has `id-token: write`. Nothing else grants it; the default does not."""
    if isinstance(permissions, Table):
        return text_of(permissions.get("id-token")) == "write"
    return text_of(permissions) == "write-all"


@dataclass(frozen=True, slots=True)
class WorkflowFile:
    """A workflow file, or an action file (`action.yml`), which has steps but neither triggers nor permissions.

    Args:
        path: Relative to the audited root.
        root: The document.
        neighbours: Every workflow and action file of the audit by path, this one too.
        expectations: What the repository declares about itself.
        granted: Paths of the workflow files that a job with a token calls.
    """

    path: str
    root: Table
    neighbours: "Mapping[str, WorkflowFile]"
    expectations: Expectations
    granted: AbstractSet[str] = frozenset()

    @property
    def is_action(self) -> bool:
        """Whether it is an action."""
        return WORKFLOWS not in f"/{self.path}"

    @property
    def triggers(self) -> dict[str, Node | None]:
        """What starts it: event → its filters."""
        on = self.root.get("on")
        if isinstance(on, Table):
            return {key.text: value for key, value in on.entries}
        return {each.text: None for each in scalars(on)}

    def trigger_line(self, event: str) -> int:
        """The line of an event under `on`."""
        on = self.root.get("on")
        if isinstance(on, Table):
            return on.key_line(event)
        return next((each.line for each in scalars(on) if each.text == event), self.root.key_line("on"))

    @property
    def permissions(self) -> Node | None:
        """The workflow's own `permissions`."""
        return self.root.get("permissions")

    @property
    def jobs_table(self) -> Table:
        """`jobs:`; for an action, the document, whose `runs` is taken as its one job."""
        return self.root if self.is_action else table(self.root.get("jobs"))

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs in the order of the file."""
        entries = self.jobs_table.entries
        wanted = ((key, value) for key, value in entries if not self.is_action or key.text == "runs")
        return tuple(Job(key.text, value, self) for key, value in wanted if isinstance(value, Table))

    def token_jobs(self) -> Iterator[Job]:
        """The jobs of this file that can get an identity token."""
        return (job for job in self.jobs if job.has_token and not self.is_action)

    def reached(self) -> "tuple[WorkflowFile, ...]":
        """This file and the local reusable workflows that it calls, directly or through others."""
        found: dict[str, WorkflowFile] = {self.path: self}
        waiting = [(self, 0)]
        while waiting:
            workflow, depth = waiting.pop()
            callees = [job.callee for job in workflow.jobs] if depth < _MOST_CALLS else []
            new = [each for each in callees if each is not None and each.path not in found]
            found.update({each.path: each for each in new})
            waiting += [(each, depth + 1) for each in new]
        return tuple(found.values())

    def _repository(self) -> str:
        """The directory of the repository that the file is in, relative to the audited root."""
        return self.path.partition(".github/")[0] if ".github/" in self.path else ""

    def local_action(self, uses: str) -> "WorkflowFile | None":
        """The action in this repository that `uses: ./…` names, if it was found."""
        if not uses.startswith("./"):
            return None
        directory = normpath(join(self._repository(), uses))
        files = (join(directory, name) if directory != "." else name for name in ("action.yml", "action.yaml"))
        return next((self.neighbours[each] for each in files if each in self.neighbours), None)

    def local_workflow(self, uses: str) -> "WorkflowFile | None":
        """The reusable workflow in this repository that `uses: ./.github/workflows/…` names, if it was found."""
        return self.neighbours.get(normpath(join(self._repository(), uses))) if uses.startswith("./") else None
