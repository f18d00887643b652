"""The report as SARIF 2.1.0, which GitHub code scanning and editors read.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0; docs.github.com, SARIF support for code scanning.
"""

from typing import Any
from urllib.parse import quote

from alphaswarm_core import __version__
from alphaswarm_core.identity.audit.model import AuditReport, Finding, Rule, Severity
from alphaswarm_core.identity.audit.rules import RULES

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.UNKNOWN: "note",
}
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.UNKNOWN: "0.0",
}
"""GitHub's `security-severity`: over 9.0 critical, 7.0 high, 4.0 medium, 0.1 low."""
_INDEX = {rule.id: index for index, rule in enumerate(RULES)}


def as_sarif(report: AuditReport) -> dict[str, Any]:
    """The report as a SARIF log of one run. Excepted findings are suppressed results; undecided ones are `review`."""
    driver = {
        "name": "alphaswarm trust audit",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in RULES],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each) for each in report.findings],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule[Any]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.what} {rule.why}"},
        "help": {"text": f"{rule.fix}\n\nSource: {rule.source}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", rule.applies_to.value, rule.reference],
            "security-severity": _SCORES[rule.severity],
        },
    }


def _result(finding: Finding) -> dict[str, Any]:
    undecided = finding.severity is Severity.UNKNOWN
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": _INDEX[finding.rule],
        "kind": "review" if undecided else "fail",
        # SARIF 3.27.10: a result that is no failure has the level none
        "level": "none" if undecided else _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. {finding.fix}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(finding.path, errors="replace")},
                    "region": {"startLine": finding.line},
                }
            }
        ],
        "partialFingerprints": {"alphaswarmAudit/v1": finding.fingerprint},
        "properties": {"severity": finding.severity.value},
    }
    if finding.waiver is not None:
        waiver = finding.waiver
        why = f"{waiver.reason} ({waiver.owner}, until {waiver.until})"
        result["suppressions"] = [{"kind": "inSource", "justification": why}]
    return result
