"""Exceptions: a finding that somebody answers for until a day. Without owner, reason or day it does not hold.

Inline, on the line of the finding or above it:

    # alphaswarm-audit: ignore[rule-id] owner=@team until=2027-01-31 reason="why"

In `.alphaswarm-audit.toml`, for files that have no comments or for several places:

    [[exception]]
    rule = "rule-id"
    path = "docs/examples/*"
    owner = "@team"
    until = 2027-01-31
    reason = "why"
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Any

from alphaswarm_core.identity.audit.model import Finding, Waiver
from alphaswarm_core.identity.audit.subjects.files import BrokenException

MARK = "alphaswarm-audit:"
LONGEST = timedelta(days=366)
"""From today to an exception's last day. A later day is no expiry."""
NEVER_EXCEPTED = "invalid-exception"
_KEYS = ("owner", "until", "reason")


@dataclass(frozen=True, slots=True)
class Scope:
    """An exception that holds, and where: a pattern of paths, and lines or (None) every line."""

    waiver: Waiver
    path: str
    lines: frozenset[int] | None

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is excepted."""
        if finding.rule != self.waiver.rule or finding.rule == NEVER_EXCEPTED:
            return False
        return fnmatchcase(finding.path, self.path) and (self.lines is None or finding.line in self.lines)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What exceptions are judged by."""

    rules: frozenset[str]
    today: date

    def wrong(self, rule: str, fields: Mapping[str, str]) -> str:
        """Why an exception does not hold; empty when it does."""
        if rule not in self.rules:
            return f"The exception names no rule: {rule[:60]!r}"
        missing = [key for key in _KEYS if not fields.get(key, "").strip()]
        if missing:
            return f"The exception from {rule} has no {' and no '.join(missing)}"
        try:
            until = date.fromisoformat(fields["until"])
        except ValueError:
            return f"The exception from {rule} ends on {fields['until'][:30]!r}, which is no day (YYYY-MM-DD)"
        if until < self.today:
            return f"The exception from {rule} of {fields['owner'][:60]} ended on {until}"
        if until - self.today > LONGEST:
            return f"The exception from {rule} ends on {until}, more than {LONGEST.days} days from now"
        return ""


Outcome = Scope | BrokenException


def inline_exceptions(path: str, text: str, rules: frozenset[str], today: date) -> Iterator[Outcome]:
    """The exceptions in a file's comments."""
    if MARK not in text:
        return
    facts, rows = _Facts(rules, today), text.split("\n")
    for index, row in enumerate(rows):
        before, mark, after = row.partition(MARK)
        if not mark or not before.rstrip().endswith(("#", "//", "/*")):
            continue
        lines = frozenset({index + 1, _next_line(rows, index)})
        fields = _fields(after.partition("]")[2])
        names, is_list = after.strip(), after.strip().startswith("ignore[")
        listed = (
            names.removeprefix("ignore[").partition("]")[0].split(",") if is_list and "]" in names else [names[:30]]
        )
        for name in listed:
            yield _outcome(facts, name.strip(), fields, path, lines, place=f"{path}:{index + 1}")


def _next_line(rows: list[str], index: int) -> int:
    """The line that a comment stands above: the next with content that is no comment; its own, if it has content."""
    if not rows[index].lstrip().startswith(("#", "//", "/*")):
        return index + 1
    following = range(index + 1, len(rows))
    ours = (each for each in following if rows[each].strip() and not rows[each].lstrip().startswith(("#", "//")))
    return next(ours, index) + 1


def _fields(written: str) -> dict[str, str]:
    """`key=value` words; words without a key go on with the value before them, so a reason needs no quotes."""
    try:
        words = shlex.split(written.rstrip().removesuffix("*/"))
    except ValueError:
        words = written.split()
    found: dict[str, str] = {}
    last = ""
    for word in words:
        key, equals, value = word.partition("=")
        if equals and key in _KEYS:
            last = key
            found[key] = value
        elif last:
            found[last] += f" {word}"
    return found


def file_exceptions(
    entries: list[Any], place: str, lines: list[int], rules: frozenset[str], today: date
) -> Iterator[Outcome]:
    """The `[[exception]]` tables of `.alphaswarm-audit.toml`.

    Args:
        entries: The tables.
        place: The file's path.
        lines: The line of each table.
        rules: The ids of all rules.
        today: The day that decides what is over.
    """
    facts = _Facts(rules, today)
    for number, entry in enumerate(entries):
        line = lines[number] if number < len(lines) else 1
        fields = {str(key): str(value) for key, value in entry.items()} if isinstance(entry, dict) else {}
        unknown = sorted(set(fields) - {"rule", "path", *_KEYS})
        if unknown or not fields.get("path", "").strip():
            what = f"has an unknown key {unknown[0][:40]!r}" if unknown else "has no path"
            yield BrokenException(place, line, f"The exception from {fields.get('rule', '')[:60]!r} {what}")
            continue
        yield _outcome(facts, fields.get("rule", ""), fields, fields["path"], None, place=f"{place}:{line}")


def _outcome(
    facts: _Facts,
    rule: str,
    fields: Mapping[str, str],
    path: str,
    lines: frozenset[int] | None,
    *,
    place: str,
) -> Outcome:
    wrong = facts.wrong(rule, fields)
    if wrong:
        where, _, line = place.rpartition(":")
        return BrokenException(where, int(line), wrong)
    waiver = Waiver(rule, fields["owner"], fields["until"], fields["reason"], place)
    return Scope(waiver, path if lines is None else _literal(path), lines)


def _literal(path: str) -> str:
    """A path as a pattern that only it fits."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)
