"""E2 environment-admin-bypass: Administrators can start a job that waits for review."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.settings_document import SettingsDocument


def detect(settings: SettingsDocument) -> Iterator[Hit]:
    """Gated environments that administrators can bypass."""
    for environment in settings.environments:
        if environment.gated and environment.admins_bypass:
            yield Hit(
                environment.line("can_admins_bypass"), f"Administrators can bypass the rules of {environment.name!r}"
            )


RULE = Rule(
    id="environment-admin-bypass",
    reference="E2",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.SETTINGS,
    subject=SettingsDocument,
    title="Administrators can start a job that waits for review",
    what="An environment that needs approvals has `can_admins_bypass: false`.",
    why="The bypass is on by default, and one click releases every waiting job.",
    source="docs.github.com, Deployments and environments; Managing environments",
    fix="Switch off Allow administrators to bypass configured protection rules.",
    detect=detect,
)
