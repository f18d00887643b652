"""A2 undecided-policy: A part of a policy is known only to a run."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity, undecided
from alphaswarm_core.identity.audit.subjects.policy import PolicyDocument


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """What of the policy is unknown; of trust policies also statements with unknown parts."""
    for line, what in policy.undecided:
        yield undecided(line, what)
    for statement in policy.github_statements():
        if not statement.complete:
            yield undecided(statement.line, f"{statement.label} of {policy.name} has parts that only a run knows")


RULE = Rule(
    id="undecided-policy",
    reference="A2",
    severity=Severity.UNKNOWN,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="A part of a policy is known only to a run",
    what="Every policy stands where it can be read, or is audited in the plan, where it is rendered.",
    why="What cannot be read is not known to be good.",
    source="platform rule: unknown is reported, never silently fine",
    fix="Audit the plan: terraform show -json, and audit_plan_json.",
    detect=detect,
)
