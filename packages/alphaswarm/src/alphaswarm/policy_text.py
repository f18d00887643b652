"""A verdict of the policy in words: what is denied first."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from alphaswarm.output import paint
from alphaswarm_core.policy.result import headline_of

_SHOWN = 50


def policy_text(document: Mapping[str, Any]) -> str:
    """The verdict of a row, or of a plan that was just judged."""
    lines = [
        *_of(document["denied"], "deny", "red"),
        *_of(document["warned"], "warn", "yellow"),
        *(f"{line}, until {each['until']} by {each['owner']}: {each['reason']}" for line, each in _excepted(document)),
    ]
    return "\n".join([*lines, f"Policy: {headline_of(document)}"])


def _of(findings: Iterable[Mapping[str, Any]], word: str, colour: str) -> list[str]:
    found = list(findings)
    lines = [paint(f"{word}  {_line(each)}", colour, sys.stdout) for each in found[:_SHOWN]]
    return [*lines, f"      and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else lines


def _excepted(document: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    return ((f"excepted  {_line(each)}", each) for each in document["excepted"])


def _line(finding: Mapping[str, Any]) -> str:
    return f"{finding['address']}: {finding['what']} [{finding['rule']}]"
