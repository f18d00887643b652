"""The page of all rules, generated from the rules themselves."""

from collections.abc import Iterator
from typing import Any

from alphaswarm_core.identity.audit.model import AppliesTo, Rule
from alphaswarm_core.identity.audit.rules import RULES

_SECTIONS = {
    AppliesTo.POLICY: "Policies",
    AppliesTo.TERRAFORM: "Terraform",
    AppliesTo.WORKFLOW: "Workflow and action files",
    AppliesTo.SETTINGS: "Repository settings",
    AppliesTo.FILE: "Files, and the audit itself",
}


def render_rules_markdown() -> str:
    """The reference of the rules in Markdown: a table of all, then a section for each, its heading the rule's id."""
    rows = ["| rule | reference | severity | looks for |", "| --- | --- | --- | --- |"]
    sections: list[str] = []
    for applies_to, heading in _SECTIONS.items():
        rules = [rule for rule in RULES if rule.applies_to is applies_to]
        rows += [
            f"| [{rule.id}](#{rule.id}) | {rule.reference} | {rule.severity.value} | {_cell(rule.title)} |"
            for rule in rules
        ]
        sections += [f"## {heading}", *(section for rule in rules for section in _section(rule))]
    return "\n".join(rows) + "\n\n" + "\n\n".join(sections) + "\n"


def _section(rule: Rule[Any]) -> Iterator[str]:
    yield f"### {rule.id}"
    yield f"{rule.title}. {rule.reference}, {rule.severity.value}."
    yield f"**Asked for.** {rule.what}"
    yield f"**Why.** {rule.why} (Source: {rule.source}.)"
    yield f"**Do.** {rule.fix}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
