"""A repository, and what of it goes into the tokens of its jobs."""

from dataclasses import dataclass
from enum import StrEnum

from alphaswarm_core.identity.github import names
from alphaswarm_core.identity.github.subjects import SubjectFormat, SubjectRepository
from alphaswarm_core.identity.github.templates import DEFAULT_TEMPLATE, SubjectTemplate


class Visibility(StrEnum):
    """Who may read a repository."""

    PUBLIC = "public"
    PRIVATE = "private"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Enterprise:
    """The enterprise that a repository's owner belongs to."""

    slug: str
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository that runs workflows.

    Args:
        name: `OWNER/REPO`, in GitHub's spelling: AWS compares exactly.
        id: Never given to another repository; the name can be, after a deletion or a rename.
        owner_id: Never given to another owner.
        subject_format: How its subjects are written. It has no default: a wrong guess makes a policy that either
            refuses everybody or trusts a name that somebody else can take.
        template: The customisation of its subjects.
        properties: Custom properties that its tokens carry as `repo_property_<name>`.
        forks_get_write_tokens: "Send write tokens to workflows from pull requests" is on.

    Raises:
        GithubNameError: a name, id or branch that cannot exist.
    """

    name: str
    id: int
    owner_id: int
    subject_format: SubjectFormat
    visibility: Visibility = Visibility.PRIVATE
    default_branch: str = "main"
    template: SubjectTemplate = DEFAULT_TEMPLATE
    enterprise: Enterprise | None = None
    properties: tuple[tuple[str, str], ...] = ()
    forks_get_write_tokens: bool = False

    def __post_init__(self) -> None:
        owner, separator, short = self.name.partition("/")
        names.require(bool(separator), "a repository", self.name, "it is written OWNER/REPO")
        SubjectRepository(owner, short, self.owner_id, self.id)
        names.require(names.is_branch_ref(self.default_ref), "a branch", self.default_branch, "git takes no such name")
        known = all(name.isidentifier() for name, _ in self.properties)
        names.require(known, "custom properties", self.properties, "their names are letters, digits and _")

    @property
    def owner(self) -> str:
        """The part before the slash."""
        return self.name.partition("/")[0]

    @property
    def default_ref(self) -> str:
        """The default branch as a full ref."""
        return f"refs/heads/{self.default_branch}"

    @property
    def in_subjects(self) -> SubjectRepository:
        """The repository as its subjects write it."""
        owner, _, short = self.name.partition("/")
        if self.subject_format is SubjectFormat.LEGACY:
            return SubjectRepository(owner, short)
        return SubjectRepository(owner, short, self.owner_id, self.id)
