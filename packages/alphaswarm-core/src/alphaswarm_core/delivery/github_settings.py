"""What GitHub's settings have to be, and whether they are: the declared beside the live, each aspect with a verdict.

Pure. What could not be read is `Unread`, and a verdict on it is `unknown`: silence is not protection. Of a repository
only what the trust rests on is compared: identity, environments, the main branch, subjects of tokens, Actions settings.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from alphaswarm_core.errors import ConfigurationError
from alphaswarm_core.identity.trust import Role, role_arn
from alphaswarm_core.settings import RepositorySettings, Settings

MAIN = "main"
PLAN_VARIABLE, DEPLOYER_VARIABLE = "AWS_PLAN_ROLE_ARN", "AWS_DEPLOYER_ROLE_ARN"
_NEEDED_RULES = ("deletion", "non_fast_forward", "pull_request")


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read, and why."""

    why: str


Live: TypeAlias = Any
"""A document of GitHub's, None where there is nothing, or `Unread`."""


class Verdict(StrEnum):
    """How an aspect stands."""

    OK = "ok"
    DRIFT = "drift"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One aspect: what it has to be, what it is."""

    subject: str
    aspect: str
    declared: str
    live: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who may release a job: `User` or `Team`, and the numeric id."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class DeclaredEnvironment:
    """What a GitHub environment has to be.

    Attributes:
        name: The environment.
        approvals: How many people have to agree.
        reviewers: Who may release its jobs; people only: teams are known by their slug until GitHub says their id.
        teams: Teams that may.
        gate_app: The app whose rule holds its jobs; None where none is declared or nobody has to agree.
        variables: Its variables.
    """

    name: str
    approvals: int
    reviewers: tuple[Reviewer, ...]
    teams: tuple[str, ...]
    gate_app: str | None
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LiveEnvironment:
    """What GitHub says about an environment; each part may be `Unread`."""

    document: Live
    branches: Live = field(default_factory=list)
    rules: Live = field(default_factory=list)
    variables: Live = field(default_factory=dict)
    team_ids: Mapping[str, Live] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LiveRepository:
    """What GitHub says about a repository; each part may be `Unread`."""

    document: Live
    subject: Live
    actions: Live
    workflows: Live
    main_rules: Live


def declared_environments(settings: Settings) -> list[DeclaredEnvironment]:
    """What the environments have to be.

    Raises:
        ConfigurationError: one needs approvals and names nobody who can give them, or somebody who is not declared.
    """
    return [_declared(settings, name) for name in settings.environments]


def declared_environment(settings: Settings, name: str) -> DeclaredEnvironment:
    """The same for one environment."""
    settings.environment(name)
    return _declared(settings, name)


def _declared(settings: Settings, name: str) -> DeclaredEnvironment:
    environment = settings.environment(name)
    unknown = [each for each in environment.reviewers if each not in settings.people]
    if unknown:
        raise ConfigurationError(
            f"environments.{name}.reviewers names {', '.join(unknown)}", why="there is no such table below [people]"
        )
    if environment.approvals and not (environment.reviewers or environment.reviewer_teams):
        raise ConfigurationError(
            f"environments.{name} needs {environment.approvals} approvals and names no reviewer",
            why="GitHub releases the jobs of an environment without reviewers at once",
            fix='Name people or teams: reviewers = ["ann"], reviewer_teams = ["platform"]',
        )
    return DeclaredEnvironment(
        name=name,
        approvals=environment.approvals,
        reviewers=tuple(Reviewer("User", settings.people[each].github_id) for each in environment.reviewers),
        teams=environment.reviewer_teams,
        gate_app=settings.github.gate_app if environment.approvals else None,
        variables={
            DEPLOYER_VARIABLE: role_arn(settings, name, Role.APPLY),
            PLAN_VARIABLE: role_arn(settings, name, Role.PLAN),
        },
    )


def compare_environment(
    declared: DeclaredEnvironment, live: LiveEnvironment, *, subject: str | None = None
) -> list[Finding]:
    """Every aspect of an environment."""
    name = subject or declared.name
    findings = list(_protection(declared, live, name))
    if live.document is not None and not isinstance(live.document, Unread):
        findings += _variables(declared, live.variables, name)
    return findings


def protection_of(declared: DeclaredEnvironment, live: LiveEnvironment) -> list[Finding]:
    """The aspects that keep a job from starting before people agreed; variables are no part of it."""
    return list(_protection(declared, live, declared.name))


def compare_repository(declared: RepositorySettings, live: LiveRepository) -> list[Finding]:
    """Every aspect of a repository, without its environments."""
    return [*_identity(declared, live.document), *_subject(declared, live.subject), *_actions(live), *_main(live)]


def _protection(declared: DeclaredEnvironment, live: LiveEnvironment, name: str) -> Iterator[Finding]:
    document = live.document
    if document is None or isinstance(document, Unread):
        yield _finding(name, "exists", "yes", document, missing="no: a workflow that names it creates it unprotected")
        return
    yield _equal(name, "exists", "yes", "yes")
    yield _equal(name, "deployments from", MAIN, _branches(document, live.branches))
    yield _equal(name, "administrators may bypass", "no", _yes(document.get("can_admins_bypass")))
    if declared.approvals:
        rule = _rule(document, "required_reviewers")
        yield _reviewers(declared, live, rule, name)
        yield _equal(name, "starter may approve", "no", _yes(not rule.get("prevent_self_review", False)))
    if declared.gate_app:
        yield _equal(name, "gate's rule", declared.gate_app, _apps(live.rules, declared.gate_app))


def _branches(document: Mapping[str, Any], policies: Live) -> str | Unread:
    policy = document.get("deployment_branch_policy")
    if not isinstance(policy, dict):
        return "any branch or tag"
    if not policy.get("custom_branch_policies"):
        return "protected branches, whichever those are"
    if isinstance(policies, Unread):
        return policies
    return ", ".join(sorted(f"{each.get('type', 'branch')} {each.get('name')}" for each in policies)).replace(
        f"branch {MAIN}", MAIN
    ) or "nothing"  # fmt: skip


def _reviewers(declared: DeclaredEnvironment, live: LiveEnvironment, rule: Mapping[str, Any], name: str) -> Finding:
    wanted = {f"{each.kind} {each.id}" for each in declared.reviewers}
    for team in declared.teams:
        known = live.team_ids.get(team, Unread(f"the team {team} was not asked for"))
        if isinstance(known, Unread):
            return _equal(name, "reviewers", f"team {team}", known)
        wanted.add(f"Team {known}")
    found = {
        f"{each.get('type')} {each['reviewer'].get('id')}"
        for each in rule.get("reviewers", ())
        if isinstance(each.get("reviewer"), dict)
    }
    return _equal(name, "reviewers", ", ".join(sorted(wanted)), ", ".join(sorted(found)) or "nobody")


def _rule(document: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    rules = document.get("protection_rules") or ()
    return next((each for each in rules if isinstance(each, dict) and each.get("type") == kind), {})


def _apps(rules: Live, wanted: str) -> str | Unread:
    """The wanted app, if its rule is enabled; a further app's rule can only refuse."""
    if isinstance(rules, Unread):
        return rules
    found = sorted(str((each.get("app") or {}).get("slug")) for each in rules if each.get("enabled") is True)
    return wanted if wanted in found else ", ".join(found) or "none"


