"""Where an action comes from: the workspace, a hosted repository, the built-in ones, the action cache; in turn."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from alphaswarm_local.actions.builtin import BUILT_IN, BuiltIn
from alphaswarm_local.actions.engine.session import JobSession
from alphaswarm_local.actions.errors import UnsupportedActionError
from alphaswarm_local.actions.workflow.action_files import FILE_NAMES, ActionFile, parse_action

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class FoundAction:
    """An action as files. `repository` and `ref` are empty for one of the workspace."""

    directory: Path
    file: ActionFile
    repository: str = ""
    ref: str = ""


Found: TypeAlias = FoundAction | BuiltIn


def find_action(session: JobSession, uses: str) -> Found:
    """The action that `uses` names.

    Raises:
        UnsupportedActionError: there is none, and no stand-in.
        WorkflowFileError: its file is invalid, or of a kind that the runner does not run.
    """
    if uses.startswith("./"):
        return _in_workspace(session, uses)
    name, _, ref = uses.rpartition("@")
    owner, repository, *path = name.split("/")
    hosted = _hosted(session, f"{owner}/{repository}", ref, "/".join(path))
    if hosted is not None:
        return hosted
    stand_in = BUILT_IN.get(name.lower())
    if stand_in is not None:
        return stand_in
    return _cached(session, f"{owner}/{repository}", ref, "/".join(path))


def _in_workspace(session: JobSession, uses: str) -> FoundAction:
    workspace = session.layout.workspace
    directory = (workspace / uses).resolve()
    if not directory.is_relative_to(workspace):
        raise UnsupportedActionError(f"The action {uses} lies outside the workspace")
    return _read(directory, uses, hint="Did the job run actions/checkout before it?")


def _hosted(session: JobSession, repository: str, ref: str, path: str) -> FoundAction | None:
    destination = _destination(session, repository, ref)
    if not destination.exists() and session.plane.export_tree(repository, ref, destination) is None:
        return None
    return _read(_inside(destination, path), f"{repository}@{ref}", repository, ref)


def _cached(session: JobSession, repository: str, ref: str, path: str) -> FoundAction:
    cache = session.settings.action_cache
    stored = cache / f"{repository.lower()}@{ref}" if cache is not None and _COMMIT.fullmatch(ref) else None
    if stored is None or not stored.is_dir():
        raise UnsupportedActionError(
            f"The runner has no action {repository}@{ref}",
            why="it is neither built in nor in the action cache by its commit",
            fix=f"Put it there as {repository.lower()}@COMMIT, or use one that is built in",
        )
    destination = _destination(session, repository, ref)
    if not destination.exists():
        shutil.copytree(stored, destination, symlinks=True)
    return _read(_inside(destination, path), f"{repository}@{ref}", repository, ref)


def _destination(session: JobSession, repository: str, ref: str) -> Path:
    return session.layout.actions / repository.replace("/", "__") / re.sub(r"[^\w.-]", "_", ref)


def _inside(directory: Path, path: str) -> Path:
    found = (directory / path).resolve()
    if not found.is_relative_to(directory):
        raise UnsupportedActionError(f"The path {path!r} leaves the action's repository")
    return found


def _read(directory: Path, shown: str, repository: str = "", ref: str = "", hint: str | None = None) -> FoundAction:
    for name in FILE_NAMES:
        file = directory / name
        if file.is_file():
            text = file.read_bytes().decode("utf-8", "replace")
            return FoundAction(directory, parse_action(text, f"{shown}/{name}"), repository, ref)
    raise UnsupportedActionError(f"There is no action.yml in {shown}", fix=hint)
