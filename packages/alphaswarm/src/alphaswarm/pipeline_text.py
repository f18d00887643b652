"""Runs of workflows as people see them: a tree that lives on a terminal, a line a change elsewhere."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from alphaswarm.hosted_github import RunState
from alphaswarm.output import paint, speaks_unicode, width

RUN_HEADERS = ("run", "workflow", "event", "branch", "status", "started by", "title")
_COLOURS = {"success": "green", "failure": "red", "startup_failure": "red", "cancelled": "yellow", "waiting": "yellow"}
_SIGNS = {"success": "✓", "failure": "✗", "startup_failure": "✗", "cancelled": "!", "skipped": "-", "waiting": "?"}
_PLAIN = {"✓": "+", "✗": "x"}


def run_row(run: Mapping[str, Any]) -> tuple[str, ...]:
    """A run as a line of a table."""
    title = str(run["display_title"])
    return (
        str(run["id"]), str(run["name"]), str(run["event"]), str(run["head_branch"]), how(run),
        str(run["triggering_actor"]["login"]), shown(title[:60]),
    )  # fmt: skip


def how(item: Mapping[str, Any]) -> str:
    """The conclusion of a run, job or step; while it goes on, its status."""
    return str(item["conclusion"] or item["status"])


def shown(text: str) -> str:
    """Text that anybody may have written, without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def tree(states: Iterable[RunState]) -> list[str]:
    """Runs, their jobs, and the steps of jobs that go on or failed."""
    lines = []
    for state in states:
        run = state.run
        lines.append(_line(0, run, f"{run['name']} #{run['run_number']} ({run['event']}, run {run['id']})"))
        lines += [f"    {shown(state.message)}"] if state.message and not state.jobs else []
        for job in state.jobs:
            lines.append(_line(1, job, str(job["name"])))
            lines += [_line(2, step, str(step["name"])) for step in job["steps"] if _worth_showing(step)]
        lines += [f"    waits for a reviewer of {shown(name)}" for name in state.waiting]
    return lines


class LiveTree:
    """Draws the tree in place."""

    def __init__(self) -> None:
        self._height = 0

    def show(self, states: Sequence[RunState]) -> None:
        """Draw it over what was drawn before."""
        lines = [each[: width() - 1] if "\033" not in each else each for each in tree(states)]
        up = f"\033[{self._height}A" if self._height else ""
        sys.stderr.write(up + "".join(f"\r\033[K{line}\n" for line in lines) + "\033[J")
        sys.stderr.flush()
        self._height = len(lines)


class ChangeLines:
    """Says a line whenever a run or a job has changed."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def show(self, states: Sequence[RunState]) -> None:
        """Say what is new."""
        for state in states:
            self._say(f"run {state.id}", state.run, str(state.run["name"]))
            for job in state.jobs:
                self._say(f"job {job['id']} {job['run_attempt']}", job, f"{state.run['name']} / {job['name']}")
            for name in state.waiting:
                self._once(f"{state.id} waits {name}", f"run {state.id} waits for a reviewer of {shown(name)}")

    def _say(self, key: str, item: Mapping[str, Any], name: str) -> None:
        self._once(key, f"{shown(name)}: {how(item)}")

    def _once(self, key: str, text: str) -> None:
        if self._said.get(key) != text:
            self._said[key] = text
            print(text, file=sys.stderr, flush=True)


def _worth_showing(step: Mapping[str, Any]) -> bool:
    return step["status"] == "in_progress" or step["conclusion"] in {"failure", "cancelled"}


def _line(depth: int, item: Mapping[str, Any], name: str) -> str:
    word = how(item)
    sign = _SIGNS.get(word, "·")
    sign = sign if speaks_unicode(sys.stderr) else _PLAIN.get(sign, "." if sign == "·" else sign)
    return f"{'  ' * depth}{paint(sign, _COLOURS.get(word, 'cyan'))} {shown(name)}  {paint(word, 'dim')}"
