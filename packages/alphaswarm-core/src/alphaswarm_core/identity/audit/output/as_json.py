"""The report as JSON data, for programs. The schema's number changes when a key changes its meaning or goes."""

from typing import Any

from alphaswarm_core.identity.audit.model import AuditReport, Finding

SCHEMA = "alphaswarm.audit/1"


def as_json(report: AuditReport) -> dict[str, Any]:
    """The report as data: `schema`, `clean`, `counts` by severity, `subjects`, `files`, `findings`."""
    return {
        "schema": SCHEMA,
        "clean": report.clean,
        "counts": {severity.value: number for severity, number in report.counted().items()},
        "subjects": report.subjects,
        "files": report.files,
        "findings": [_finding(each) for each in report.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    waiver = finding.waiver
    return {
        "rule": finding.rule,
        "reference": finding.reference,
        "severity": finding.severity.value,
        "path": finding.path,
        "line": finding.line,
        "message": finding.message,
        "why": finding.why,
        "fix": finding.fix,
        "fingerprint": finding.fingerprint,
        "exception": None
        if waiver is None
        else {"owner": waiver.owner, "until": waiver.until, "reason": waiver.reason, "place": waiver.place},
    }
