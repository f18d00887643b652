"""What the ledger remembers, as frozen values: runs, approvals, spec versions, leases, the halt.

Times are text, `2025-01-31T08:15:00.000000Z`: UTC with microseconds, so that they sort as text and both databases
keep the same bytes. JSON columns are opaque here. Names are those of the columns.
"""

from dataclasses import dataclass
from enum import StrEnum

from alphaswarm_core.canonical import Json


class RunKind(StrEnum):
    """What a run does to its stack."""

    plan = "plan"
    apply = "apply"
    destroy = "destroy"
    refresh = "refresh"
    unlock = "unlock"
    import_ = "import"
    state_pull = "state_pull"
    validate = "validate"


class RunStatus(StrEnum):
    """How far a run has come. `transitions` says what may follow what."""

    queued = "queued"
    running = "running"
    awaiting_approval = "awaiting_approval"
    approved = "approved"
    applying = "applying"
    completed = "completed"
    errored = "errored"
    cancelled = "cancelled"
    policy_failed = "policy_failed"
    refused = "refused"
    stale = "stale"
    interrupted = "interrupted"

    @property
    def is_final(self) -> bool:
        """Whether nothing can follow."""
        return self in FINAL_STATUSES


FINAL_STATUSES = frozenset(
    {
        RunStatus.completed,
        RunStatus.errored,
        RunStatus.cancelled,
        RunStatus.policy_failed,
        RunStatus.refused,
        RunStatus.stale,
        RunStatus.interrupted,
    }
)


class ActorKind(StrEnum):
    """How the identity of an actor was established."""

    person = "person"
    github_actions = "github_actions"
    codebuild = "codebuild"


class Decision(StrEnum):
    """What an approver says to one plan digest."""

    approve = "approve"
    reject = "reject"


class Part(StrEnum):
    """What a person had to do with a run or with the commit that it deploys. Nobody who has a part approves it."""

    dispatcher = "dispatcher"
    author = "author"
    committer = "committer"
    co_author = "co_author"
    pusher = "pusher"


class Purpose(StrEnum):
    """Why a plan was made from an earlier run; its `parent_run_id` says from which."""

    promotion = "promotion"
    rollback = "rollback"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `subject` identifies, `display_name` is for reading, `run_url` is the GitHub run if there is one."""

    kind: ActorKind
    subject: str
    display_name: str
    run_url: str | None = None


@dataclass(frozen=True, slots=True)
class SpecRecord:
    """A stack spec to be registered: `spec_hash` locks `document`."""

    tree: str
    environment: str
    spec_hash: str
    document: Json


@dataclass(frozen=True, slots=True)
class SpecVersion:
    """A registered stack spec. `version` counts from 1 within a stack."""

    id: str
    tree: str
    environment: str
    version: int
    spec_hash: str
    created_at: str


@dataclass(frozen=True, slots=True)
class NewRun:
    """What is known of a run before it starts."""

    tree: str
    environment: str
    run_kind: RunKind
    actor: Actor
    spec_version_id: str | None
    parent_run_id: str | None = None
    commit: str | None = None
    ref: str | None = None
    engine: str | None = None
    engine_version: str | None = None
    provider_lock_hash: str | None = None
    executor: str = "local"
    build_arn: str | None = None
    role: str | None = None
    session_name: str | None = None
    log_place: str | None = None
    note: str | None = None
    target: str = "local"
    destroys: bool = False
    claims_digest: str | None = None
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A row of `terraform_runs`.

    `plan_digest` is the SHA-256 of the saved plan's bytes. `state_before` and `state_after` are
    `{"lineage": str, "serial": int}` or None. `terraform_lock` is the state lock that an interrupted run may have
    left behind. `exit_code` is the engine's. `change_digest` is equal for plans that do the same, None where that
    cannot be told. `promotable` is what has to be equal from one environment to the next.
    `images` are those (`REPOSITORY@sha256:…`) that the plan would run, or that the state holds after an apply; None
    where nobody looked.
    """

    id: str
    tree: str
    environment: str
    run_kind: RunKind
    status: RunStatus
    spec_version_id: str | None
    parent_run_id: str | None
    actor: Actor
    commit: str | None
    ref: str | None
    engine: str | None
    engine_version: str | None
    provider_lock_hash: str | None
    plan_digest: str | None
    plan_place: str | None
    plan_summary: Json
    policy_result: Json
    state_before: Json
    state_after: Json
    executor: str
    build_arn: str | None
    role: str | None
    session_name: str | None
    claims_digest: str | None
    target: str
    destroys: bool
    queued_at: str
    started_at: str | None
    finished_at: str | None
    exit_code: int | None
    error_code: str | None
    error: str | None
    log_place: str | None
    note: str | None
    halted: bool
    terraform_lock: Json
    purpose: Purpose | None
    change_digest: str | None
    promotable: Json
    images: Json = None

    @property
    def stack(self) -> str:
        """The stack that the run works on: `tree/environment`."""
        return stack_name(self.tree, self.environment)


