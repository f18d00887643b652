"""The generated page of rules."""

from collections.abc import Iterator

from alphaswarm_core.policy.bundle import PolicyBundle, Rule


def render_rules_markdown(bundle: PolicyBundle) -> str:
    """Every rule: how severe, why, what to do."""
    rows = [f"| [`{each.id}`](#{each.id}) | {_severity(each)} | {each.title} |" for each in bundle.rules.values()]
    table = "\n".join(["| rule | severity | asks for |", "| --- | --- | --- |", *rows])
    return "\n\n".join([table, *(part for each in bundle.rules.values() for part in _section(each))]) + "\n"


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {rule.id}"
    yield f"**Asked for.** {rule.title}. Severity: {_severity(rule)}."
    yield f"**Why.** {rule.why}"
    yield f"**Do.** {rule.fix}"


def _severity(rule: Rule) -> str:
    if rule.ungated is rule.severity:
        return str(rule.severity)
    return f"{rule.severity}; {rule.ungated} where no approval is asked for"
