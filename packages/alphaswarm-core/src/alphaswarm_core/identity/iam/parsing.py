"""From untrusted text to a `Policy`, or to one error that names the place. Nothing is repaired and nothing ignored."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from alphaswarm_core.identity.iam.document import VARIABLES_SINCE, VERSIONS, Effect, Policy, PolicyKind, Statement
from alphaswarm_core.identity.iam.elements import parse_actions, parse_conditions, parse_principals, parse_resources
from alphaswarm_core.identity.iam.errors import MalformedPolicyError

MAX_CHARACTERS = 262_144
"""Characters of a policy. AWS's largest quota is a fraction of it (32 KiB, KMS key policies)."""
MAX_STATEMENTS = 2_000
MAX_DEPTH = 8
"""Levels of nesting. A policy needs 6."""

_POLICY_KEYS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_KEYS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)


def parse_policy(source: str | Mapping[str, Any], kind: PolicyKind, *, name: str = "policy") -> Policy:
    """Read a policy document.

    Args:
        source: The document's JSON text, or the document as data.
        kind: What the policy is attached to; it decides which elements have to be there.
        name: What explanations call the policy.

    Raises:
        MalformedPolicyError: the document is no policy of that kind, is too large, or uses an operator or an element
            that IAM does not have. Every other failure of a hostile document ends here too.
    """
    document = _read(source) if isinstance(source, str) else source
    _check_size(document)
    _only_known_keys(document, _POLICY_KEYS, "")
    version = _version(document)
    if not isinstance(document.get("Id", ""), str):
        raise MalformedPolicyError("Id is not a text", where="Id")
    statements = document.get("Statement")
    listed = [statements] if isinstance(statements, Mapping) else statements
    if not isinstance(listed, list | tuple) or not listed:
        raise MalformedPolicyError("there is no statement", where="Statement", fix="Add at least one statement")
    if len(listed) > MAX_STATEMENTS:
        raise MalformedPolicyError(f"{len(listed)} statements are more than {MAX_STATEMENTS}", where="Statement")
    parsed = tuple(_statement(each, index, kind, version) for index, each in enumerate(listed))
    _distinct_sids(parsed)
    return Policy(kind, parsed, version, name)


def _read(text: str) -> Any:
    if len(text) > MAX_CHARACTERS:
        raise MalformedPolicyError(f"{len(text)} characters are more than {MAX_CHARACTERS}")
    try:
        return json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant)
    except RecursionError:
        raise MalformedPolicyError("it is nested too deeply") from None
    except ValueError as error:  # JSONDecodeError, and integers with too many digits
        raise MalformedPolicyError(f"it is not JSON: {str(error)[:200]}") from None


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys differ. Two readers that keep different ones of two equal keys see different policies."""
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise MalformedPolicyError(f"the key {twice[:64]!r} is there twice", fix="Merge the two into one")
    return found


def _no_constant(name: str) -> Any:
    raise MalformedPolicyError(f"{name} is not JSON")


def _check_size(document: Any) -> None:
    """Bound the work before any of it is done: characters in all, levels, and the types that JSON has."""
    if not isinstance(document, Mapping):
        raise MalformedPolicyError("a policy is a JSON object")
    left = MAX_CHARACTERS
    waiting: list[tuple[Any, int]] = [(document, 1)]
    while waiting:
        node, depth = waiting.pop()
        left -= _own_size(node)
        if left < 0:
            raise MalformedPolicyError(f"it is larger than {MAX_CHARACTERS} characters")
        if depth > MAX_DEPTH:
            raise MalformedPolicyError(f"it is nested more than {MAX_DEPTH} levels deep")
        waiting += [(child, depth + 1) for child in _children(node)]


def _own_size(node: Any) -> int:
    if isinstance(node, str):
        if not node.isascii() and any("\ud800" <= letter <= "\udfff" for letter in node):
            raise MalformedPolicyError("a text has half of a surrogate pair, which is no character")
        return len(node) + 2
    if isinstance(node, Mapping | list | tuple):
        return 2 + len(node)
    if node is None or isinstance(node, bool | int | float):
        return 4
    raise MalformedPolicyError(f"{type(node).__name__} is not a type of JSON")


def _children(node: Any) -> Iterable[Any]:
    if isinstance(node, Mapping):
        return [*node.keys(), *node.values()]
    return node if isinstance(node, list | tuple) else ()


def _only_known_keys(document: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for key in document:
        if not isinstance(key, str) or key not in known:
            place = f"{where}.{key}"[:120] if where else str(key)[:120]
            raise MalformedPolicyError(
                "IAM has no such element", where=place, fix=f"Elements: {', '.join(sorted(known))} (case matters)"
            )


def _version(document: Mapping[str, Any]) -> str:
    version = document.get("Version", VERSIONS[-1])  # IAM: without a version it is the old language
    if version not in VERSIONS:
        raise MalformedPolicyError(
            f"{str(version)[:40]!r} is not a version of the policy language",
            where="Version",
            fix=f"Write {VARIABLES_SINCE!r}; a policy's version is not the date on which it was written",
        )
    return str(version)


def _statement(document: Any, index: int, kind: PolicyKind, version: str) -> Statement:
    where = f"Statement[{index}]"
    if not isinstance(document, Mapping):
        raise MalformedPolicyError("a statement is a JSON object", where=where)
    sid = document.get("Sid", "")
    if not isinstance(sid, str):
        raise MalformedPolicyError("Sid is not a text", where=where)
    where = f"{where} ({sid[:64]})" if sid else where
    _only_known_keys(document, _STATEMENT_KEYS, where)
    effect = document.get("Effect")
    if not isinstance(effect, str) or effect not in tuple(Effect):
        raise MalformedPolicyError("Effect has to be Allow or Deny", where=f"{where}.Effect")
    variables = version == VARIABLES_SINCE
    return Statement(
        index=index,
        sid=sid,
        effect=Effect(effect),
        actions=parse_actions(document, where),
        resources=parse_resources(document, where, kind, variables=variables),
        principals=parse_principals(document, where, kind),
        conditions=parse_conditions(document, where, variables=variables),
    )


def _distinct_sids(statements: Iterable[Statement]) -> None:
    seen: set[str] = set()
    for statement in statements:
        if statement.sid and statement.sid in seen:
            raise MalformedPolicyError("the Sid is there twice", where=statement.label)
        seen.add(statement.sid)
