"""GitHub's settings over its REST API: read as they are, written as they have to be.

Source: docs.github.com, REST API: environments, deployment branch policies, protection rules, variables, Actions
permissions and OIDC, rules. What may not be read comes back as `Unread`; a failure never looks like an empty list.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from alphaswarm_core.adapters.github.client import GithubClient
from alphaswarm_core.adapters.github.errors import GithubApiError, GithubNotFoundError
from alphaswarm_core.delivery.github_settings import (
    MAIN,
    DeclaredEnvironment,
    Live,
    LiveEnvironment,
    LiveRepository,
    Reviewer,
    Unread,
)


class GateAppMissingError(GithubApiError):
    """The app whose rule has to hold the environment's jobs is not installed on the repository."""

    code = "AS-GH-020"
    summary = "The gate's GitHub App cannot be enabled on an environment"


class GithubSettings:
    """The settings of one repository.

    Args:
        client: Acts with somebody's token; what that may not see is unknown.
        repository: `OWNER/NAME`.
    """

    def __init__(self, client: GithubClient, repository: str) -> None:
        self._client = client
        self._owner = repository.partition("/")[0]
        self._path = f"/repos/{repository}"

    def repository(self) -> LiveRepository:
        """The repository without its environments."""
        return LiveRepository(
            document=self._read(""),
            subject=self._known("/actions/oidc/customization/sub"),
            actions=self._known("/actions/permissions"),
            workflows=self._known("/actions/permissions/workflow"),
            main_rules=self._listed(f"/rules/branches/{MAIN}"),
        )

    def environment(self, declared: DeclaredEnvironment, *, variables: bool = True) -> LiveEnvironment:
        """An environment. Without `variables` only what protects it: that needs no more than to read Actions."""
        place = self._place(declared.name)
        document = self._read(place)
        if document is None and isinstance(self._read(""), Unread | None):
            document = Unread(f"{self._path[7:]} is not there, or not to be seen with this token")
        if document is None or isinstance(document, Unread):
            return LiveEnvironment(document)
        return LiveEnvironment(
            document,
            branches=self._listed(f"{place}/deployment-branch-policies", "branch_policies"),
            rules=self._listed(f"{place}/deployment_protection_rules", "custom_deployment_protection_rules"),
            variables=self._variables(place) if variables else {},
            team_ids={team: self._team(team) for team in declared.teams},
        )

    def set_up(self, declared: DeclaredEnvironment) -> None:
        """Make an environment what it has to be: protection first, so that it never stands open with its variables.

        Raises:
            GithubApiError: GitHub refuses a part.
            GateAppMissingError: the gate's app is not there.
        """
        place = self._place(declared.name)
        self._client.put(f"{self._path}{place}", self._wanted(declared))
        self._set_branches(place)
        if declared.gate_app:
            self._enable(place, declared.gate_app)
        for name, value in declared.variables.items():
            self._set_variable(place, name, value)

    def _wanted(self, declared: DeclaredEnvironment) -> dict[str, Any]:
        reviewers = [*declared.reviewers, *(self._team_reviewer(each) for each in declared.teams)]
        return {
            "wait_timer": 0,
            "prevent_self_review": declared.approvals > 0,
            "can_admins_bypass": False,
            "reviewers": [{"type": each.kind, "id": each.id} for each in reviewers] if declared.approvals else None,
            "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
        }

    def _set_branches(self, place: str) -> None:
        """Exactly main: what else is allowed goes, before it is needed by anybody."""
        policies = f"{self._path}{place}/deployment-branch-policies"
        found = list(self._client.paginate(policies, "branch_policies"))
        for each in found:
            if (each.get("name"), each.get("type", "branch")) != (MAIN, "branch"):
                self._client.delete(f"{policies}/{each['id']}")
        if not any((each.get("name"), each.get("type", "branch")) == (MAIN, "branch") for each in found):
            self._client.post(policies, {"name": MAIN, "type": "branch"})

    def _enable(self, place: str, app: str) -> None:
        rules = f"{self._path}{place}/deployment_protection_rules"
        enabled = self._client.paginate(rules, "custom_deployment_protection_rules")
        if any((each.get("app") or {}).get("slug") == app and each.get("enabled") for each in enabled):
            return
        offered = self._client.paginate(f"{rules}/apps", "available_custom_deployment_protection_rule_integrations")
        number = next((each.get("id") for each in offered if each.get("slug") == app), None)
        if number is None:
            raise GateAppMissingError(
                f"The app {app} offers no protection rule for {self._path[7:]}",
                why="it is not installed on the repository, or has no permission for deployments",
                fix="Install it with access to the repository, and run this again; or correct github.gate_app",
            )
        self._client.post(rules, {"integration_id": number})

    def _set_variable(self, place: str, name: str, value: str) -> None:
        variables = f"{self._path}{place}/variables"
        document = {"name": name, "value": value}
        try:
            self._client.patch(f"{variables}/{name}", document)
        except GithubNotFoundError:
            self._client.post(variables, document)

    def _team_reviewer(self, slug: str) -> Reviewer:
        team = self._client.get(f"/orgs/{self._owner}/teams/{slug}")
        return Reviewer("Team", int(team["id"]))

    def _team(self, slug: str) -> Live:
        found = self._attempt(lambda: self._client.get(f"/orgs/{self._owner}/teams/{slug}"))
        if found is None:
            return Unread(f"the team {slug} is not there, or not to be seen with this token")
        return found if isinstance(found, Unread) else found.get("id")

    def _variables(self, place: str) -> Live:
        found = self._listed(f"{place}/variables", "variables")
        return found if isinstance(found, Unread) else {each["name"]: each["value"] for each in found}

    def _place(self, environment: str) -> str:
        return f"/environments/{quote(environment, safe='')}"

    def _read(self, path: str) -> Live:
        """A document; None where GitHub says that there is none."""
        return self._attempt(lambda: self._client.get(f"{self._path}{path}"))

    def _known(self, path: str) -> Live:
        """A document that every repository has: where GitHub shows none, it may not be seen."""
        found = self._read(path)
        if isinstance(found, Mapping | Unread):
            return found
        return Unread("not to be seen with this token")

    def _listed(self, path: str, key: str | None = None) -> Sequence[Any] | Unread:
        found = self._attempt(lambda: list(self._client.paginate(f"{self._path}{path}", key)))
        return Unread("not to be seen with this token") if found is None else found

    def _attempt(self, ask: Callable[[], Live]) -> Live:
        try:
            return ask()
        except GithubNotFoundError:
            return None
        except GithubApiError as error:
            return Unread(f"{error.what}{f' ({error.why})' if error.why else ''}"[:200])
