"""E2 environment-missing: An environment that has to be gated does not exist."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.settings_document import SettingsDocument


def detect(settings: SettingsDocument) -> Iterator[Hit]:
    """Declared environments that the document does not have."""
    for name in settings.missing:
        yield Hit(
            settings.root.key_line("environments"), f"The environment {name!r} needs approvals and does not exist"
        )


RULE = Rule(
    id="environment-missing",
    reference="E2",
    severity=Severity.HIGH,
    applies_to=AppliesTo.SETTINGS,
    subject=SettingsDocument,
    title="An environment that has to be gated does not exist",
    what="Every environment for which the repository declares approvals is there.",
    why=(
        "A workflow that names a missing environment creates it, without any protection, and its subject is "
        "the one that roles trust."
    ),
    source="docs.github.com, Deployments and environments; Managing environments",
    fix="Create the environment with its rules before any workflow names it.",
    detect=detect,
)
