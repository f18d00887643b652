"""The subject (`sub`) of a GitHub token: building and parsing of the default form, in both formats.

    repo:OWNER/REPO:<context>                        legacy
    repo:OWNER@OWNER_ID/REPO@REPO_ID:<context>       immutable

    <context> = environment:NAME | pull_request | ref:REF

`:` inside a value is written `%3A`, so a name cannot add segments. GitHub documents no escape for `%`: environments
named `a:b` and `a%3Ab` mint one and the same subject, which no policy can tell apart. Parsing yields the first.
A customised subject is read by its template (`templates`), never guessed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from alphaswarm_core.identity.github import names
from alphaswarm_core.identity.github.errors import GithubNameError, SubjectSyntaxError

_LARGEST_SUBJECT = 2048
_ESCAPED_COLON = "%3A"


class SubjectFormat(StrEnum):
    """How a repository is written in its subjects. GitHub settles it per repository (creation date, opt-in, rename)."""

    LEGACY = "legacy"
    IMMUTABLE = "immutable"


@dataclass(frozen=True, slots=True)
class SubjectRepository:
    """The repository as a subject names it: with both ids (immutable) or none (legacy)."""

    owner: str
    name: str
    owner_id: int | None = None
    id: int | None = None

    def __post_init__(self) -> None:
        names.require(names.is_owner(self.owner), "an owner", self.owner, "letters, digits, - and _, at most 39")
        names.require(
            names.is_repository_name(self.name), "a repository name", self.name, "letters, digits, '.', - and _"
        )
        both = (self.owner_id is None) == (self.id is None)
        names.require(both, "a subject's repository", (self.owner_id, self.id), "a subject carries both ids or none")
        for number in (self.owner_id, self.id):
            names.require(number is None or names.is_id(str(number)), "an id", number, "ids are positive integers")

    @property
    def format(self) -> SubjectFormat:
        """The format that the ids, or their absence, show."""
        return SubjectFormat.LEGACY if self.id is None else SubjectFormat.IMMUTABLE

    @property
    def value(self) -> str:
        """What follows `repo:`."""
        if self.id is None:
            return f"{self.owner}/{self.name}"
        return f"{self.owner}@{self.owner_id}/{self.name}@{self.id}"


@dataclass(frozen=True, slots=True)
class EnvironmentContext:
    """The job names an environment. The subject then says nothing of event or ref."""

    name: str

    def __post_init__(self) -> None:
        names.require(
            names.is_environment_name(self.name), "an environment", self.name, "1-255 characters, no control characters"
        )

    def __str__(self) -> str:
        return f"environment:{escape(self.name)}"


@dataclass(frozen=True, slots=True)
class PullRequestContext:
    """An event of the pull-request family."""

    def __str__(self) -> str:
        return "pull_request"


@dataclass(frozen=True, slots=True)
class RefContext:
    """Every other event. `ref`: a full branch or tag ref.

    Undocumented for a deployment that was created from a commit: it has no ref, so the empty ref and the commit id are
    both taken.
    """

    ref: str

    def __post_init__(self) -> None:
        fits = (
            names.is_branch_ref(self.ref)
            or names.is_tag_ref(self.ref)
            or self.ref == ""
            or names.is_sha(self.ref)  # pull request refs never get here: their subject is `pull_request`
        )
        names.require(fits, "the ref of a subject", self.ref, "refs/heads/…, refs/tags/…, or a deployment's commit")

    def __str__(self) -> str:
        return f"ref:{self.ref}"


Context: TypeAlias = EnvironmentContext | PullRequestContext | RefContext


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject in the default form. `str()` of it is the claim."""

    repository: SubjectRepository
    context: Context

    def __str__(self) -> str:
        return f"repo:{self.repository.value}:{self.context}"


def escape(value: str) -> str:
    """`value` as it stands in a subject: `:` becomes `%3A`, so that it cannot start a segment of its own."""
    return value.replace(":", _ESCAPED_COLON)


def unescape(value: str) -> str:
    """The name that `value` stands for. `%3A` may also have been literal; GitHub does not say which."""
    return value.replace(_ESCAPED_COLON, ":")


def parse_subject(text: str) -> Subject:
    """The subject that `text` is, in either format. `str(parse_subject(text)) == text` for every text it takes.

    Raises:
        SubjectSyntaxError: GitHub mints no such subject under the default template.
    """
    if len(text) > _LARGEST_SUBJECT:
        raise not_a_subject(text, f"it is longer than {_LARGEST_SUBJECT} characters")
    key, _, rest = text.partition(":")
    if key != "repo":
        raise not_a_subject(text, "a default subject starts with 'repo:'")
    repository, separator, context = rest.partition(":")
    if not separator:
        raise not_a_subject(text, "nothing follows the repository")
    try:
        return Subject(parse_repository(repository), parse_context(context))
    except GithubNameError as problem:
        raise not_a_subject(text, f"{problem.what}: {problem.why}") from problem
    except SubjectSyntaxError as problem:
        raise not_a_subject(text, problem.what) from problem


def parse_repository(value: str) -> SubjectRepository:
    """What follows `repo:`, in either format.

    Raises:
        GithubNameError: a name or an id that cannot exist.
        SubjectSyntaxError: not of the form of either format.
    """
    parts = value.split("/")
    if len(parts) != 2:  # noqa: PLR2004 - owner and name
        raise SubjectSyntaxError(f"{value!r} is not OWNER/REPO")
    (owner, owner_at, owner_id), (name, name_at, number) = (part.partition("@") for part in parts)
    if bool(owner_at) != bool(name_at):
        raise SubjectSyntaxError(f"{value!r} gives one id; GitHub gives both or none")
    if not owner_at:
        return SubjectRepository(owner, name)
    if not (names.is_id(owner_id) and names.is_id(number)):
        raise SubjectSyntaxError(f"{value!r} has an id that is not a positive decimal number")
    return SubjectRepository(owner, name, int(owner_id), int(number))


def parse_context(text: str) -> Context:
    """What follows the repository.

    Raises:
        GithubNameError: a ref or an environment that cannot exist.
        SubjectSyntaxError: not one of the three forms.
    """
    if text == "pull_request":
        return PullRequestContext()
    key, separator, value = text.partition(":")
    if not separator or ":" in value:  # an unescaped colon would be a segment that the default form does not have
        raise SubjectSyntaxError(f"{text!r} is not environment:NAME, pull_request or ref:REF")
    if key == "environment":
        return EnvironmentContext(unescape(value))
    if key == "ref":
        return RefContext(value)
    raise SubjectSyntaxError(f"{key!r} is not environment, pull_request or ref")


def not_a_subject(text: str, why: str) -> SubjectSyntaxError:
    """The error for `text`, shortened."""
    shown = text if len(text) <= 200 else text[:200] + "…"  # noqa: PLR2004 - a line on a screen
    return SubjectSyntaxError(
        f"{shown!r} is not a subject of a GitHub token",
        why=why,
        fix="Write repo:OWNER/REPO:CONTEXT or repo:OWNER@OWNER_ID/REPO@REPO_ID:CONTEXT, "
        "with CONTEXT environment:NAME, pull_request or ref:refs/heads/BRANCH",
    )
