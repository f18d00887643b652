"""A job of a workflow run: everything that GitHub knows of it and that its token says.

A job that GitHub could not run is refused when it is described, so that a proof or a matrix over jobs never reasons
about tokens that nobody can have, and a typing error never makes a dangerous job look harmless.
"""

from dataclasses import dataclass
from enum import StrEnum

from alphaswarm_core.identity.github import names
from alphaswarm_core.identity.github.errors import ImpossibleJobError
from alphaswarm_core.identity.github.events import EVENTS_WITH_BRANCHES, REF_RULES, Event, RefRule
from alphaswarm_core.identity.github.repositories import Repository

DEPENDABOT = "dependabot[bot]"


class RunnerEnvironment(StrEnum):
    """Whose machine runs the job. AWS cannot see it."""

    GITHUB_HOSTED = "github-hosted"
    SELF_HOSTED = "self-hosted"


class IdTokenPermission(StrEnum):
    """`permissions: id-token`. There is no `read`."""

    WRITE = "write"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Callee:
    """A reusable workflow that defines the job. Everything else in the token describes the caller.

    Args:
        repository: `OWNER/REPO` of the file.
        path: `.github/workflows/FILE.yml`.
        ref: What follows `@` in the token: a full branch or tag ref, or the commit if the caller pinned one.
        sha: The commit of the file.
    """

    repository: str
    path: str
    ref: str
    sha: str

    def __post_init__(self) -> None:
        owner, _, name = self.repository.partition("/")
        known = names.is_owner(owner) and names.is_repository_name(name)
        names.require(known, "a repository", self.repository, "it is written OWNER/REPO")
        names.require(names.is_workflow_path(self.path), "a workflow file", self.path, "it lies in .github/workflows/")
        refs = names.is_branch_ref(self.ref) or names.is_tag_ref(self.ref) or names.is_merge_ref(self.ref)
        names.require(refs or names.is_sha(self.ref), "the ref of a callee", self.ref, "a full ref or a commit")
        names.require(names.is_sha(self.sha), "a commit", self.sha, "40 or 64 lower-case hexadecimal digits")

    def __str__(self) -> str:
        return f"{self.repository}/{self.path}@{self.ref}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowJob:
    """A job. `jobs_of.workflow_job` fills in what an event determines.

    Args:
        repository: Where the workflow run belongs; for a pull request from a fork, the base repository.
        event: What started the run.
        ref: `GITHUB_REF`, a full ref; empty only for a deployment that was made from a commit.
        sha: `GITHUB_SHA`.
        workflow: The workflow's name: free text, any file may use any name. Not a boundary.
        workflow_path: The top-level workflow file, `.github/workflows/FILE.yml`.
        environment: As the job spells it. Two spellings are one environment on GitHub, and two for AWS.
        callee: The reusable workflow that defines the job, if one does.
        base_ref: The branch that a pull request goes to, without `refs/heads/`; empty for other events.
        head_ref: The branch that it comes from; anybody chooses it.
        from_fork: The pull request comes from a fork.
        merged: The pull request was closed by merging: the job runs on the base branch.
        ref_protected: The ref has a protection rule.

    Raises:
        GithubNameError: a part cannot exist.
        ImpossibleJobError: the parts do not go together.
    """

    repository: Repository
    event: Event
    ref: str
    sha: str
    workflow: str
    workflow_path: str
    actor: str
    actor_id: int
    run_id: int
    run_number: int = 1
    run_attempt: int = 1
    check_run_id: int = 1
    environment: str | None = None
    callee: Callee | None = None
    base_ref: str = ""
    head_ref: str = ""
    from_fork: bool = False
    merged: bool = False
    ref_protected: bool = False
    runner_environment: RunnerEnvironment = RunnerEnvironment.GITHUB_HOSTED
    id_token: IdTokenPermission = IdTokenPermission.WRITE

    def __post_init__(self) -> None:
        names.require(names.is_sha(self.sha), "a commit", self.sha, "40 or 64 lower-case hexadecimal digits")
        path = self.workflow_path
        names.require(names.is_workflow_path(path), "a workflow file", path, "it lies in .github/workflows/")
        name = self.environment
        named = name is None or names.is_environment_name(name)
        names.require(named, "an environment", name, "1-255 characters, no control characters")
        for number in (self.actor_id, self.run_id, self.run_number, self.run_attempt, self.check_run_id):
            names.require(names.is_id(str(number)), "an id or a count", number, "positive integers")
        if (problem := _contradiction(self)) is not None:
            raise ImpossibleJobError(
                f"GitHub runs no {self.event} job like this", why=problem, fix="Describe the job as GitHub would run it"
            )

    @property
    def by_dependabot(self) -> bool:
        """Whether Dependabot started it. That changes its default permissions, not its token (to be tested live)."""
        return self.actor == DEPENDABOT

    @property
    def workflow_ref(self) -> str:
        """The top-level workflow file as tokens write it; after `@` the commit where the job has no ref."""
        return f"{self.repository.name}/{self.workflow_path}@{self.ref or self.sha}"

    @property
    def job_workflow_ref(self) -> str:
        """The file that defines the job: the callee's, or the top-level one."""
        return str(self.callee) if self.callee else self.workflow_ref

    @property
    def job_workflow_sha(self) -> str:
        """The commit of that file."""
        return self.callee.sha if self.callee else self.sha


def _contradiction(job: WorkflowJob) -> str | None:
    """The first thing that does not go together, or None."""
    rule = REF_RULES[job.event]
    if not _follows(rule, job):
        return f"its ref is {rule.value}, not {job.ref!r}"
    if job.merged and job.event is not Event.PULL_REQUEST:
        return "only a pull_request event can be the closing by a merge"
    if job.from_fork and job.event not in EVENTS_WITH_BRANCHES:
        return "only events of pull requests come from a fork"
    return _branches_contradict(job)


def _follows(rule: RefRule, job: WorkflowJob) -> bool:
    ref = job.ref
    branch, tag = names.is_branch_ref(ref), names.is_tag_ref(ref)
    follows = {
        RefRule.BRANCH_OR_TAG: branch or tag,
        RefRule.TAG: tag,
        RefRule.DEFAULT_BRANCH: ref == job.repository.default_ref,
        RefRule.MERGE_REF: ref == f"refs/heads/{job.base_ref}" if job.merged else names.is_merge_ref(ref),
        RefRule.QUEUE: names.is_queue_ref(ref),
        RefRule.DEPLOYED: branch or tag or ref == "",
    }
    return follows[rule]


def _branches_contradict(job: WorkflowJob) -> str | None:
    given = (job.base_ref, job.head_ref)
    if job.event not in EVENTS_WITH_BRANCHES:
        return "only events of pull requests have a base and a head branch" if any(given) else None
    if job.event in {Event.PULL_REQUEST, Event.PULL_REQUEST_TARGET} and not all(given):
        return "a pull request has a base and a head branch"
    if not all(names.is_branch_ref(f"refs/heads/{branch}") for branch in given if branch):
        return f"{given} are not names of branches"
    return None
