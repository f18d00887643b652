"""Vulnerabilities as several scanners tell them: one form, each once, judged by a limit and by exceptions.

[[exception]]
vulnerability = "CVE-2026-1234"
package = "openssl"                  # `*` stands for all
owner = "@platform"
status = "not_affected"              # as VEX says it: not_affected, or affected while a fix is on its way
reason = "the engine interface is not compiled in"
until = 2027-03-01
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from pathlib import Path
from typing import Any

from alphaswarm_core.supply.errors import ScanExceptionError

_LONGEST = timedelta(days=366)
_TEXTS = ("vulnerability", "package", "owner", "status", "reason")
_STATUSES = ("not_affected", "affected")


class Severity(IntEnum):
    """How bad. A scanner's word that is none of these (`UNKNOWN`) counts as high: not yet rated is not harmless."""

    negligible = 0
    low = 1
    medium = 2
    high = 3
    critical = 4

    @classmethod
    def of(cls, word: str) -> "Severity":
        """The severity that a scanner's word means."""
        return cls.__members__.get(word.lower(), cls.high)


@dataclass(frozen=True, slots=True)
class Finding:
    """One vulnerability of one package, by one or more scanners. `aliases` are other names of it."""

    vulnerability: str
    package: str
    version: str
    severity: Severity
    fixed_in: str = ""
    scanners: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanException:
    """Somebody answers for one vulnerability, until a day."""

    vulnerability: str
    package: str
    owner: str
    status: str
    reason: str
    until: date

    def covers(self, finding: Finding) -> bool:
        """Whether the finding falls under it."""
        names = {finding.vulnerability, *finding.aliases}
        return self.vulnerability in names and self.package in {"*", finding.package}


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Each vulnerability of a package once, under all its names, as bad as the worst scanner says."""
    groups: list[list[Finding]] = []
    for each in findings:
        names = {each.vulnerability, *each.aliases}
        same = [group for group in groups if any(_is_same(each, names, other) for other in group)]
        joined = [each, *(other for group in same for other in group)]
        groups = [group for group in groups if group not in same] + [joined]
    found = [_one(group) for group in groups]
    return sorted(found, key=lambda each: (-each.severity, each.vulnerability, each.package))


def _is_same(each: Finding, names: set[str], other: Finding) -> bool:
    return (each.package, each.version) == (other.package, other.version) and bool(
        names & {other.vulnerability, *other.aliases}
    )


def _one(group: Sequence[Finding]) -> Finding:
    names = sorted({name for each in group for name in (each.vulnerability, *each.aliases)})
    first = next((name for name in names if name.startswith("CVE-")), names[0])
    return Finding(
        first,
        group[0].package,
        group[0].version,
        max(each.severity for each in group),
        next((each.fixed_in for each in group if each.fixed_in), ""),
        tuple(sorted({name for each in group for name in each.scanners})),
        tuple(name for name in names if name != first),
    )


def answered_for(
    findings: Iterable[Finding], exceptions: Sequence[ScanException]
) -> list[tuple[Finding, ScanException | None]]:
    """Each finding with the exception that it falls under: of several, the one that lasts longest."""
    lasting = sorted(exceptions, key=lambda each: each.until, reverse=True)
    return [(each, next((one for one in lasting if one.covers(each)), None)) for each in findings]


def read_scan_exceptions(path: Path, today: date) -> tuple[ScanException, ...]:
    """The exceptions in `path`; none where there is no such file.

    Raises:
        ScanExceptionError: one does not hold, or is over: somebody promised to have done something by now.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScanExceptionError(f"{path.name} cannot be read", why=str(error)) from error
    entries = document.get("exception", [])
    if set(document) - {"exception"} or not isinstance(entries, list):
        raise ScanExceptionError(f"{path.name} has something else than [[exception]] tables")
    return tuple(_exception(f"{path.name}, exception {number}", each, today) for number, each in enumerate(entries, 1))


def _exception(place: str, entry: Any, today: date) -> ScanException:
    given: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
    missing = [name for name in _TEXTS if not isinstance(given.get(name), str) or not str(given[name]).strip()]
    until = given.get("until")
    if missing or set(given) - {*_TEXTS, "until"} or type(until) is not date:
        raise ScanExceptionError(f"{place} has not exactly {', '.join(_TEXTS)} and until (a day)")
    if given["status"] not in _STATUSES:
        raise ScanExceptionError(f"{place}: status is {' or '.join(_STATUSES)}")
    if until < today:
        raise ScanExceptionError(
            f"{place}: it ended on {until}",
            why=given["reason"],
            fix="Fix the vulnerability, or have its owner answer anew",
        )
    if until > today + _LONGEST:
        raise ScanExceptionError(f"{place}: {until} is no expiry", fix="Name a day within a year")
    return ScanException(**{name: given[name].strip() for name in _TEXTS}, until=until)
