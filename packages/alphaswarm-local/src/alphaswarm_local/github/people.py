"""Ready-made people of the local cloud's GitHub: who rehearsals act as. Data; there is nobody behind them."""

from collections.abc import Mapping
from dataclasses import dataclass

from alphaswarm_local.github.state.accounts import GITHUB_ACTIONS, Account, AccountType, Role
from alphaswarm_local.github.state.repositories import Environment


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody and the role that they have in the project's repositories."""

    account: Account
    role: Role
    part: str


_DOMAIN = "people.example"


def _person(login: str, number: int, name: str, role: Role, part: str) -> Person:
    return Person(Account(login, number, AccountType.USER, name, f"{login}@{_DOMAIN}"), role, part)


PEOPLE: Mapping[str, Person] = {
    each.account.login: each
    for each in (
        _person("ada-author", 700000001, "Ada Author", Role.WRITE, "writes changes and opens pull requests"),
        _person("rita-reviewer", 700000002, "Rita Reviewer", Role.WRITE, "reviews, and approves deployments"),
        _person("remy-reviewer", 700000003, "Remy Reviewer", Role.WRITE, "the second reviewer"),
        _person("alex-admin", 700000004, "Alex Admin", Role.ADMIN, "administers the repositories"),
        _person("olga-outside", 700000005, "Olga Outside", Role.NONE, "contributes from a fork"),
        Person(
            Account("release-bot[bot]", 700000006, AccountType.BOT, "release-bot", f"release-bot@{_DOMAIN}"),
            Role.WRITE,
            "a bot with write access, whose approval must never count",
        ),
        Person(GITHUB_ACTIONS, Role.NONE, "what a job's GITHUB_TOKEN acts as"),
    )
}
"""By login."""


@dataclass(frozen=True, slots=True)
class Team:
    """A team of every organisation here, with everybody's role in the repositories as it is."""

    id: int
    slug: str
    name: str
    members: frozenset[int]


def _team(slug: str, number: int, *logins: str) -> Team:
    return Team(number, slug, slug.capitalize(), frozenset(PEOPLE[each].account.id for each in logins))


TEAMS: Mapping[int, Team] = {
    each.id: each
    for each in (
        _team("platform", 720000001, "ada-author", "rita-reviewer", "remy-reviewer"),
        _team("security", 720000002, "remy-reviewer"),
    )
}
"""By id."""


def is_reviewer(environment: Environment, account: int) -> bool:
    """Whether somebody is a required reviewer: named, or a member of a team that is."""
    teams = (TEAMS[each] for each in environment.reviewer_teams)
    return account in environment.reviewers or any(account in team.members for team in teams)


AUTHOR, FIRST_REVIEWER, SECOND_REVIEWER, ADMINISTRATOR, OUTSIDER = (
    "ada-author",
    "rita-reviewer",
    "remy-reviewer",
    "alex-admin",
    "olga-outside",
)
