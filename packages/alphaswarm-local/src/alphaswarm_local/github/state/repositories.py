"""Repositories and what belongs to them: environments, variables, secrets, pull requests, comments, checks."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alphaswarm_local.github.state.accounts import Account, Role


@dataclass(slots=True)
class Variable:
    """A variable of a repository or an environment."""

    name: str
    value: str
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class Secret:
    """A secret; its value leaves only into jobs."""

    name: str
    value: str = field(repr=False)
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class BranchPolicy:
    """A pattern of refs that may deploy. `type`: `branch` or `tag`."""

    id: int
    name: str
    type: str = "branch"


@dataclass(frozen=True, slots=True)
class CustomRule:
    """A custom deployment protection rule: an app that is asked."""

    id: int
    app_id: int
    enabled: bool = True


@dataclass(slots=True)
class Environment:
    """An environment. One that a workflow merely named has no rule at all.

    Attributes:
        wait_timer: Minutes.
        reviewers: Account ids; one approval is enough.
        reviewer_teams: Ids of teams; one of their members is enough.
        protected_branches: Only branches with a rule may deploy.
        custom_branches: Only refs that match `branch_policies` may deploy.
    """

    id: int
    name: str
    created_at: datetime
    updated_at: datetime
    wait_timer: int = 0
    prevent_self_review: bool = False
    reviewers: list[int] = field(default_factory=list)
    reviewer_teams: list[int] = field(default_factory=list)
    can_admins_bypass: bool = True
    protected_branches: bool = False
    custom_branches: bool = False
    branch_policies: list[BranchPolicy] = field(default_factory=list)
    custom_rules: list[CustomRule] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)


@dataclass(slots=True)
class Comment:
    """A comment on an issue or pull request."""

    id: int
    number: int
    author: Account
    body: str
    created_at: datetime
    updated_at: datetime
    app_id: int | None = None


@dataclass(frozen=True, slots=True)
class PullReview:
    """A review of a pull request."""

    id: int
    author: Account
    state: str
    body: str
    commit_id: str
    submitted_at: datetime


@dataclass(slots=True)
class PullRequest:
    """A pull request.

    Attributes:
        head_repository: Id of the repository that it comes from; another one than its own: a fork.
        head_ref, base_ref: Branches, without `refs/heads/`.
        merge_sha: The commit of `refs/pull/N/merge`; None while there are conflicts.
    """

    id: int
    number: int
    title: str
    body: str
    author: Account
    head_repository: int
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    created_at: datetime
    updated_at: datetime
    draft: bool = False
    state: str = "open"
    merge_sha: str | None = None
    merged_at: datetime | None = None
    merged_by: Account | None = None
    merge_commit_sha: str | None = None
    closed_at: datetime | None = None
    reviews: list[PullReview] = field(default_factory=list)


@dataclass(slots=True)
class CheckRun:
    """A check of a commit. Jobs have one each, with the job's id."""

    id: int
    name: str
    head_sha: str
    app_id: int
    status: str
    started_at: datetime
    conclusion: str | None = None
    completed_at: datetime | None = None
    details_url: str = ""
    external_id: str = ""
    output: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommitStatus:
    """A status of a commit."""

    id: int
    sha: str
    state: str
    context: str
    description: str
    target_url: str
    creator: Account
    created_at: datetime


@dataclass(slots=True)
class Ruleset:
    """A ruleset, as it was given: `document` has target, enforcement, conditions, rules and bypass actors."""

    id: int
    name: str
    created_at: datetime
    updated_at: datetime
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Activity:
    """A ref that moved, and who moved it."""

    id: int
    ref: str
    before: str
    after: str
    kind: str
    actor: Account
    at: datetime


@dataclass(slots=True)
class ActionsSettings:
    """What a repository allows its workflows."""

    enabled: bool = True
    allowed_actions: str = "all"
    sha_pinning_required: bool = False
    default_workflow_permissions: str = "read"
    can_approve_pull_request_reviews: bool = False


@dataclass(slots=True)
class OidcSubject:
    """The customisation of the subject claim."""

    use_default: bool = True
    include_claim_keys: tuple[str, ...] = ()
    use_immutable_subject: bool = True


@dataclass(slots=True)
class Repository:
    """A repository. Its commits are in git, under its id.

    Attributes:
        roles: Account id → role, for people who have one.
        source: The directory that it was made from; empty for forks.
        parent: The id of the repository that it was forked from.
    """

    id: int
    owner: Account
    name: str
    created_at: datetime
    private: bool = True
    default_branch: str = "main"
    description: str = ""
    source: str = ""
    parent: int | None = None
    roles: dict[int, Role] = field(default_factory=dict)
    environments: dict[str, Environment] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    check_runs: dict[int, CheckRun] = field(default_factory=dict)
    statuses: list[CommitStatus] = field(default_factory=list)
    activity: list[Activity] = field(default_factory=list)
    rulesets: dict[int, Ruleset] = field(default_factory=dict)
    actions: ActionsSettings = field(default_factory=ActionsSettings)
    oidc: OidcSubject = field(default_factory=OidcSubject)
    last_number: int = 0
    secret_key: bytes = field(default=b"", repr=False)

    @property
    def full_name(self) -> str:
        """`OWNER/REPO`."""
        return f"{self.owner.login}/{self.name}"

    def environment(self, name: str) -> Environment | None:
        """The environment of that name, in any case: two spellings are one environment."""
        return self.environments.get(name.lower())
