"""E2 environment-self-review: Who starts a run can approve it."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.settings_document import SettingsDocument


def detect(settings: SettingsDocument) -> Iterator[Hit]:
    """Gated environments with reviewers who may approve their own runs."""
    for environment in settings.environments:
        rule = environment.reviewers_rule
        if environment.gated and rule is not None and not environment.prevents_self_review:
            yield Hit(rule.key_line("prevent_self_review"), f"{environment.name!r} lets people approve their own runs")


RULE = Rule(
    id="environment-self-review",
    reference="E2",
    severity=Severity.HIGH,
    applies_to=AppliesTo.SETTINGS,
    subject=SettingsDocument,
    title="Who starts a run can approve it",
    what="An environment that needs approvals has `prevent_self_review`.",
    why="Otherwise one person deploys alone: it is off by default.",
    source="docs.github.com, Deployments and environments; Managing environments",
    fix="Switch on Prevent self-review.",
    detect=detect,
)
