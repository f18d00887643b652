"""The project's local custom cache: directories that outlive a build, linked into the source of the next one.

As on CodeBuild's build hosts: a symbolic link, not a copy, and of one project alone. One build at a time has it;
another one that runs meanwhile goes without, because neither could trust what the other is writing.
Source: AWS CodeBuild User Guide, "Local caching", custom cache mode.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from alphaswarm_local.builds.worker.failures import client_error

Say = Callable[[str], None]

_ALL_BELOW = re.compile(r"(/\*\*/\*|/\*\*|/\*|/)\Z")
_WILDCARD = re.compile(r"[*?\[\]]")


class LocalCache:
    """The cache of a build's project.

    Args:
        place: Where its directories are kept; None: the project has no local custom cache.
        say: The build's log.
    """

    def __init__(self, place: str | None, say: Say) -> None:
        self._place, self._say = Path(place) if place else None, say
        self._lock: int | None = None

    def link(self, paths: Iterable[str], source: Path) -> None:
        """Link what the buildspec's `cache/paths` name into `source`.

        Raises:
            PhaseFailedError: one is no directory, or the cache cannot be used.
        """
        wanted = tuple(paths)
        if not wanted:
            return
        if self._place is None:
            self._say("Without effect here: the buildspec's cache; the project has no local custom cache")
            return
        try:
            self._link_all(self._place, [directory_of(each) for each in wanted], source)
        except OSError as problem:
            raise client_error(f"Unable to initialize cache: {problem}") from problem

    def _link_all(self, place: Path, directories: Iterable[str], source: Path) -> None:
        if not self._locked(place):
            self._say("The cache is not used: another build of the project has it")
            return
        for each in dict.fromkeys(directories):
            problem = _unlinkable(each, source)
            if problem:
                self._say(f"{each} is not cached: {problem}")
                continue
            (place / each).mkdir(mode=0o700, parents=True, exist_ok=True)
            (source / each).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            (source / each).symlink_to(place / each, target_is_directory=True)
            self._say(f"{each} is kept for the project's next build")

    def _locked(self, place: Path) -> bool:
        """Whether the cache is this build's until its process ends."""
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(place / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def directory_of(written: str) -> str:
    """The directory that a path of a buildspec's cache names by a pattern of all that is in it.

    Raises:
        PhaseFailedError: it names files.
    """
    name = _ALL_BELOW.sub("", written)
    if _WILDCARD.search(name):
        raise client_error(f"Unable to initialize cache: only directories can be cached locally: {written[:200]}")
    return str(PurePosixPath(name))


def _unlinkable(directory: str, source: Path) -> str | None:
    """Why there will be no link: nothing outside the build's own copy of the source is touched."""
    path = PurePosixPath(directory)
    if path.is_absolute() or directory.startswith("~") or ".." in path.parts or not path.parts:
        return "it is not below the source"
    # A link in the commit would have the cache's link made anywhere on this machine.
    if not (source / path).parent.resolve().is_relative_to(source.resolve()) or os.path.lexists(source / path):
        return "the source has it itself"
    return None
