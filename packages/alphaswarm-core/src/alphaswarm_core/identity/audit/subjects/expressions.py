"""`${{ … }}` in workflow files: where they are, and which contexts they read."""

import re
from collections.abc import Iterator

from alphaswarm_core.identity.audit.nodes import Scalar

_TOKEN = re.compile(r"'(?:[^']|'')*'|[A-Za-z_][\w-]*|[.\[\]*(]|\d[\w.]*|\S")


def expressions_in(text: Scalar) -> Iterator[tuple[int, str]]:
    """Every expression of a text: (line, what is between the braces)."""
    for line, row in text.lines():
        start = row.find("${{")
        while start >= 0:
            end = row.find("}}", start)
            yield line, row[start + 3 : end if end >= 0 else len(row)].strip()
            start = row.find("${{", end) if end >= 0 else -1


def contexts_of(expression: str) -> tuple[str, ...]:
    """The contexts that an expression reads, in lower case: `github.event.issue.title`, `steps.*.outputs`.

    `github['event']` is written as `github.event`; a computed index becomes `*`. Functions and literals are left out.
    """
    tokens = _TOKEN.findall(expression)
    found: list[str] = []
    index = 0
    while index < len(tokens):
        word = tokens[index]
        if not (word[0].isalpha() or word[0] == "_") or word in ("true", "false", "null"):
            index += 1
            continue
        path, index = _path(tokens, index)
        if index >= len(tokens) or tokens[index] != "(":
            found.append(path.lower())
    return tuple(found)


def _path(tokens: list[str], index: int) -> tuple[str, int]:
    parts = [tokens[index]]
    index += 1
    while index + 1 < len(tokens) and tokens[index] in (".", "["):
        if tokens[index] == ".":
            parts.append(tokens[index + 1])
            index += 2
            continue
        inner = tokens[index + 1]
        closed = index + 2 < len(tokens) and tokens[index + 2] == "]"
        if not closed:
            parts.append("*")
            return ".".join(parts), index + 1  # the contexts inside the index are read too
        parts.append(inner[1:-1] if inner.startswith("'") else "*")
        index += 3
    return ".".join(parts), index


_FIXED = (
    "github.run_id",
    "github.run_number",
    "github.run_attempt",
    "github.sha",
    "github.event_name",
    "github.repository",
    "github.repository_id",
    "github.repository_owner",
    "github.repository_owner_id",
    "github.actor_id",
    "github.ref_type",
    "github.ref_protected",
    "github.job",
    "github.workspace",
    "github.action_path",
    "github.api_url",
    "github.server_url",
    "github.graphql_url",
    "github.event.number",
    "github.event.pull_request.number",
    "github.event.issue.number",
    "github.event.pull_request.id",
    "github.event.pull_request.head.sha",
    "github.event.pull_request.base.sha",
    "runner.os",
    "runner.arch",
    "runner.temp",
    "runner.tool_cache",
    "strategy.job-index",
    "strategy.job-total",
    "job.status",
)
"""Contexts whose values GitHub makes itself, of letters that no shell minds."""
_FROM_OUTSIDE = (
    "github.event",
    "github.head_ref",
    "github.base_ref",
    "github.ref",
    "github.ref_name",
    "github.actor",
    "github.triggering_actor",
    "inputs",
)
"""Contexts that whoever opens an issue, names a branch or sends a dispatch can fill."""


def is_fixed(context: str) -> bool:
    """Whether a context's value cannot be chosen by anybody."""
    return context in _FIXED


def is_from_outside(context: str) -> bool:
    """Whether a context's value can be chosen by somebody outside."""
    return not is_fixed(context) and any(context == each or context.startswith(f"{each}.") for each in _FROM_OUTSIDE)
