"""The intended set: which tokens a role is meant for. Rendered policies and proofs start from the same value."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any

from alphaswarm_core.identity.iam.templates import pattern, tokenize
from alphaswarm_core.identity.proof.errors import IntentError

_NAME = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+\Z")
_ID = re.compile(r"[1-9][0-9]{0,19}\Z")
_IMMUTABLE = re.compile(r"repo:[^@:/]+@(?P<owner>[0-9]+)/[^@:/]+@(?P<repository>[0-9]+)(:|\Z)")


class SubjectFormat(StrEnum):
    """The two live formats of GitHub's `sub`."""

    LEGACY = "legacy"
    """`repo:OWNER/REPO:…`"""
    IMMUTABLE = "immutable"
    """`repo:OWNER@OWNER_ID/REPO@REPO_ID:…`: repositories created, renamed or transferred after 2026-07-15."""


class ContextKind(StrEnum):
    """The three ways in which a job's context becomes the rest of its `sub`."""

    ENVIRONMENT = "environment"
    PULL_REQUEST = "pull_request"
    REF = "ref"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository by its immutable ids; its name is what the subject spells.

    Raises:
        IntentError: the name is not `OWNER/REPO`, or an id is no number. Without ids a recycled name gets in.
    """

    name: str
    id: str
    owner_id: str
    subject_format: SubjectFormat = SubjectFormat.LEGACY

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise IntentError(f"{self.name!r} is not OWNER/REPO", fix="Write the repository's full name")
        for number in (self.id, self.owner_id):
            if not _ID.match(number):
                raise IntentError(f"{number!r} is no id of GitHub", fix=f"gh api repos/{self.name} shows both ids")

    @property
    def subject_prefix(self) -> str:
        """What every subject of the repository begins with, without the colon."""
        if self.subject_format is SubjectFormat.LEGACY:
            return f"repo:{self.name}"
        owner, repository = self.name.split("/")
        return f"repo:{owner}@{self.owner_id}/{repository}@{self.id}"


@dataclass(frozen=True, slots=True)
class JobContext:
    """A kind of job that is meant.

    Args:
        kind: How the job's subject ends.
        environment: The environment's exact name; only for `ENVIRONMENT`.
        refs: `StringLike` patterns of the `ref` claim. For `REF` they are also the subject's end, and required.
        workflows: `StringLike` patterns of `job_workflow_ref`. What begins with `.github/` is of the job's own
            repository. Empty: any file.
    """

    kind: ContextKind
    environment: str = ""
    refs: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.kind is ContextKind.ENVIRONMENT) is not bool(self.environment):
            raise IntentError("An environment's name belongs to environment jobs, and only to them")
        if self.kind is ContextKind.REF and not self.refs:
            raise IntentError("A job that is known by its ref needs the refs", fix="Name them, such as refs/heads/main")

    def subjects(self, repository: Repository) -> tuple[str, ...]:
        """The subjects of such jobs of `repository`, as `StringLike` patterns; an environment's name is exact."""
        prefix = repository.subject_prefix
        match self.kind:
            case ContextKind.ENVIRONMENT:
                return (f"{prefix}:environment:{escaped(self.environment)}",)
            case ContextKind.PULL_REQUEST:
                return (f"{prefix}:pull_request",)
            case ContextKind.REF:
                return tuple(f"{prefix}:ref:{ref}" for ref in self.refs)

    def workflow_patterns(self, repository: Repository) -> tuple[str, ...]:
        """The patterns of `job_workflow_ref`, with the repository in front where it is left out."""
        own = f"{repository.name}/"
        return tuple(f"{own}{each}" if each.startswith(".github/") else each for each in self.workflows)


@dataclass(frozen=True, slots=True)
class Grant:
    """One repository's jobs of one kind."""

    repository: Repository
    context: JobContext


@dataclass(frozen=True, slots=True)
class Intent:
    """Everything that a role is meant for. An intent without grants is meant for nobody."""

    grants: tuple[Grant, ...]
    audience: str = "sts.amazonaws.com"

    @classmethod
    def of(
        cls, repositories: Iterable[Repository], contexts: Iterable[JobContext], audience: str = "sts.amazonaws.com"
    ) -> "Intent":
        """Every one of `contexts` for every one of `repositories`."""
        return cls(tuple(Grant(*pair) for pair in product(repositories, tuple(contexts))), audience)

    def includes(self, claims: Mapping[str, Any]) -> bool:
        """Whether a token with these claims is meant. What is neither a claim nor in the subject is not met."""
        return claims.get("aud") == self.audience and any(_includes(grant, claims) for grant in self.grants)


def escaped(name: str) -> str:
    """An environment's name as the subject spells it. Source: GitHub docs, OpenID Connect reference."""
    return name.replace(":", "%3A")


def _includes(grant: Grant, claims: Mapping[str, Any]) -> bool:
    subject = str(claims.get("sub", ""))
    found = _IMMUTABLE.match(subject)
    repository_id = claims.get("repository_id", found and found["repository"])
    owner_id = claims.get("repository_owner_id", found and found["owner"])
    if (repository_id, owner_id) != (grant.repository.id, grant.repository.owner_id):
        return False
    context, tail = grant.context, _tail(subject)
    if not subject or not _right_context(context, tail, claims):
        return False
    ref = claims.get("ref", tail.removeprefix("ref:") if tail.startswith("ref:") else None)
    workflow = claims.get("job_workflow_ref")
    return _fits(context.refs, ref) and _fits(context.workflow_patterns(grant.repository), workflow)


def _tail(subject: str) -> str:
    """What follows `repo:…:`; empty for a subject of another form."""
    fields = subject.split(":", 2)
    return fields[2] if len(fields) == len(("repo", "name", "tail")) and fields[0] == "repo" else ""


def _right_context(context: JobContext, tail: str, claims: Mapping[str, Any]) -> bool:
    match context.kind:
        case ContextKind.ENVIRONMENT:  # the claim decides: a customised subject does not change where the job runs
            spelled = context.environment if tail == f"environment:{escaped(context.environment)}" else None
            return bool(claims.get("environment", spelled) == context.environment)
        case ContextKind.PULL_REQUEST:
            return tail == "pull_request"
        case ContextKind.REF:
            return tail.startswith("ref:")


def _fits(patterns: tuple[str, ...], value: object) -> bool:
    if not patterns:
        return True
    return isinstance(value, str) and any(
        pattern(tokenize(each, wildcards=True, variables=False)).match(value) for each in patterns
    )
