"""E2 environment-branches: Other branches than the default one deploy to an environment."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity, undecided
from alphaswarm_core.identity.audit.subjects.settings_document import Environment, SettingsDocument, is_true


def detect(settings: SettingsDocument) -> Iterator[Hit]:
    """Gated environments that any, or more than the default, branches deploy to."""
    for environment in settings.environments:
        if environment.gated:
            yield from _policy(environment, settings.expectations.default_branches)


def _policy(environment: Environment, default_branches: tuple[str, ...]) -> Iterator[Hit]:
    line, name = environment.line("deployment_branch_policy"), environment.name
    branches = environment.branches
    if is_true(environment.branch_policy.get("protected_branches")):
        yield Hit(line, f"{name!r} is open to protected branches, whichever they are", Severity.MEDIUM)
    elif not is_true(environment.branch_policy.get("custom_branch_policies")):
        yield Hit(line, f"{name!r} is open to every branch and tag")
    elif branches is None:
        yield undecided(line, f"Which branches deploy to {name!r} is not in the document")
    else:
        for branch in branches:
            if branch not in default_branches:
                yield Hit(environment.line("deployment_branch_policies"), f"{name!r} is open to {branch!r}")


RULE = Rule(
    id="environment-branches",
    reference="E2",
    severity=Severity.HIGH,
    applies_to=AppliesTo.SETTINGS,
    subject=SettingsDocument,
    title="Other branches than the default one deploy to an environment",
    what="An environment that needs approvals has a custom branch policy that lists default branches exactly.",
    why=(
        "`protected branches` with no protection rule in the repository means every branch, and a pattern "
        "`refs/pull/*/merge` admits pull requests."
    ),
    source="docs.github.com, Deployments and environments; Managing environments",
    fix="Choose selected branches and list main.",
    detect=detect,
)
