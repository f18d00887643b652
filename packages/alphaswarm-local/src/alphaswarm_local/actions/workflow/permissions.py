"""`permissions:`: what a job's token may, and how it is cut down."""

from collections.abc import Mapping

from alphaswarm_core.identity.audit.nodes import Node, Scalar
from alphaswarm_local.actions.workflow.reading import Reader, entries

_ANY, _READ, _WRITE = ("read", "write", "none"), ("read", "none"), ("write", "none")
SCOPES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "actions", "artifact-metadata", "attestations", "checks", "contents", "deployments", "discussions",
            "issues", "packages", "pages", "pull-requests", "repository-projects", "security-events", "statuses",
        ),
        _ANY,
    ),
    "id-token": _WRITE,
    "models": _READ,
}  # fmt: skip
"""Every scope and the levels that it takes. Source: docs.github.com, "Workflow syntax"."""

_RANK = {"none": 0, "read": 1, "write": 2}


def read_permissions(reader: Reader, node: Node | None) -> Mapping[str, str] | None:
    """What a file states; None where it states nothing. A scope that is left out is `none`."""
    if node is None:
        return None
    if isinstance(node, Scalar) and node.value is not None:
        word = reader.choice(node, "permissions", ("read-all", "write-all"))
        return _everything(word.removesuffix("-all"))
    found = reader.table(node, "permissions", SCOPES)
    stated = {name: reader.choice(value, f"permissions.{name}", SCOPES[name]) for name, value in entries(found)}
    return {name: level for name, level in stated.items() if level != "none"}


def _everything(level: str) -> dict[str, str]:
    return {name: level if level in levels else "read" for name, levels in SCOPES.items() if level in levels}


def for_fork(permissions: Mapping[str, str]) -> dict[str, str]:
    """What is left of them for a fork's pull request: nothing to write, and no identity token."""
    return {name: "read" for name, level in permissions.items() if level != "none" and name != "id-token"}


def beyond(wanted: Mapping[str, str], allowed: Mapping[str, str]) -> str | None:
    """The first scope that asks for more than is allowed, or None."""
    return next(
        (name for name, level in sorted(wanted.items()) if _RANK[level] > _RANK[allowed.get(name, "none")]), None
    )
