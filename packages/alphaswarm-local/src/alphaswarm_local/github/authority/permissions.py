"""The permissions of GitHub's fine-grained tokens, and how far a role in a repository carries each.

Source: docs.github.com, "Permissions required for fine-grained personal access tokens".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from alphaswarm_local.github.state.accounts import Role


class Level(IntEnum):
    """How far."""

    NONE = 0
    READ = 1
    WRITE = 2


PERMISSIONS = frozenset(
    {
        "actions", "administration", "checks", "contents", "deployments", "environments", "issues", "metadata",
        "pull_requests", "repository_hooks", "secrets", "statuses", "variables", "workflows",
    }
)  # fmt: skip
"""All that endpoints here ask for."""

_ADMINISTRATIVE = frozenset({"administration", "environments", "secrets", "variables", "repository_hooks"})
_CONVERSATION = frozenset({"issues", "pull_requests"})
_LEVELS = {"none": Level.NONE, "read": Level.READ, "write": Level.WRITE, "admin": Level.WRITE}
_RANK = (Role.NONE, Role.READ, Role.TRIAGE, Role.WRITE, Role.MAINTAIN, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Need:
    """What an endpoint asks for: one of these permissions, at that level.

    Attributes:
        role: What a person has to be besides, where GitHub asks for more than the permission.
    """

    permissions: tuple[str, ...]
    level: Level
    role: Role = Role.NONE

    def __str__(self) -> str:
        """As GitHub's header `x-accepted-github-permissions` has it."""
        return "; ".join(f"{name}={self.level.name.lower()}" for name in self.permissions)


def read(*permissions: str) -> Need:
    """Reading."""
    return _need(permissions, Level.READ)


def write(*permissions: str, role: Role = Role.NONE) -> Need:
    """Writing."""
    return _need(permissions, Level.WRITE, role)


def granted(document: Mapping[str, str]) -> dict[str, Level]:
    """Permission → level, from how tokens and workflow files write it; unknown names and levels give nothing."""
    known = {name.replace("-", "_"): _LEVELS.get(level, Level.NONE) for name, level in document.items()}
    return {name: level for name, level in known.items() if name in PERMISSIONS} | {"metadata": Level.READ}


def at_least(role: Role, wanted: Role) -> bool:
    """Whether a role includes another."""
    return _RANK.index(role) >= _RANK.index(wanted)


def of_role(role: Role, permission: str, *, public: bool) -> Level:
    """How far a person's role carries a permission. Who may read may also comment and open pull requests."""
    seen = at_least(role, Role.READ) or public
    if permission in _ADMINISTRATIVE:
        if at_least(role, Role.ADMIN):
            return Level.WRITE
        return Level.READ if permission == "variables" and at_least(role, Role.WRITE) else Level.NONE
    if at_least(role, Role.WRITE):
        return Level.WRITE
    if permission in _CONVERSATION and seen:
        return Level.WRITE
    return Level.READ if seen else Level.NONE


def _need(permissions: tuple[str, ...], level: Level, role: Role = Role.NONE) -> Need:
    unknown = set(permissions) - PERMISSIONS
    if unknown:
        raise ValueError(f"unknown permissions: {unknown}")
    return Need(permissions, level, role)
