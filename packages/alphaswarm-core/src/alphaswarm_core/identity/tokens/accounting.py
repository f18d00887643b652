"""Every claim of a token has its place: verified, required, optional, knowingly ignored, or unknown and reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alphaswarm_core.identity.github import claim_table
from alphaswarm_core.identity.tokens.errors import ClaimFormError, MissingClaimError

MAY_BE_EMPTY = frozenset({"ref"})
"""Required, and yet empty for a deployment that was made from a commit."""


@dataclass(frozen=True, slots=True)
class ClaimTable:
    """What a verifier does with which claim. `ignored_prefix` covers families of claims."""

    verified: frozenset[str]
    required: frozenset[str]
    optional: frozenset[str]
    ignored: frozenset[str]
    ignored_prefix: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimAccount:
    """The claims of one token by what was done with them, each sorted. `unknown` deserves a look."""

    verified: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]
    ignored: tuple[str, ...]
    unknown: tuple[str, ...]


GITHUB_CLAIMS = ClaimTable(
    verified=frozenset(claim_table.VERIFIED),
    required=frozenset(claim_table.REQUIRED),
    optional=frozenset(claim_table.OPTIONAL),
    ignored=frozenset(claim_table.IGNORED),
    ignored_prefix=claim_table.IGNORED_PREFIX,
)


def account(payload: Mapping[str, Any], table: ClaimTable) -> ClaimAccount:
    """The account of `payload`, whose verified claims were checked already.

    Raises:
        MissingClaimError: a required claim is not there.
        ClaimFormError: a required or optional claim is not text, or a required one is empty.
    """
    for name in sorted(table.required):
        _require_text(payload, name)
    for name in sorted(table.optional & payload.keys()):
        if not isinstance(payload[name], str):
            raise ClaimFormError(f"The claim {name!r} is not text")
    ignored = {name for name in payload if name in table.ignored or _has_prefix(name, table)}
    known = table.verified | table.required | table.optional | ignored
    return ClaimAccount(
        verified=tuple(sorted(table.verified & payload.keys())),
        required=tuple(sorted(table.required)),
        optional=tuple(sorted(table.optional & payload.keys())),
        ignored=tuple(sorted(ignored)),
        unknown=tuple(sorted(payload.keys() - known)),
    )


def _require_text(payload: Mapping[str, Any], name: str) -> None:
    if name not in payload:
        raise MissingClaimError(
            f"The token has no claim {name!r}", why="trust decides on it", fix="Use a token of GitHub's, unchanged"
        )
    value = payload[name]
    if not isinstance(value, str) or (not value and name not in MAY_BE_EMPTY):
        raise ClaimFormError(f"The claim {name!r} is not text, or empty")


def _has_prefix(name: str, table: ClaimTable) -> bool:
    return table.ignored_prefix is not None and name.startswith(table.ignored_prefix)
