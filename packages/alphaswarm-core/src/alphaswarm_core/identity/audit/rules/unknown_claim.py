"""T5 unknown-claim: A condition is on a claim that AWS does not offer."""

from collections.abc import Iterator
from difflib import get_close_matches

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity, undecided
from alphaswarm_core.identity.audit.nodes import HOLE
from alphaswarm_core.identity.audit.subjects.policy import PolicyDocument
from alphaswarm_core.identity.iam.web_identity import OFFERED_CLAIMS

_ALSO_KNOWN = ("amr", "email", "oaud")


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Conditions on claims outside the list."""
    known = (*OFFERED_CLAIMS, *_ALSO_KNOWN)
    for statement in policy.github_statements():
        for condition in statement.on_claims():
            if HOLE in condition.claim:
                yield undecided(condition.line, f"{statement.label} of {policy.name}: a condition's claim is not known")
            elif condition.claim not in known:
                close = get_close_matches(condition.claim[:64], known, n=1)
                hint = f"; probably {close[0]!r} is meant" if close else ""
                message = f"{statement.label} of {policy.name}: AWS offers no claim {condition.claim[:64]!r}{hint}"
                yield Hit(condition.line, message)


RULE = Rule(
    id="unknown-claim",
    reference="T5",
    severity=Severity.HIGH,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="A condition is on a claim that AWS does not offer",
    what="Every condition key of GitHub's provider is one that AWS documents for trust policies.",
    why=(
        "A plain condition on an unknown key never fits and locks everybody out; with `IfExists` or "
        "`ForAllValues` a misspelt key lets everybody in."
    ),
    source="AWS IAM User Guide, Available keys for AWS web identity federation (GitHub)",
    fix=(
        "Use one of the offered claims; `event_name`, `runner_environment` and `workflow_ref` need a "
        "customised subject."
    ),
    detect=detect,
)
