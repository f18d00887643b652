"""E3 environment-custom-rule: Two approvals are asked for and one is enough."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.settings_document import SettingsDocument

_TWO = 2


def detect(settings: SettingsDocument) -> Iterator[Hit]:
    """Environments of several approvals without a custom rule."""
    for environment in settings.environments:
        if environment.approvals >= _TWO and environment.custom_rules == 0:
            message = (
                f"{environment.name!r} needs {environment.approvals} approvals, and one releases it: no custom rule"
            )
            yield Hit(environment.line("protection_rules"), message)


RULE = Rule(
    id="environment-custom-rule",
    reference="E3",
    severity=Severity.HIGH,
    applies_to=AppliesTo.SETTINGS,
    subject=SettingsDocument,
    title="Two approvals are asked for and one is enough",
    what="An environment that needs two or more approvals has a custom deployment protection rule that counts them.",
    why="GitHub releases a job when one of the listed reviewers agrees, however many are listed.",
    source="docs.github.com, Deployments and environments: only one of the required reviewers needs to approve",
    fix="Install the approvals app as a custom protection rule of the environment.",
    detect=detect,
)
