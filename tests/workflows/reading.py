"""The repository's own workflow files, read for the tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[2]
DIRECTORY = PROJECT / ".github/workflows"
ACTIONS = sorted((PROJECT / ".github/actions").glob("*/action.yml"))


@dataclass(frozen=True)
class File:
    """A workflow file or a composite action."""

    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def document(self) -> dict[Any, Any]:
        document: dict[Any, Any] = yaml.safe_load(self.text)
        return document

    @property
    def triggers(self) -> dict[str, Any]:
        """YAML takes the key `on` for a truth value."""
        triggers: dict[str, Any] = self.document[True]
        return triggers

    @property
    def jobs(self) -> dict[str, Any]:
        jobs: dict[str, Any] = self.document.get("jobs", {})
        return jobs

    def steps(self) -> Iterator[dict[str, Any]]:
        """All steps of all jobs, or of the action."""
        for job in self.jobs.values():
            yield from job.get("steps", [])
        yield from self.document.get("runs", {}).get("steps", [])


WORKFLOWS = {path.name: File(path) for path in sorted(DIRECTORY.glob("*.yml"))}
FILES = [*WORKFLOWS.values(), *(File(path) for path in ACTIONS)]


def job(workflow: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = WORKFLOWS[workflow].jobs[name]
    return found


def scripts() -> list[tuple[str, str]]:
    """Every `run:` with the file that it stands in."""
    return [(file.path.name, str(step["run"])) for file in FILES for step in file.steps() if "run" in step]
