"""The directories of one job: everything that it reads and writes by name lies under one of the runner's own."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things of a job are.

    Attributes:
        root: All of it; removed at the end.
        workspace: `GITHUB_WORKSPACE`.
        temp: `RUNNER_TEMP`.
        tools: `RUNNER_TOOL_CACHE`.
        home: `HOME`: no dotfile of this machine's user is read.
        actions: Where actions are unpacked.
    """

    root: Path
    workspace: Path
    temp: Path
    tools: Path
    home: Path
    actions: Path

    @classmethod
    def create(cls, work: Path, repository: str) -> "Layout":
        """New, private directories."""
        work.mkdir(parents=True, exist_ok=True, mode=0o700)
        root = Path(tempfile.mkdtemp(prefix="job-", dir=work)).resolve()
        name = repository.partition("/")[2]
        made = cls(root, root / "work" / name / name, root / "temp", root / "tools", root / "home", root / "actions")
        for directory in (made.workspace, made.temp, made.tools, made.home, made.actions):
            directory.mkdir(parents=True)
        return made

    def remove(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.root, ignore_errors=True)
