"""Where PostgreSQL's programs are on this machine, and as whom they may run."""

import importlib.util
import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

from alphaswarm_local.databases.errors import NoDatabaseServerError

_UNPRIVILEGED = ("postgres", "nobody")
_LIBRARIES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")


def find_programs() -> Path:
    """The directory with `initdb` and `postgres`.

    Raises:
        NoDatabaseServerError: there is none.
    """
    for directory in _candidates():
        if (directory / "initdb").exists() and (directory / "postgres").exists():
            return directory
    raise NoDatabaseServerError(
        "There is no PostgreSQL on this machine",
        why=f"neither PATH nor {_LIBRARIES[0]} nor the package pgserver has initdb and postgres",
        fix="Install one: apt-get install postgresql, or pip install pgserver (Python up to 3.12)",
    )


def unprivileged_user() -> str | None:
    """As whom PostgreSQL runs when this process is root, which it refuses to run as; None: as whoever this is.

    Raises:
        NoDatabaseServerError: this is root, and there is nobody else.
    """
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in _UNPRIVILEGED:
        if name in names:
            return name
    raise NoDatabaseServerError(
        "PostgreSQL cannot run as root", fix=f"Make a user for it: {' or '.join(_UNPRIVILEGED)}; or do not be root"
    )


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    for root in _LIBRARIES:
        yield from sorted(Path(root).glob("*/bin"), reverse=True)
    package = importlib.util.find_spec("pgserver")  # found, not imported: importing it starts things
    for place in (package.submodule_search_locations or []) if package else []:
        yield Path(place) / "pginstall" / "bin"
