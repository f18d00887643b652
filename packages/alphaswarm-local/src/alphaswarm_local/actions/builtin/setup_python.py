"""`actions/setup-python`: an interpreter of this machine, in a virtual environment of the job's own.

The virtual environment takes the place of GitHub's copy of Python in the tool cache: what `pip` installs there is gone
with the job. Nothing is downloaded.
"""

import platform
import shutil
from collections.abc import Iterator

from alphaswarm_local.actions.builtin.base import ActionCall, BuiltIn
from alphaswarm_local.actions.builtin.versions import satisfies
from alphaswarm_local.actions.errors import ActionFailedError, ToolMissingError
from alphaswarm_local.actions.seam.events import Level

_MINORS = range(20, 7, -1)
_ASK = "import sys; print('.'.join(map(str, sys.version_info[:3])))"


def _main(call: ActionCall) -> None:
    wishes = _wishes(call)
    found = list(_interpreters(call))
    if not found:
        raise ToolMissingError("There is no Python on this machine's PATH")
    chosen = next((each for wish in wishes for each in found if satisfies(each[1], wish)), None)
    if chosen is None:
        chosen = _other(call, wishes, found)
    _set_up(call, *chosen)


def _wishes(call: ActionCall) -> list[str]:
    """The versions asked for; of several the last is the one that `python` becomes."""
    given = call.lines("python-version")
    if not given and call.inputs["python-version-file"]:
        file = call.path("python-version-file")
        if not file.is_file():
            raise ActionFailedError(f"The specified python version file at: {file} doesn't exist.")
        given = [line.strip() for line in file.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return given[::-1] or ["*"]


def _interpreters(call: ActionCall) -> Iterator[tuple[str, str]]:
    """Path and version of each, `python3` first."""
    path = call.work.session.search_path
    seen = set()
    for name in ("python3", *(f"python3.{minor}" for minor in _MINORS)):
        program = shutil.which(name, path=path)
        version = call.work.answer_of([program, "-c", _ASK]) if program is not None else None
        if program is not None and version and version not in seen:
            seen.add(version)
            yield program, version.strip()


def _other(call: ActionCall, wishes: list[str], found: list[tuple[str, str]]) -> tuple[str, str]:
    versions = ", ".join(version for _, version in found)
    what = f"Python {', '.join(wishes)} is not on this machine; there is {versions}"
    if not call.work.session.settings.other_tool_versions:
        raise ToolMissingError(what, fix="Install it, or let the runner take other versions")
    call.work.annotate(Level.WARNING, f"{what}: {found[0][1]} is taken")
    return found[0]


def _set_up(call: ActionCall, program: str, version: str) -> None:
    architecture = "x64" if platform.machine() in ("x86_64", "AMD64") else "arm64"
    place = call.work.session.layout.tools / "Python" / version / architecture
    if not place.exists():
        call.run([program, "-m", "venv", str(place)])
    python = place / "bin" / "python"
    call.outputs.update({"python-version": version, "python-path": str(python), "cache-hit": "false"})
    if call.inputs["cache"]:
        call.work.say("Caches are not kept by this runner: every job starts without")
    if call.flag("update-environment"):
        call.work.add_path(str(place / "bin"))
        for name in ("pythonLocation", "Python_ROOT_DIR", "Python3_ROOT_DIR"):
            call.work.export(name, str(place))
    call.work.say(f"Successfully set up CPython ({version})")


SETUP_PYTHON = BuiltIn(
    name="actions/setup-python",
    summary="Takes a fitting interpreter of this machine, in a virtual environment of the job; no download, no cache.",
    inputs={
        "python-version": "",
        "python-version-file": "",
        "cache": "",
        "cache-dependency-path": "",
        "architecture": "",
        "check-latest": "false",
        "token": "",
        "update-environment": "true",
        "allow-prereleases": "false",
    },
    refused=frozenset({"freethreaded", "pip-version", "pip-install"}),
    main=_main,
)
