"""Texts of a policy in which `*`, `?` and `${…}` may mean something.

Source: IAM User Guide, "Policy elements: variables and tags". `${*}`, `${?}` and `${$}` are the characters themselves;
`${key}` and `${key, 'default'}` are replaced with the value that the request's context has for `key`. What comes from
the context is literal: a `*` in a tag is an asterisk and never a wildcard.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

Context: TypeAlias = Mapping[str, Sequence[str]]
"""Condition keys, in lower case, and their values in the request."""

_VARIABLE = re.compile(
    r"\$\{(?:(?P<literal>[*?$])|(?P<key>[^,'{}$\x00-\x1f]{1,256})(?:,\s*'(?P<default>[^'{}]*)')?\s*)\}"
)


class Wildcard(Enum):
    """A character of a pattern that stands for others."""

    RUN = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    """`${key, 'default'}`; the key in lower case."""

    key: str
    default: str | None = None


Token: TypeAlias = str | Wildcard | Variable
"""A literal text (never empty), a wildcard, or a variable."""


@lru_cache(maxsize=4096)
def tokenize(text: str, *, wildcards: bool, variables: bool) -> tuple[Token, ...]:
    """Read a policy text.

    Raises:
        ValueError: a `${` begins no valid variable.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        if variables and text.startswith("${", position):
            match = _VARIABLE.match(text, position)
            if match is None:
                raise ValueError(f"{text[position : position + 40]!r} is not a policy variable")
            tokens.append(match["literal"] or Variable(match["key"].strip().lower(), match["default"]))
            position = match.end()
        elif wildcards and text[position] in "*?":
            tokens.append(Wildcard(text[position]))
            position += 1
        else:
            end = _literal_end(text, position, wildcards=wildcards, variables=variables)
            tokens.append(text[position:end])
            position = end
    return _merged(tokens)


def _literal_end(text: str, start: int, *, wildcards: bool, variables: bool) -> int:
    specials = ["*", "?"] if wildcards else []
    specials += ["${"] if variables else []
    found = [index for special in specials if (index := text.find(special, start + 1)) > 0]
    return min(found, default=len(text))


def _merged(tokens: Iterable[Token]) -> tuple[Token, ...]:
    merged: list[Token] = []
    for token in tokens:
        if isinstance(token, str) and merged and isinstance(merged[-1], str):
            merged[-1] += token
        elif not (token is Wildcard.RUN and merged and merged[-1] is Wildcard.RUN):  # `**` means what `*` means
            merged.append(token)
    return tuple(merged)


def variable_free(tokens: Sequence[Token]) -> bool:
    """Whether nothing in `tokens` depends on the request."""
    return not any(isinstance(token, Variable) for token in tokens)


def resolved(tokens: Sequence[Token], context: Context) -> tuple[Token, ...] | None:
    """`tokens` with the request's values in place of the variables.

    None when a variable has neither exactly one value in the request nor a default: the text then matches nothing.
    """
    found: list[Token] = []
    for token in tokens:
        if isinstance(token, Variable):
            values = context.get(token.key, ())
            value = values[0] if len(values) == 1 else token.default if not values else None
            if value is None:
                return None
            found += [value] if value else []
        else:
            found.append(token)
    return _merged(found)


def literal_text(tokens: Sequence[Token]) -> str | None:
    """The one text that `tokens` match, or None when they have wildcards or variables."""
    return "".join(str(token) for token in tokens) if all(isinstance(token, str) for token in tokens) else None


@lru_cache(maxsize=4096)
def pattern(tokens: tuple[Token, ...]) -> re.Pattern[str]:
    """A regular expression for a whole text that fits variable-free `tokens`.

    Every run but the last is an atomic group, so that it takes the first fit and never comes back: matching is linear
    in the text for each part, however many wildcards an attacker's pattern or claim has.
    """
    parts = [_expression(group) for group in _split_at_runs(tokens)]
    if len(parts) == 1:
        return re.compile(rf"{parts[0]}\Z", re.DOTALL)
    middle = "".join(f"(?>.*?{part})" for part in parts[1:-1] if part)
    return re.compile(rf"{parts[0]}{middle}.*{parts[-1]}\Z", re.DOTALL)


def _split_at_runs(tokens: Iterable[Token]) -> list[list[Token]]:
    groups: list[list[Token]] = [[]]
    for token in tokens:
        if token is Wildcard.RUN:
            groups.append([])
        else:
            groups[-1].append(token)
    return groups


def _expression(tokens: Iterable[Token]) -> str:
    return "".join("." if token is Wildcard.ONE else re.escape(str(token)) for token in tokens)


def split_fields(tokens: Iterable[Token], count: int) -> list[tuple[Token, ...]]:
    """Cut `tokens` at their literal colons into at most `count` fields; a variable's value never makes a new field."""
    fields: list[list[Token]] = [[]]
    for token in tokens:
        if not isinstance(token, str):
            fields[-1].append(token)
            continue
        pieces = token.split(":", count - len(fields))
        fields[-1] += [pieces[0]] if pieces[0] else []
        fields += [[piece] if piece else [] for piece in pieces[1:]]
    return [tuple(field) for field in fields]
