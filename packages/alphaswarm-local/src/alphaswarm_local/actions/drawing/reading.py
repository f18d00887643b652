"""A workflow file of a checkout, with the reusable workflows of the same checkout that it calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alphaswarm_local.actions.errors import WorkflowFileError
from alphaswarm_local.actions.workflow import Workflow, parse_workflow

_MOST_CALLS = 10


@dataclass(frozen=True, slots=True)
class Drawable:
    """A workflow, and those that it calls by `uses`; one of another repository is not there."""

    workflow: Workflow
    calls: "Mapping[str, Drawable]" = field(default_factory=dict)


def read_drawable(file: Path) -> Drawable:
    """Read `file` and what it calls.

    Raises:
        WorkflowFileError: a file is missing, unreadable or invalid, or they call each other in a circle.
    """
    path = file.resolve()
    root = path.parents[2] if path.parent.name == "workflows" and path.parents[1].name == ".github" else path.parent
    return _read(root, path, 0)


def _read(root: Path, path: Path, depth: int) -> Drawable:
    shown = str(path.relative_to(root))
    if depth > _MOST_CALLS:
        raise WorkflowFileError(f"Workflows call each other more than {_MOST_CALLS} levels deep", path=shown)
    workflow = parse_workflow(_text(path, shown), shown)
    uses = {job.call.uses for job in workflow.jobs.values() if job.call is not None}
    local = sorted(each for each in uses if each.startswith("./"))
    return Drawable(workflow, {each: _read(root, root / each.removeprefix("./"), depth + 1) for each in local})


def _text(path: Path, shown: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise WorkflowFileError("The file cannot be read", path=shown, why=why) from error
