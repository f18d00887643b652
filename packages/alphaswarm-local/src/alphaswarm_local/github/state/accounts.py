"""People, bots, organisations and apps."""

from dataclasses import dataclass, field
from enum import StrEnum


class AccountType(StrEnum):
    """As GitHub writes it."""

    USER = "User"
    BOT = "Bot"
    ORGANIZATION = "Organization"


class Role(StrEnum):
    """What a person is in a repository, from nothing to everything."""

    NONE = "none"
    READ = "read"
    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody.

    Attributes:
        email: Verified: commits with it are theirs.
    """

    login: str
    id: int
    type: AccountType = AccountType.USER
    name: str = ""
    email: str = ""


@dataclass(slots=True)
class App:
    """A GitHub App with one installation: on all repositories of its owner.

    Attributes:
        public_key: PEM; verifies what the app shows. The private half is given out once, when it is made.
        permissions: Permission → `read` or `write`.
        webhook_url: Where its events go; empty: nowhere.
    """

    id: int
    slug: str
    name: str
    owner: Account
    bot: Account
    installation_id: int
    public_key: str
    permissions: dict[str, str] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    webhook_url: str = ""
    webhook_secret: str = field(default="", repr=False)


GITHUB_ACTIONS = Account("github-actions[bot]", 41898282, AccountType.BOT, "github-actions[bot]")
"""Who a job's `GITHUB_TOKEN` acts as."""

GITHUB_ACTIONS_APP_ID = 15368
