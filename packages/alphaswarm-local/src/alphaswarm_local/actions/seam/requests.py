"""What the engine is told when a run begins, and how it names the jobs of that run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Permissions = Mapping[str, str]
"""Scope → `read`, `write` or `none`; a scope that is not there is `none`. `id-token` is `write` or nothing."""


@dataclass(frozen=True, slots=True)
class RepositoryFacts:
    """The repository that a run belongs to.

    Attributes:
        name: `OWNER/REPO`, in its canonical spelling.
        default_branch: Without `refs/heads/`.
    """

    name: str
    id: int
    owner_id: int
    default_branch: str = "main"
    private: bool = True

    @property
    def owner(self) -> str:
        """The part before the slash."""
        return self.name.partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """One run of one workflow file, as the event that started it determines it.

    The control plane has matched the event against the workflow's triggers and, for a dispatch, checked the inputs
    (`workflow.inputs.dispatch_inputs`); the engine does neither.

    Attributes:
        event_name: `push`, `pull_request`, `workflow_dispatch`, …
        event: The webhook payload, `github.event`.
        ref: `GITHUB_REF`, a full ref; `refs/pull/N/merge` for pull requests.
        sha: `GITHUB_SHA`, the commit that runs.
        workflow_path: `.github/workflows/FILE.yml`.
        workflow_sha: The commit that the workflow file is read from; `sha` but for `pull_request_target` and its like.
        head_ref: The source branch of a pull request, without `refs/heads/`; anybody chooses it.
        base_ref: The branch that it goes to.
        inputs: Of a `workflow_dispatch`, typed: texts, booleans, numbers.
        from_fork: A pull request from a fork: no write permission, no OIDC token, no secrets.
        default_permissions: What jobs may whose workflow states nothing: the repository's setting.
        finished: Jobs that need not run again, by `JobFacts.key`: their result and outputs ("re-run failed jobs").
    """

    run_id: int
    run_number: int = 1
    run_attempt: int = 1
    repository: RepositoryFacts
    event_name: str
    event: Mapping[str, Any] = field(default_factory=dict)
    ref: str
    sha: str
    workflow_path: str
    workflow_sha: str
    head_ref: str = ""
    base_ref: str = ""
    actor: str
    actor_id: int
    triggering_actor: str = ""
    ref_protected: bool = False
    inputs: Mapping[str, str | bool | float] = field(default_factory=dict)
    from_fork: bool = False
    default_permissions: Permissions = field(default_factory=lambda: {"contents": "read", "packages": "read"})
    finished: "Mapping[str, FinishedJob]" = field(default_factory=dict)

    @property
    def ref_type(self) -> str:
        """`tag` or `branch`; a merge ref counts as a branch."""
        return "tag" if self.ref.startswith("refs/tags/") else "branch"

    @property
    def ref_name(self) -> str:
        """The short name: `main`, `v1`, `7/merge`."""
        for prefix in ("refs/heads/", "refs/tags/", "refs/pull/"):
            if self.ref.startswith(prefix):
                return self.ref.removeprefix(prefix)
        return self.ref

    @property
    def workflow_ref(self) -> str:
        """The workflow file as GitHub writes it in contexts and tokens."""
        return f"{self.repository.name}/{self.workflow_path}@{self.ref or self.sha}"


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """A job of an earlier attempt that is not run again."""

    result: str
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalledFile:
    """The reusable workflow that defines a job.

    Attributes:
        ref: As `job_workflow_ref` has it after `@`: a full ref, or the commit if the caller pinned one.
        sha: The commit of the file.
    """

    repository: str
    path: str
    ref: str
    sha: str

    def __str__(self) -> str:
        return f"{self.repository}/{self.path}@{self.ref}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacts:
    """One job of a run: one combination of a matrix, one job of a reusable workflow.

    Attributes:
        key: Unique in the run and the same in every attempt: `plan`, `build (3.12)`, `deploy / apply`.
        id: The job's id in its file, `github.job`.
        name: What people see.
        number: Counts the jobs of the run from 1, in the order in which they became known.
        environment: Its name as the job spells it; None without one.
        permissions: What its token may: already cut down for forks.
        callee: The reusable workflow that the job is defined in.
        labels: `runs-on`.
    """

    run: RunRequest
    key: str
    id: str
    name: str
    number: int
    environment: str | None = None
    permissions: Permissions = field(default_factory=dict)
    callee: CalledFile | None = None
    labels: tuple[str, ...] = ()

    @property
    def may_have_identity_token(self) -> bool:
        """Whether GitHub gives the job an OIDC token: it says `id-token: write`, and no fork's pull request runs it."""
        return self.permissions.get("id-token") == "write" and not self.run.from_fork
