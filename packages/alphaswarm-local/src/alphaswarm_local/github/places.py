"""Where the embedded GitHub keeps its things, for parts that look at them from outside."""

from pathlib import Path


def directory_of(home: Path) -> Path:
    """Everything of it, below the project's `.alphaswarm`."""
    return home / "local" / "github"


def repository_path(home: Path, number: int) -> Path:
    """The commits of a repository, by its id. There is nothing before they were first needed."""
    return directory_of(home) / "git" / f"{number}.git"