@dataclass(frozen=True, slots=True)
class Approval:
    """A verified person's yes or no to one plan digest, of one stack, at one commit.

    `source` says where it was given and verified, `reference` is the address of that place. `at` is when it was
    recorded, `given_at` when the person gave it. `carried_from` is the approval of an earlier plan that did the same.
    """

    id: str
    run_id: str
    plan_digest: str
    approver: str
    decision: Decision
    comment: str | None
    source: str
    at: str
    stack: str | None = None
    commit: str | None = None
    given_at: str | None = None
    reference: str | None = None
    carried_from: str | None = None


@dataclass(frozen=True, slots=True)
class Involvement:
    """A person had a part in a run. `person` is `github:<id>`, or `email:<address>` where no account is known."""

    id: str
    run_id: str
    person: str
    part: Part
    source: str
    at: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """A verified person lets one plan through without its promotion, and says why."""

    id: str
    run_id: str
    plan_digest: str
    approver: str
    reason: str
    source: str
    at: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook that GitHub asked the gate's answer with. Not evidence: it keeps one request from being answered twice.

    `body_digest` is the SHA-256 of the signed body: the delivery id is a header that nobody signed. `outcome` is None
    until the request was decided. `report` is the last status that GitHub was told, `reports` how many there were.
    """

    body_digest: str
    delivery_id: str
    event: str
    repository: str
    github_run: int
    environment: str
    received_at: str
    outcome: str | None = None
    report: str | None = None
    reports: int = 0


@dataclass(frozen=True, slots=True)
class Lease:
    """The process that drives a run now. Not evidence: it says who is alive, and is gone when the run is done."""

    run_id: str
    stack: str
    exclusive: bool
    host: str
    pid: int
    process_started: str
    beat_at: str
    acquired_at: str
    terraform_lock: Json


@dataclass(frozen=True, slots=True)
class Halt:
    """Whether applies and destroys are stopped. `actor` and `at` are None as long as nobody ever said anything."""

    on: bool
    reason: str
    actor: Actor | None
    at: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the chain, as stored. `body` is canonical JSON (RFC 8785) text."""

    sequence: int
    at: str
    kind: str
    body: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that verification found.

    `sequence` is the entry that is wrong, or the entry that last wrote the row that is wrong; None where no entry
    can be named. `table` and `row_id` say which row, where a row is concerned.
    """

    sequence: int | None
    table: str
    row_id: str | None
    what: str


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What verification found. The head is worth writing down elsewhere: it pins everything before it."""

    ok: bool
    entries: int
    runs: int
    head_sequence: int
    head_hash: str
    problems: tuple[Problem, ...]


def stack_name(tree: str, environment: str) -> str:
    """The name of a stack, `tree/environment`."""
    return f"{tree}/{environment}"
