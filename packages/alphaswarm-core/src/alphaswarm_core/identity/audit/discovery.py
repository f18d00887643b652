"""The files of a directory that an audit looks at, and their text. Follows no link out of it, opens no device."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from os import scandir
from pathlib import Path

from alphaswarm_core.identity.audit.reading.bounds import MAX_BYTES
from alphaswarm_core.identity.audit.subjects.files import KeyedFile, UnreadFile
from alphaswarm_core.identity.audit.subjects.terraform import LOCK_FILE
from alphaswarm_core.identity.audit.subjects.workflow import WORKFLOWS

MOST_FILES = 200_000
_SKIPPED = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".terraform",
        ".alphaswarm",
        "node_modules",
        "__pycache__",
        ".venv",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        ".import_linter_cache",
        ".next",
    }
)
"""Directories that tools fill. What is in them is not the repository's."""
_ENVIRONMENT_MARK = "pyvenv.cfg"
_KEY_MARKS = (b"AKIA", b"ASIA")
_CHUNK = 1_048_576
_OVERLAP = 64
_AROUND = 40
_HEAD = 8192
_MOST_SCANNED = 64 * _CHUNK


class FileKind(Enum):
    """What a file is by its name."""

    WORKFLOW = auto()
    TERRAFORM = auto()
    TERRAFORM_JSON = auto()
    LOCK = auto()
    SETTINGS = auto()
    JSON = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file. `path` is relative to the root, with forward slashes."""

    path: str
    place: Path
    kind: FileKind


def kind_of(path: str) -> FileKind:
    """What a path, relative and with forward slashes, is by its name."""
    name = path.rpartition("/")[2].lower()
    in_workflows = f"/{path}".rpartition("/")[0].endswith(f"/{WORKFLOWS.rstrip('/')}")
    if name in ("action.yml", "action.yaml") or (in_workflows and name.endswith((".yml", ".yaml"))):
        return FileKind.WORKFLOW
    if name == LOCK_FILE:
        return FileKind.LOCK
    for ends, kind in (
        ((".tf", ".tofu"), FileKind.TERRAFORM),
        ((".tf.json", ".tofu.json"), FileKind.TERRAFORM_JSON),
        ((".settings.json",), FileKind.SETTINGS),
        ((".json",), FileKind.JSON),
    ):
        if name.endswith(ends):
            return kind
    return FileKind.OTHER


def find_files(root: Path) -> Iterator[FoundFile | UnreadFile]:
    """Every regular file below a directory, in the order of names; what cannot be listed as `UnreadFile`."""
    real_root = root.resolve()
    waiting, found = [root], 0
    while waiting:
        directory = waiting.pop()
        relative = directory.relative_to(root).as_posix()
        try:
            entries = sorted(scandir(directory), key=lambda entry: entry.name)
        except OSError as error:
            yield UnreadFile(relative, 1, f"The directory cannot be listed: {error.strerror}")
            continue
        if any(entry.name == _ENVIRONMENT_MARK for entry in entries):
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting += [] if entry.name in _SKIPPED else [Path(entry.path)]
                continue
            found += 1
            if found > MOST_FILES:
                yield UnreadFile(relative, 1, f"There are more than {MOST_FILES} files; the rest was not read")
                return
            yield from _file(Path(entry.path), root, real_root)


def _file(place: Path, root: Path, real_root: Path) -> Iterator[FoundFile | UnreadFile]:
    path = place.relative_to(root).as_posix()
    kind = kind_of(path)
    try:
        regular = stat.S_ISREG(place.stat().st_mode)
        inside = not place.is_symlink() or place.resolve().is_relative_to(real_root)
    except (OSError, RuntimeError):  # a broken link, or a loop of links
        regular, inside = False, True
    if regular and inside:
        yield FoundFile(path, place, kind)
    elif kind is not FileKind.OTHER and not (place.is_symlink() and place.is_dir()):
        what = "a link that leads out of the directory" if regular else "no regular file"
        yield UnreadFile(path, 1, f"It is {what}, so it was not read")


def read_text(file: FoundFile) -> str | UnreadFile:
    """A file's text; why not, if it is larger than the bound, binary, or not UTF-8."""
    try:
        with file.place.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return UnreadFile(file.path, 1, f"It cannot be read: {error.strerror}")
    if len(data) > MAX_BYTES:
        return UnreadFile(file.path, 1, f"It is larger than {MAX_BYTES} bytes, so it was not judged")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return UnreadFile(file.path, data.count(b"\n", 0, error.start) + 1, "It is not UTF-8")
    return UnreadFile(file.path, 1, "It is a binary file") if "\0" in text else text


def find_keys(file: FoundFile) -> KeyedFile | UnreadFile | None:
    """The places of a file, of any kind and size, that look like access keys. None: there are none, or it is binary."""
    places: list[tuple[int, str]] = []
    line, before, scanned = 1, b"", 0
    try:
        with file.place.open("rb") as stream:
            while True:
                chunk = stream.read(_CHUNK)
                if not scanned and b"\0" in chunk[:_HEAD]:
                    return None
                places += _places(before, chunk, line)
                if not chunk:
                    break
                line += chunk.count(b"\n")
                before = (before + chunk)[-_OVERLAP:]
                scanned += len(chunk)
                if scanned >= _MOST_SCANNED:
                    return UnreadFile(file.path, 1, f"It is larger than {_MOST_SCANNED} bytes; no keys were looked for")
    except OSError as error:
        return UnreadFile(file.path, 1, f"It cannot be read: {error.strerror}")
    return KeyedFile(file.path, tuple(places)) if places else None


def _places(before: bytes, chunk: bytes, line: int) -> Iterator[tuple[int, str]]:
    """Marks that begin in the chunk, or in what was kept of the one before and could not be seen whole there."""
    data = before + chunk
    first = len(before) - _AROUND + 1 if before else 0
    for mark in _KEY_MARKS:
        start = data.find(mark, max(0, first))
        while start >= 0:
            whole = start + _AROUND <= len(data) or not chunk
            if whole:
                at = line - before.count(b"\n", 0) + data.count(b"\n", 0, start)
                yield at, data[max(0, start - 1) : start + _AROUND].decode("latin-1")
            start = data.find(mark, start + 1)
