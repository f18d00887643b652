"""From files' texts to what rules look at. A module needs all of its files, and a workflow the ones that it calls."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from alphaswarm_core.identity.audit.discovery import FileKind, FoundFile
from alphaswarm_core.identity.audit.errors import UnreadableSourceError
from alphaswarm_core.identity.audit.model import Expectations, Subject, purpose_of
from alphaswarm_core.identity.audit.nodes import Node, Table
from alphaswarm_core.identity.audit.plan_policies import is_plan, plan_policies, read_plan
from alphaswarm_core.identity.audit.reading.hcl_reader import read_hcl
from alphaswarm_core.identity.audit.reading.hcl_tree import Body
from alphaswarm_core.identity.audit.reading.json_reader import read_json
from alphaswarm_core.identity.audit.reading.terraform_json import read_terraform_json
from alphaswarm_core.identity.audit.reading.yaml_reader import read_yaml
from alphaswarm_core.identity.audit.subjects.files import UnreadFile
from alphaswarm_core.identity.audit.subjects.policy_reading import is_policy, read_policy
from alphaswarm_core.identity.audit.subjects.settings_document import SettingsDocument
from alphaswarm_core.identity.audit.subjects.terraform import TerraformFile, TerraformModule, locals_of
from alphaswarm_core.identity.audit.subjects.terraform_policies import policies_of
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile

_POLICY_MARK, _PLAN_MARK = '"Statement"', '"planned_values"'


@dataclass(slots=True)
class _Directory:
    """What was found of a module so far."""

    files: list[TerraformFile] = field(default_factory=list)
    lock: Body | None = None
    complete: bool = True


class Sources:
    """Collects files; single ones become subjects at once, modules and workflows when all files are there."""

    def __init__(self, expectations: Expectations) -> None:
        self._expectations = expectations
        self._workflows: dict[str, WorkflowFile] = {}
        self._granted: set[str] = set()
        self._directories: dict[str, _Directory] = {}

    def incomplete(self, file: FoundFile) -> None:
        """Note that a file could not be read: its module is judged by the rest."""
        if file.kind in (FileKind.TERRAFORM, FileKind.TERRAFORM_JSON):
            self._directory(file).complete = False

    def add(self, file: FoundFile, text: str) -> list[Subject]:
        """Take a file in. Returns what is to be judged by itself: a policy, settings, or a file that cannot be read."""
        try:
            return list(self._add(file, text))
        except UnreadableSourceError as error:
            self.incomplete(file)
            return [UnreadFile(file.path, error.line, error.what)]

    def subjects(self) -> Iterator[Subject]:
        """Workflows, modules, and the policies of modules."""
        self._grant()
        yield from self._workflows.values()
        for name, directory in self._directories.items():
            if directory.files:
                module = self._module(name, directory)
                yield module
                yield from _policies(module)

    def _add(self, file: FoundFile, text: str) -> Iterator[Subject]:
        if file.kind is FileKind.WORKFLOW:
            self._workflows[file.path] = self._workflow(file, read_yaml(text))
        elif file.kind is FileKind.LOCK:
            self._directory(file).lock = read_hcl(text, file.path)
        elif file.kind is FileKind.TERRAFORM:
            self._directory(file).files.append(TerraformFile(file.path, read_hcl(text, file.path)))
        elif file.kind is FileKind.TERRAFORM_JSON:
            self._directory(file).files.append(TerraformFile(file.path, read_terraform_json(text, file.path)))
        elif file.kind is FileKind.SETTINGS:
            yield self._settings(file, read_json(text))
        elif _POLICY_MARK in text or _PLAN_MARK in text:
            yield from self._json(file, text)

    def _grant(self) -> None:
        """Note which called workflows have a token from their caller, which may have it from its own."""
        before = -1
        while len(self._granted) > before:
            before = len(self._granted)
            jobs = (job for workflow in self._workflows.values() for job in workflow.jobs if job.uses)
            callees = [job.callee for job in jobs if job.has_token]
            self._granted |= {callee.path for callee in callees if callee is not None}

    def _directory(self, file: FoundFile) -> _Directory:
        return self._directories.setdefault(file.path.rpartition("/")[0] or ".", _Directory())

    def _workflow(self, file: FoundFile, root: Node) -> WorkflowFile:
        workflow = isinstance(root, Table) and (root.get("jobs") is not None or root.get("runs") is not None)
        if not isinstance(root, Table) or not workflow:
            raise UnreadableSourceError("It has neither jobs nor runs, so it is neither a workflow nor an action")
        return WorkflowFile(file.path, root, self._workflows, self._expectations, self._granted)

    def _settings(self, file: FoundFile, root: Node) -> Subject:
        if not isinstance(root, Table) or root.get("environments") is None:
            raise UnreadableSourceError("It has no environments, so it is no document of repository settings")
        return SettingsDocument(file.path, root, self._expectations)

    def _json(self, file: FoundFile, text: str) -> Iterator[Subject]:
        if _PLAN_MARK in text:
            plan: Any = read_plan(text)
            if is_plan(plan):
                yield from plan_policies(plan, file.path, self._expectations)
                return
        node = read_json(text)
        if is_policy(node):
            name = file.path.rpartition("/")[2]
            purpose = purpose_of(name.removesuffix(".json"), self._expectations)
            yield read_policy(node, path=file.path, name=name, purpose=purpose, expectations=self._expectations)

    def _module(self, name: str, directory: _Directory) -> TerraformModule:
        files = tuple(directory.files)
        return TerraformModule(
            path=files[0].path,
            directory=name,
            files=files,
            expectations=self._expectations,
            lock=directory.lock,
            complete=directory.complete,
            local_values=locals_of(files),
        )


def _policies(module: TerraformModule) -> Iterator[Subject]:
    """A module's policies, or, where reading them breaks a bound, the file as unread."""
    try:
        yield from policies_of(module)
    except UnreadableSourceError as error:
        yield UnreadFile(module.path, error.line, f"A policy in it cannot be read: {error.what}")
