"""`.alphaswarm-audit.toml` in the audited root: what the repository expects of itself, and its exceptions.

[expectations]
organisation = "octo-org"
default_branches = ["main"]
privileged_roles = ["*-apply"]
plan_roles = ["*-plan"]
providers = ["hashicorp/*"]
modules = ["terraform-aws-modules/*"]
remote_state = ["legacy/*"]

[expectations.approvals]
dev = 0
staging = 1
prod = 2
"""

import tomllib
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from alphaswarm_core.identity.audit.exceptions import Outcome, Scope, file_exceptions
from alphaswarm_core.identity.audit.model import Expectations
from alphaswarm_core.identity.audit.subjects.files import BrokenException, UnreadFile

DECLARATIONS = ".alphaswarm-audit.toml"
_LISTS = ("default_branches", "privileged_roles", "plan_roles", "providers", "modules", "remote_state")
_MOST_APPROVALS = 6


@dataclass(frozen=True, slots=True)
class Declarations:
    """What the file says, and what is wrong with it. What is wrong does not hold; the defaults do."""

    expectations: Expectations = field(default_factory=Expectations)
    scopes: tuple[Scope, ...] = ()
    broken: tuple[BrokenException, ...] = ()
    unread: tuple[UnreadFile, ...] = ()


def read_declarations(text: str, rules: frozenset[str], today: date, path: str = DECLARATIONS) -> Declarations:
    """Read the file's text. Never raises: what cannot be read is in the result, as `unread`."""
    try:
        document = tomllib.loads(text)
        expectations = _expectations(document.pop("expectations", {}))
        entries = _exceptions(document)
    except (ValueError, TypeError, RecursionError) as error:
        return Declarations(unread=(UnreadFile(path, 1, f"It is not a declarations file: {str(error)[:160]}"),))
    rows = text.split("\n")
    lines = [number for number, row in enumerate(rows, 1) if row.replace(" ", "").startswith("[[exception]]")]
    outcomes: list[Outcome] = list(file_exceptions(entries, path, lines, rules, today))
    return Declarations(
        expectations,
        scopes=tuple(each for each in outcomes if isinstance(each, Scope)),
        broken=tuple(each for each in outcomes if isinstance(each, BrokenException)),
    )


def _exceptions(document: dict[str, Any]) -> list[Any]:
    """The tables `[[exception]]`, which are all that is left."""
    entries = document.pop("exception", [])
    if document or not isinstance(entries, list):
        raise ValueError(f"there is no table {next(iter(document), 'exception')!r}; write [[exception]]")
    return entries


def _expectations(document: Any) -> Expectations:
    """The table, or an error for a key that there is not, or a wrong type."""
    if not isinstance(document, dict):
        raise TypeError("expectations is no table")
    unknown = sorted(set(document) - {"organisation", "approvals", *_LISTS})
    if unknown:
        raise ValueError(f"expectations has no key {unknown[0]!r}")
    organisation = document.get("organisation", "")
    if not isinstance(organisation, str):
        raise TypeError("organisation is no text")
    lists = {key: _texts(key, document[key]) for key in _LISTS if key in document}
    return Expectations(organisation=organisation, approvals=_approvals(document.get("approvals", {})), **lists)


def _texts(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError(f"{key} is no list of texts")
    return tuple(value)


def _approvals(value: Any) -> dict[str, int]:
    def counts(each: Any) -> bool:
        return isinstance(each, int) and not isinstance(each, bool) and 0 <= each <= _MOST_APPROVALS

    if not isinstance(value, dict) or not all(counts(each) for each in value.values()):
        raise ValueError(f"approvals is no table of environments with numbers from 0 to {_MOST_APPROVALS}")
    return value
