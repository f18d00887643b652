"""Audit: detection rules over trust policies, Terraform, workflow files and repository settings, of any repository.

    report = audit_paths(["."])
    report.clean
    print(as_text(report))

One rule is one module in `rules`, one test of the same name, one section of the reference. A file that cannot be read
is a finding; what a file does not decide is reported as `unknown`; an exception needs an owner and a day.
"""

from alphaswarm_core.identity.audit.auditing import audit_paths, audit_plan_json
from alphaswarm_core.identity.audit.errors import AuditPathError, UnreadableSourceError
from alphaswarm_core.identity.audit.model import AuditReport, Expectations, Finding, Rule, Severity, Waiver
from alphaswarm_core.identity.audit.output.as_json import as_json
from alphaswarm_core.identity.audit.output.as_sarif import as_sarif
from alphaswarm_core.identity.audit.output.as_text import as_text
from alphaswarm_core.identity.audit.output.reference import render_rules_markdown
from alphaswarm_core.identity.audit.rules import RULES

__all__ = [
    "RULES",
    "AuditPathError",
    "AuditReport",
    "Expectations",
    "Finding",
    "Rule",
    "Severity",
    "UnreadableSourceError",
    "Waiver",
    "as_json",
    "as_sarif",
    "as_text",
    "audit_paths",
    "audit_plan_json",
    "render_rules_markdown",
]
