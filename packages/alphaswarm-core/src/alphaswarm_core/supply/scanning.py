"""A scan of an image: every scanner over every platform's SBOM, one verdict."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alphaswarm_core.supply.errors import ImageToolFailedError
from alphaswarm_core.supply.findings import Finding, ScanException, Severity, answered_for, merged
from alphaswarm_core.supply.sboms import Sbom, write_sbom
from alphaswarm_core.supply.tools.scanners import SCANNERS, ScanResult
from alphaswarm_core.supply.verdicts import ScanVerdict, verdict_predicate


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan says: the verdict, and each finding with the exception that it falls under."""

    verdict: ScanVerdict
    findings: tuple[tuple[Finding, ScanException | None], ...]

    @property
    def refusing(self) -> list[Finding]:
        """What is at or above the limit, with nobody who answers for it."""
        return [each for each, waiver in self.findings if waiver is None and each.severity >= self.verdict.limit]

    @property
    def waived(self) -> list[Finding]:
        """What somebody answers for."""
        return [each for each, waiver in self.findings if waiver is not None]

    def predicate(self) -> dict[str, Any]:
        """The verdict with all findings, as it is attested."""
        return verdict_predicate(self.verdict, [_document(each, waiver) for each, waiver in self.findings])


def scan_sboms(
    sboms: Sequence[Sbom],
    scanners: Sequence[str],
    without: Sequence[str],
    limit: Severity,
    exceptions: Sequence[ScanException],
) -> Scan:
    """Look at all SBOMs with all scanners.

    Args:
        sboms: Of every platform; of two forms of the same image one is looked at.
        scanners: Names of those that have to look.
        without: Names of those that are left out on purpose; it stays recorded.
        limit: From which severity on a finding refuses.
        exceptions: Those that are in force.

    Raises:
        ImageToolMissingError: a scanner is not installed and was not left out on purpose.
        ImageToolFailedError: one fails; or nobody looked at anything.
    """
    used = [name for name in scanners if name not in without]
    if not used or not sboms:
        raise ImageToolFailedError("Nothing looked at the image", why="every scanner was left out, or there is no SBOM")
    one_each = {each.digest: each for each in sorted(sboms, key=lambda each: each.form, reverse=True)}
    results = [_scan(name, sbom) for name in used for sbom in one_each.values()]
    found = answered_for(merged(each for result in results for each in result.findings), exceptions)
    counts = Counter(each.severity for each, waiver in found if waiver is None)
    verdict = ScanVerdict(
        passed=not any(number for severity, number in counts.items() if severity >= limit),
        scanned_at=datetime.now(UTC).replace(microsecond=0),
        scanners={result.scanner: result.version for result in results},
        images=tuple(one_each),
        without=tuple(sorted(without)),
        limit=limit,
        counts={severity: counts[severity] for severity in Severity},
        waived_until=min((waiver.until for _, waiver in found if waiver is not None), default=None),
    )
    return Scan(verdict, tuple(found))


def _scan(name: str, sbom: Sbom) -> ScanResult:
    with tempfile.TemporaryDirectory(prefix="alphaswarm-scan-") as directory:
        return SCANNERS[name].scan(write_sbom(Path(directory), sbom))


def _document(finding: Finding, waiver: ScanException | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "vulnerability": finding.vulnerability,
        "aliases": list(finding.aliases),
        "package": finding.package,
        "version": finding.version,
        "severity": finding.severity.name,
        "fixedIn": finding.fixed_in,
        "scanners": list(finding.scanners),
    }
    if waiver is not None:
        document["exception"] = {
            "status": waiver.status,
            "owner": waiver.owner,
            "reason": waiver.reason,
            "until": waiver.until.isoformat(),
        }
    return document
