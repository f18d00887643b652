"""T6 looser-statement: Another statement of the same policy asks for less."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.policy import AuditedStatement, PolicyDocument


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Statements that leave a claim open which a neighbour restricts. Each is judged alone."""
    restricted = [(statement, _restricted(statement)) for statement in policy.github_statements()]
    everything = set().union(*(claims for _, claims in restricted)) if restricted else set()
    for statement, claims in restricted:
        missing = sorted(everything - claims)
        if missing and len(restricted) > 1:
            names = ", ".join(missing)
            yield statement.lacks(f"{statement.label} of {policy.name} leaves open what another restricts: {names}")


def _restricted(statement: AuditedStatement) -> set[str]:
    """The restricted claims, and those that the subjects imply: a ref in `sub`, ids in its format.

    Environments are left to `environment-bypass`, which knows where reviewers are asked for.
    """
    found = {each.claim for each in statement.on_claims() if each.restricts} - {"environment"}
    subjects = [value.text for value in statement.pinned("sub") if not value.wildcard]
    if subjects and all(":ref:" in each for each in subjects):
        found |= {"ref"}
    if subjects and all("@" in each.partition(":")[2].partition(":")[0] for each in subjects):
        found |= {"repository_id", "repository_owner_id"}
    return found


RULE = Rule(
    id="looser-statement",
    reference="T6",
    severity=Severity.HIGH,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="Another statement of the same policy asks for less",
    what="Each Allow statement for GitHub's provider restricts every claim that any other one restricts.",
    why=(
        "Statements are alternatives. A narrowing condition in one of them narrows nothing, because a token "
        "may use the other."
    ),
    source="AWS IAM User Guide, Policy evaluation; a second, looser statement has been found in the wild",
    fix="Put all conditions into every statement, or make it one statement.",
    detect=detect,
)