def _variables(declared: DeclaredEnvironment, live: Live, name: str) -> Iterator[Finding]:
    for variable, value in declared.variables.items():
        found = live if isinstance(live, Unread) else live.get(variable, "not set")
        yield _equal(name, f"variable {variable}", value, found)


def _identity(declared: RepositorySettings, live: Live) -> Iterator[Finding]:
    name = declared.name
    if live is None or isinstance(live, Unread):
        yield _finding(name, "repository", name, live, missing="not there, or not to be seen with this token")
        return
    yield _equal(name, "repository", name, str(live.get("full_name")))
    yield _equal(name, "id", str(declared.id), str(live.get("id")))
    yield _equal(name, "owner's id", str(declared.owner_id), str((live.get("owner") or {}).get("id")))
    yield _equal(name, "default branch", MAIN, str(live.get("default_branch")))


def _subject(declared: RepositorySettings, live: Live) -> Iterator[Finding]:
    name, aspect = declared.name, "tokens' subject"
    if isinstance(live, Unread):
        yield _equal(name, aspect, "GitHub's own template", live)
        return
    template = "GitHub's own template" if live.get("use_default") is True else "a template of its own"
    yield _equal(name, aspect, "GitHub's own template", template)
    immutable = live.get("use_immutable_subject")
    found = Unread("GitHub does not say") if immutable is None else ("immutable" if immutable else "legacy")
    yield _equal(name, "subject format", declared.subject_format, found)


def _actions(live: LiveRepository) -> Iterator[Finding]:
    name = _name(live)
    pinned = live.actions if isinstance(live.actions, Unread) else _yes(live.actions.get("sha_pinning_required"))
    yield _equal(name, "actions by commit only", "yes", pinned)
    unread = isinstance(live.workflows, Unread)
    default = live.workflows if unread else str(live.workflows.get("default_workflow_permissions"))
    yield _equal(name, "GITHUB_TOKEN by default", "read", default)
    approves = live.workflows if unread else _yes(live.workflows.get("can_approve_pull_request_reviews"))
    yield _equal(name, "workflows may approve pull requests", "no", approves)


def _main(live: LiveRepository) -> Iterator[Finding]:
    name = _name(live)
    if isinstance(live.main_rules, Unread):
        yield _equal(name, f"rules of {MAIN}", ", ".join(_NEEDED_RULES), live.main_rules)
        return
    rules: Sequence[Mapping[str, Any]] = live.main_rules
    found = sorted({str(each.get("type")) for each in rules} & set(_NEEDED_RULES))
    yield _equal(name, f"rules of {MAIN}", ", ".join(_NEEDED_RULES), ", ".join(found) or "none")
    reviews = max((_reviews(each) for each in rules if each.get("type") == "pull_request"), default=0)
    yield _equal(name, f"reviews before a merge to {MAIN}", "1 or more", "1 or more" if reviews else "0")


def _reviews(rule: Mapping[str, Any]) -> int:
    number = (rule.get("parameters") or {}).get("required_approving_review_count", 0)
    return number if isinstance(number, int) else 0


def _name(live: LiveRepository) -> str:
    known = live.document if isinstance(live.document, dict) else {}
    return str(known.get("full_name", "repository"))


def _yes(value: object) -> str | Unread:
    """GitHub leaves a field out where the caller may not see it, or where the plan does not have it."""
    if not isinstance(value, bool):
        return Unread("GitHub does not say")
    return "yes" if value else "no"


def _finding(subject: str, aspect: str, declared: str, live: Live, *, missing: str) -> Finding:
    return _equal(subject, aspect, declared, missing if live is None else live)


def _equal(subject: str, aspect: str, declared: str, live: str | Unread) -> Finding:
    if isinstance(live, Unread):
        return Finding(subject, aspect, declared, live.why, Verdict.UNKNOWN)
    verdict = Verdict.OK if declared == live else Verdict.DRIFT
    return Finding(subject, aspect, declared, live, verdict)
