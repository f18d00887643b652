"""A scan's verdict as a statement about an image: by which scanners, when, what they found, what was let pass.

The verdict says what the scanners found; whether that is enough is asked again when the image is verified, by the rule
of then: the job that scanned may have gone by a laxer limit, or an exception may be over by now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from alphaswarm_core.supply.errors import BrokenImageError
from alphaswarm_core.supply.findings import Severity
from alphaswarm_core.supply.statements import at

_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanVerdict:
    """What a verdict says.

    Attributes:
        passed: By the limit of the scan.
        scanners: Name → version.
        images: Digests of what was looked at: one a platform.
        without: Scanners that were left out on purpose.
        limit: The severity from which on a finding refused.
        counts: Severity → findings that nobody answers for.
        waived_until: The day on which the first exception that let a finding pass ends; None if there was none.
    """

    passed: bool
    scanned_at: datetime
    scanners: Mapping[str, str]
    images: tuple[str, ...]
    without: tuple[str, ...]
    limit: Severity
    counts: Mapping[Severity, int]
    waived_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRule:
    """What a verdict has to be, to be enough.

    Attributes:
        scanners: Who has to have looked at the image.
        limit: From which severity on a finding refuses.
        longest: How old the verdict may be.
        may_leave_out: Whether a scanner that was left out on purpose, on the record, is not asked for.
    """

    scanners: tuple[str, ...]
    limit: Severity
    longest: timedelta
    may_leave_out: bool = False


def verdict_predicate(verdict: ScanVerdict, findings: list[dict[str, Any]]) -> dict[str, Any]:
    """The verdict as the predicate of a statement."""
    return {
        "passed": verdict.passed,
        "scannedAt": verdict.scanned_at.astimezone(UTC).isoformat(timespec="seconds"),
        "scanners": [{"name": name, "version": version} for name, version in sorted(verdict.scanners.items())],
        "images": sorted(verdict.images),
        "without": sorted(verdict.without),
        "limit": verdict.limit.name,
        "counts": {severity.name: number for severity, number in verdict.counts.items()},
        "waivedUntil": verdict.waived_until.isoformat() if verdict.waived_until else None,
        "findings": findings,
    }


def read_verdict(predicate: Mapping[str, Any]) -> ScanVerdict:
    """The verdict in a predicate.

    Raises:
        BrokenImageError: it is none.
    """
    try:
        read = ScanVerdict(
            passed=predicate["passed"],
            scanned_at=datetime.fromisoformat(predicate["scannedAt"]),
            scanners={str(each["name"]): str(each["version"]) for each in predicate["scanners"]},
            images=tuple(str(each) for each in predicate["images"]),
            without=tuple(str(each) for each in predicate["without"]),
            limit=Severity[predicate["limit"]],
            counts={Severity[name]: int(number) for name, number in predicate["counts"].items()},
            waived_until=_day(at(predicate, ("waivedUntil",))),
        )
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise BrokenImageError("The scan's verdict cannot be read", why=str(error)[:200]) from error
    if not isinstance(read.passed, bool) or read.scanned_at.tzinfo is None or min(read.counts.values(), default=0) < 0:
        raise BrokenImageError("The scan's verdict cannot be read")
    return read


def _day(text: Any) -> date | None:
    return None if text is None else date.fromisoformat(text)


def why_unfit(verdict: ScanVerdict, rule: ScanRule, images: Iterable[str], now: datetime) -> str | None:
    """Why the verdict is not enough; None where it is.

    Args:
        verdict: The verdict.
        rule: What it has to be.
        images: Digests of the platforms' images: each has to have been looked at.
        now: The time.
    """
    return (
        _why_refused(verdict, rule)
        or _why_not_by_all(verdict, rule)
        or _why_not_of_all(verdict, images)
        or _why_not_now(verdict, rule, now)
    )


def _why_refused(verdict: ScanVerdict, rule: ScanRule) -> str | None:
    bad = {severity.name: verdict.counts.get(severity, 0) for severity in Severity if severity >= rule.limit}
    if not verdict.passed or any(bad.values()):
        found = ", ".join(f"{number} {severity}" for severity, number in bad.items() if number)
        return f"the scanners refused the image: {found or 'no count'}"
    return None


def _why_not_by_all(verdict: ScanVerdict, rule: ScanRule) -> str | None:
    excused = verdict.without if rule.may_leave_out else ()
    if missing := [each for each in rule.scanners if each not in verdict.scanners and each not in excused]:
        return f"{' and '.join(missing)} did not look at it"
    return None if verdict.scanners else "nobody looked at it"


def _why_not_of_all(verdict: ScanVerdict, images: Iterable[str]) -> str | None:
    missing = [each for each in images if each not in verdict.images]
    return f"nobody looked at {missing[0]}" if missing else None


def _why_not_now(verdict: ScanVerdict, rule: ScanRule, now: datetime) -> str | None:
    moment = f"{verdict.scanned_at:%Y-%m-%d %H:%M}"
    if verdict.scanned_at > now + _AHEAD:
        return f"it is of {moment}, which has not come yet"
    if now - verdict.scanned_at > rule.longest:
        return f"it is of {moment}, older than {rule.longest.total_seconds() / 3600:g} hours"
    if verdict.waived_until is not None and verdict.waived_until < now.date():
        return f"an exception that let a finding pass ended on {verdict.waived_until}"
    return None
