"""Workflow runs, their jobs and logs, artifacts, deployments and reviews."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alphaswarm_local.github.state.accounts import Account


@dataclass(slots=True)
class Step:
    """A step of a job, numbered from 1."""

    number: int
    name: str
    status: str = "queued"
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(slots=True)
class Job:
    """A job of one attempt of a run. `key` is the engine's name for it, the same in every attempt."""

    id: int
    key: str
    name: str
    run_id: int
    attempt: int
    created_at: datetime
    labels: tuple[str, ...] = ()
    environment: str | None = None
    status: str = "queued"
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    message: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    steps: dict[int, Step] = field(default_factory=dict)
    log: list[tuple[int, datetime, str]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    deployment_id: int | None = None
    summaries: dict[int, str] = field(default_factory=dict)

    def text(self) -> str:
        """Its log as GitHub writes it: every line with its time."""
        return "".join(f"{at.strftime('%Y-%m-%dT%H:%M:%S.%f')}0Z {line}\n" for _, at, line in self.log)


@dataclass(frozen=True, slots=True)
class Review:
    """Somebody's or some app's word on a job that waits for an environment."""

    environment_ids: tuple[int, ...]
    state: str
    comment: str
    user: Account
    at: datetime


@dataclass(slots=True)
class PendingDeployment:
    """A job that waits for its environment.

    Attributes:
        awaited_rules: Ids of custom rules that have not approved yet.
        approved_by: The reviewers who said yes; one of them is enough.
        rejected: Why it may not go on; None while it may.
    """

    job_id: int
    environment_id: int
    deployment_id: int
    since: datetime
    timer_ends: datetime
    awaited_rules: set[int] = field(default_factory=set)
    reports: dict[int, int] = field(default_factory=dict)
    needs_review: bool = False
    approved_by: set[int] = field(default_factory=set)
    bypassed: bool = False
    rejected: str | None = None


@dataclass(slots=True)
class Artifact:
    """A zip archive that a job stored."""

    id: int
    name: str
    run_id: int
    size: int
    digest: str
    path: str
    created_at: datetime
    expires_at: datetime


@dataclass(slots=True)
class Run:
    """A run of a workflow, in its latest attempt.

    Attributes:
        actor: Who or what started it; the same in every attempt.
        triggering_actor: Who started this attempt.
        payload: The webhook payload of its event.
        started_by_token: A job's `GITHUB_TOKEN` caused it.
    """

    id: int
    number: int
    repository: int
    workflow_path: str
    workflow_name: str
    event: str
    payload: dict[str, Any]
    ref: str
    sha: str
    workflow_sha: str
    head_branch: str
    head_sha: str
    head_repository: int
    actor: Account
    triggering_actor: Account
    created_at: datetime
    updated_at: datetime
    attempt_started_at: datetime
    title: str = ""
    base_ref: str = ""
    head_ref: str = ""
    from_fork: bool = False
    inputs: dict[str, Any] = field(default_factory=dict)
    pull_number: int | None = None
    attempt: int = 1
    status: str = "queued"
    conclusion: str | None = None
    message: str = ""
    chain: int = 0
    jobs: dict[int, Job] = field(default_factory=dict)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    pending: dict[int, PendingDeployment] = field(default_factory=dict)
    reviews: list[Review] = field(default_factory=list)
    finished: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    kept: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def latest_jobs(self) -> list[Job]:
        """The jobs of the latest attempt."""
        return [each for each in self.jobs.values() if each.attempt == self.attempt]


@dataclass(frozen=True, slots=True)
class DeploymentStatus:
    """One word on how a deployment is."""

    id: int
    state: str
    description: str
    environment: str
    creator: Account
    created_at: datetime
    environment_url: str = ""
    log_url: str = ""


@dataclass(slots=True)
class Deployment:
    """A deployment to an environment; each job with `environment:` makes one."""

    id: int
    repository: int
    sha: str
    ref: str
    task: str
    environment: str
    creator: Account
    created_at: datetime
    updated_at: datetime
    description: str = ""
    payload: Any = field(default_factory=dict)
    run_id: int | None = None
    statuses: list[DeploymentStatus] = field(default_factory=list)
