"""The words of an audit: rule, hit, finding, severity, expectations."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Generic, Protocol, TypeVar


class Severity(StrEnum):
    """How bad a finding is. `UNKNOWN` is informational: the file alone does not decide it."""

    CRITICAL = "critical"
    """Somebody outside gets a credential, or runs code next to one."""
    HIGH = "high"
    """A gate or a limit that is relied upon does not hold."""
    MEDIUM = "medium"
    """One further mistake or one further right turns it into a way in."""
    LOW = "low"
    """Against the rules of the house; harmless alone."""
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return tuple(Severity).index(self)


class AppliesTo(StrEnum):
    """What a rule looks at."""

    POLICY = "policy"
    TERRAFORM = "terraform"
    WORKFLOW = "workflow"
    SETTINGS = "settings"
    FILE = "file"


class Subject(Protocol):
    """What a rule is asked about: a policy, a Terraform module, and so on."""

    @property
    def path(self) -> str:
        """The file, relative to the audited root, with forward slashes."""


S = TypeVar("S", bound=Subject)
S_contra = TypeVar("S_contra", bound=Subject, contravariant=True)


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a rule is broken.

    Args:
        line: Counted from 1.
        message: What is there, with the names that are concerned. No line numbers: it is part of the fingerprint.
        severity: Where it differs from the rule's.
        path: Where it differs from the subject's.
    """

    line: int
    message: str
    severity: Severity | None = None
    path: str | None = None


def undecided(line: int, message: str, path: str | None = None) -> Hit:
    """A place that the file alone does not decide. Reported, never silently fine."""
    return Hit(line, message, Severity.UNKNOWN, path)


@dataclass(frozen=True, slots=True)
class Rule(Generic[S]):
    """One rule. Its id is its module's name, its test's name and its heading in the reference.

    Args:
        id: kebab-case.
        reference: The rule's short name in the table of attacks, such as `T1`.
        applies_to: What it looks at.
        subject: The type of what it looks at.
        title: One line.
        what: What is looked for.
        why: The attack that it stops.
        source: Where that attack or fact is described.
        fix: What to do instead.
        detect: Yields every place where the rule is broken.
    """

    id: str
    reference: str
    severity: Severity
    applies_to: AppliesTo
    subject: type[S]
    title: str
    what: str
    why: str
    source: str
    fix: str
    detect: Callable[[S], Iterator[Hit]]

    def check(self, subject: S) -> "Iterator[Finding]":
        """Every finding of this rule about one subject."""
        for hit in self.detect(subject):
            yield Finding(
                rule=self.id,
                reference=self.reference,
                severity=hit.severity or self.severity,
                path=_clean(hit.path or subject.path),
                line=max(1, hit.line),
                message=_clean(hit.message)[:_LONGEST_MESSAGE],
                why=self.why,
                fix=self.fix,
            )


_LONGEST_MESSAGE = 800


def _clean(text: str) -> str:
    """The text as valid Unicode: halves of surrogate pairs, from file names and JSON, have no encoding."""
    return text.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exception that holds: somebody answers for a finding until a day.

    Args:
        rule: The rule's id.
        owner: Who answers for it.
        until: The last day on which it holds, `YYYY-MM-DD`.
        reason: Why it is accepted.
        place: Where the exception is written, `path:line`.
    """

    rule: str
    owner: str
    until: str
    reason: str
    place: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule at a place. `waiver` is the exception that covers it, if one does."""

    rule: str
    reference: str
    severity: Severity
    path: str
    line: int
    message: str
    why: str
    fix: str
    fingerprint: str = ""
    waiver: Waiver | None = None

    @property
    def counts(self) -> bool:
        """Whether it makes the audit fail: at least low, and not excepted."""
        return self.waiver is None and self.severity is not Severity.UNKNOWN


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The outcome: every finding, by path, line and rule.

    Args:
        findings: Excepted and undecided ones too.
        subjects: How many policies, modules, workflows, … were looked at.
        files: How many files were read.
    """

    findings: tuple[Finding, ...]
    subjects: int
    files: int

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong: no finding of at least low that no exception covers."""
        return not any(finding.counts for finding in self.findings)

    def counted(self) -> dict[Severity, int]:
        """How many findings of each severity count (for `UNKNOWN`: how many there are)."""
        return {
            severity: sum(each.severity is severity and each.waiver is None for each in self.findings)
            for severity in Severity
        }


APPROVALS_OF_UNLISTED = 1
TWO_PERSON_NAMES = ("prod", "production")


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the audited repository declares about itself in `.alphaswarm-audit.toml`.

    Args:
        organisation: Owner of the repositories whose reusable workflows may be trusted; empty when not declared.
        default_branches: Branches from which privileged workflows run.
        privileged_roles: Patterns (`*`, `?`) of names of roles that change things; empty means: by their words.
        plan_roles: Patterns of names of roles that only read; empty means: by their words.
        providers: Patterns of allowed provider sources.
        modules: Patterns of allowed remote module sources; local paths are always allowed.
        remote_state: Patterns of modules' directories that may use `terraform_remote_state`.
        approvals: Approvals by environment. 0: no reviewer is asked for. Not listed: 2 for production, else 1.
    """

    organisation: str = ""
    default_branches: tuple[str, ...] = ("main", "master")
    privileged_roles: tuple[str, ...] = ()
    plan_roles: tuple[str, ...] = ()
    providers: tuple[str, ...] = ("hashicorp/*",)
    modules: tuple[str, ...] = ()
    remote_state: tuple[str, ...] = ()
    approvals: Mapping[str, int] = field(default_factory=dict)

    def approvals_of(self, environment: str) -> int:
        """How many people have to agree to a deployment into an environment."""
        unlisted = 2 if environment.lower() in TWO_PERSON_NAMES else APPROVALS_OF_UNLISTED
        return self.approvals.get(environment, unlisted)


class Purpose(StrEnum):
    """What a role is for, as far as its name tells."""

    PLAN = "plan"
    PRIVILEGED = "privileged"
    UNKNOWN = "unknown"


_PLAN_WORDS = frozenset({"plan", "planner", "readonly", "read", "validate", "viewer", "drift"})
_PRIVILEGED_WORDS = frozenset(
    {"apply", "deploy", "deployer", "deployment", "admin", "administrator", "execution", "release", "provision"}
)


def purpose_of(name: str, expectations: Expectations) -> Purpose:
    """What a role, or a workflow's variable for one, is for: by the declared patterns, else by the words of its name.

    `AWS_PLAN_ROLE_ARN`, `aqp-gha-plan` → plan; `AWS_DEPLOYER_ROLE_ARN`, `AqpTerraformExecutionRole` → privileged. A
    name with words of both kinds is privileged: the stricter rules apply.
    """
    last = name.rpartition("/")[2]
    if any(fnmatchcase(last, pattern) for pattern in expectations.privileged_roles):
        return Purpose.PRIVILEGED
    if any(fnmatchcase(last, pattern) for pattern in expectations.plan_roles):
        return Purpose.PLAN
    words = set(_words(name))
    if words & _PRIVILEGED_WORDS:
        return Purpose.PRIVILEGED
    return Purpose.PLAN if words & _PLAN_WORDS else Purpose.UNKNOWN


def _words(name: str) -> list[str]:
    """The words of a name in kebab, snake or camel case, in lower case."""
    spaced = "".join(
        f" {letter}" if letter.isupper() and before.islower() else (letter if letter.isalnum() else " ")
        for before, letter in zip(" " + name, name, strict=False)
    )
    return spaced.lower().split()
