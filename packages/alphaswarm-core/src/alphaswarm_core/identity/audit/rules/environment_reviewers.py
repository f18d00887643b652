"""E2 environment-reviewers: An environment releases jobs without enough reviewers."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.nodes import Table, listed, text_of
from alphaswarm_core.identity.audit.subjects.settings_document import Environment, SettingsDocument


def detect(settings: SettingsDocument) -> Iterator[Hit]:
    """Gated environments with fewer reviewers than approvals."""
    for environment in settings.environments:
        if environment.reviewers < environment.approvals and not _teams(environment):
            what = f"needs {environment.approvals} approvals and lists {environment.reviewers} reviewers"
            yield Hit(environment.line("protection_rules"), f"{environment.name!r} {what}")


def _teams(environment: Environment) -> bool:
    """Whether a team is listed, which stands for any number of people."""
    rule = environment.reviewers_rule
    reviewers = listed(rule.get("reviewers")) if rule else ()
    return any(text_of(each.get("type")) == "Team" for each in reviewers if isinstance(each, Table))


RULE = Rule(
    id="environment-reviewers",
    reference="E2",
    severity=Severity.HIGH,
    applies_to=AppliesTo.SETTINGS,
    subject=SettingsDocument,
    title="An environment releases jobs without enough reviewers",
    what="An environment that needs approvals lists reviewers, at least as many as have to agree.",
    why="Without reviewers GitHub releases the job at once.",
    source="docs.github.com, Deployments and environments; Managing environments",
    fix="List reviewers; for two approvals at least two people who can give them.",
    detect=detect,
)
