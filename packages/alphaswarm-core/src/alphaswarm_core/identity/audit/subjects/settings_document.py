"""A repository's environments, as GitHub's REST API returns them, saved in a `*.settings.json` file.

The document is the answer of `GET /repos/{owner}/{repo}/environments`; each environment may carry what two further
calls return: `deployment_branch_policies` (`…/deployment-branch-policies`) and `custom_deployment_protection_rules`
(`…/deployment_protection_rules`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from alphaswarm_core.identity.audit.model import Expectations
from alphaswarm_core.identity.audit.nodes import Items, Node, Scalar, Table, listed, table, text_of

_BUILT_IN_RULES = ("required_reviewers", "wait_timer", "branch_policy")


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment. `approvals`: how many people have to agree."""

    node: Table
    approvals: int

    @property
    def name(self) -> str:
        """Its name."""
        return text_of(self.node.get("name"))

    @property
    def gated(self) -> bool:
        """Whether anybody has to agree at all."""
        return self.approvals > 0

    def line(self, key: str) -> int:
        """The line of a key, or the environment's."""
        return self.node.key_line(key)

    def _rules(self) -> Iterator[Table]:
        return (each for each in listed(self.node.get("protection_rules")) if isinstance(each, Table))

    @property
    def reviewers_rule(self) -> Table | None:
        """The rule `required_reviewers`."""
        return next((each for each in self._rules() if text_of(each.get("type")) == "required_reviewers"), None)

    @property
    def reviewers(self) -> int:
        """How many reviewers are listed; any one of them releases the job."""
        rule = self.reviewers_rule
        return len(listed(rule.get("reviewers"))) if rule else 0

    @property
    def prevents_self_review(self) -> bool:
        """Whether who started the run cannot approve it."""
        return self.reviewers_rule is not None and is_true(self.reviewers_rule.get("prevent_self_review"))

    @property
    def admins_bypass(self) -> bool:
        """Whether administrators can start a waiting job. GitHub's default is yes."""
        found = self.node.get("can_admins_bypass")
        return not (isinstance(found, Scalar) and found.value is False)

    @property
    def branch_policy(self) -> Table:
        """`deployment_branch_policy`; empty when every branch and tag may deploy."""
        return table(self.node.get("deployment_branch_policy"))

    @property
    def branches(self) -> tuple[str, ...] | None:
        """The patterns of branches and tags that may deploy; None when the document does not have them."""
        found = self.node.get("deployment_branch_policies")
        if not isinstance(found, Items | Table):
            return None
        inner = found.get("branch_policies") if isinstance(found, Table) else found
        return tuple(text_of(each.get("name")) if isinstance(each, Table) else text_of(each) for each in listed(inner))

    @property
    def custom_rules(self) -> int:
        """How many custom protection rules (GitHub Apps) are enabled."""
        found = self.node.get("custom_deployment_protection_rules")
        inner = found.get("custom_deployment_protection_rules") if isinstance(found, Table) else found
        listed_rules = [each for each in listed(inner) if isinstance(each, Table)]
        own = [each for each in self._rules() if text_of(each.get("type")) not in _BUILT_IN_RULES]
        return sum(each.get("enabled") is None or is_true(each.get("enabled")) for each in (*listed_rules, *own))


def is_true(node: Node | None) -> bool:
    """Whether a value is JSON's true; a text `"true"` is not."""
    return isinstance(node, Scalar) and node.value is True


@dataclass(frozen=True, slots=True)
class SettingsDocument:
    """A settings document."""

    path: str
    root: Table
    expectations: Expectations

    @property
    def environments(self) -> tuple[Environment, ...]:
        """Every environment in it."""
        found = (each for each in listed(self.root.get("environments")) if isinstance(each, Table))
        return tuple(Environment(each, self.expectations.approvals_of(text_of(each.get("name")))) for each in found)

    @property
    def missing(self) -> tuple[str, ...]:
        """Gated environments that are declared and not there: a workflow that names one creates it unprotected."""
        there = {each.name for each in self.environments}
        return tuple(name for name, count in self.expectations.approvals.items() if count > 0 and name not in there)
