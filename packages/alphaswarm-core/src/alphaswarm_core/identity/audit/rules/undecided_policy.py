"""A2 undecided-policy: A part of a policy is known only to a run."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Purpose, Rule, Severity, undecided
from alphaswarm_core.identity.audit.subjects.policy import PolicyDocument


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """What of the policy is unknown; for GitHub's trust and plan roles also unknown parts of statements."""
    for line, what in policy.undecided:
        yield undecided(line, what)
    for statement in policy.statements:
        trusting = statement.trusts_github
        planning = policy.purpose is Purpose.PLAN and not statement.actions.complete
        if trusting is None:
            yield undecided(statement.line, f"{statement.label} of {policy.name} may trust GitHub: only a run knows")
        elif (trusting or planning) and not statement.complete:
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
