"""A plan as a comment on a pull request and as a job summary: counts first, what would be lost first and loudest.

Everything that comes from a plan (addresses, attribute values, findings) stands escaped in `<pre>`. Markdown ends a
`<pre>` at its closing tag only, and no value can write one: no link, image, mention, heading or second marker comes
from a resource's name or from a commit.
"""

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COMMENT_LIMIT = 65_536
"""Characters of a comment on GitHub; a longer one is refused as a whole."""
SUMMARY_LIMIT = 200_000
"""Characters of a job summary: GitHub's limit is 1 MiB, and a character may have four bytes."""
_RESERVE = 1_500  # for the last words, the tags that are closed, and the note on what was left out
_VALUE_LIMIT = 120
_LINE_LIMIT = 400
_MARKS = {"delete": "-", "replace": "-/+", "update": "~", "create": "+", "forget": ".", "no-op": ">"}
_HEADINGS = {
    "delete": "Destroyed",
    "replace": "Replaced (destroyed and made anew)",
    "update": "Changed",
    "create": "Added",
    "forget": "Forgotten",
    "no-op": "Imported",
}
_LOUD = ("delete", "replace")
_SHA = re.compile(r"^[0-9a-f]{40}$")


@dataclass(frozen=True, slots=True)
class PlanNews:
    """What there is to say about a plan.

    Attributes:
        stack: The stack, `tree/environment`.
        summary: The counts, as `Plan.summary` has them.
        changes: Per resource `address`, `action`, `reason`, `before`, `after`; sensitive values are redacted already.
        policy: The verdict as it stands in a row; None where the plan was not judged.
        run_id: The run, where there is one.
        run_url: Where it can be looked at.
        commit: The commit that was planned.
    """

    stack: str
    summary: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]]
    policy: Mapping[str, Any] | None = None
    run_id: str | None = None
    run_url: str | None = None
    commit: str | None = None


def marker(stack: str) -> str:
    """The hidden first line by which the comment of `stack` is found again."""
    return f"<!-- alphaswarm-plan {re.sub(r'[^A-Za-z0-9_./]', '_', stack)} -->"


def render_comment(news: PlanNews, limit: int = COMMENT_LIMIT) -> str:
    """The comment: marker, counts, losses open, everything else folded. Never longer than `limit`."""
    head = [marker(news.stack), *_head(news)]
    return _within(head, _sections(news), _foot(news), limit)


def render_summary(news: PlanNews, limit: int = SUMMARY_LIMIT) -> str:
    """The same as a job summary."""
    return _within(_head(news), _sections(news), _foot(news), limit)


@dataclass(frozen=True, slots=True)
class _Section:
    """A list of lines under a heading; `opened` ones are not folded. `lines` are escaped."""

    heading: str
    lines: Sequence[str]
    opened: bool = False


def _head(news: PlanNews) -> list[str]:
    summary = news.summary
    counts = f"**{_n(summary, 'add')} to add, {_n(summary, 'change')} to change, {_n(summary, 'destroy')} to destroy**"
    lines = [f"### Plan of <code>{_escaped(news.stack)}</code>", "", counts]
    lost = _n(summary, "destroy")
    if lost:
        replaced = _n(summary, "replace")
        lines += [
            "",
            "> [!CAUTION]",
            f"> {lost} will be destroyed{f', {replaced} of them replaced' if replaced else ''}.",
        ]
    denied = _n(news.policy.get("counts", {}), "denied") if news.policy else 0
    if denied:
        lines += ["", "> [!WARNING]", f"> The policy denies this plan: {denied} findings. It cannot be applied."]
    if news.policy is None:
        lines += ["", "> [!WARNING]", "> The policy has not judged this plan."]
    return lines


def _n(counts: Mapping[str, Any], key: str) -> int:
    value = counts.get(key, 0)
    return value if isinstance(value, int) else 0


def _sections(news: PlanNews) -> list[_Section]:
    by_action: dict[str, list[Mapping[str, Any]]] = {}
    for change in news.changes:
        by_action.setdefault(str(change.get("action")), []).append(change)
    loud = [_changes(each, by_action.pop(each)) for each in _LOUD if each in by_action]
    order = [each for each in dict.fromkeys((*_HEADINGS, *by_action)) if each in by_action]
    return [*loud, *_policy(news.policy), *(_changes(each, by_action[each]) for each in order)]


def _changes(action: str, changes: Sequence[Mapping[str, Any]]) -> _Section:
    lines = [line for change in changes for line in _change(action, change)]
    heading = f"{_HEADINGS.get(action, 'Other')}: {len(changes)}"
    return _Section(heading, lines, opened=action in _LOUD)


def _change(action: str, change: Mapping[str, Any]) -> Iterable[str]:
    reason = str(change.get("reason") or "").replace("_", " ")
    yield _line(f"{_MARKS.get(action, '?'):>3} {change.get('address')}{f'  ({reason})' if reason else ''}")
    before, after = change.get("before"), change.get("after")
    if action in {"update", "replace"} and isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*map(str, before), *map(str, after)}):
            if before.get(name) != after.get(name):
                yield _line(f"      {name}: {_value(before.get(name))} -> {_value(after.get(name))}")


def _policy(document: Mapping[str, Any] | None) -> Iterable[_Section]:
    for key, heading in (("denied", "Policy denies"), ("warned", "Policy warns"), ("excepted", "Excepted")):
        found = document.get(key, ()) if document else ()
        if found:
            yield _Section(f"{heading}: {len(found)}", [_finding(each) for each in found], opened=key == "denied")


def _finding(each: Mapping[str, Any]) -> str:
    waiver = f" (until {each['until']}, {each['owner']}: {each['reason']})" if "until" in each else ""
    return _line(f"{each.get('address')}: {each.get('what')} [{each.get('rule')}]{waiver}")


def _foot(news: PlanNews) -> list[str]:
    words = []
    if news.run_id:
        words.append(f"run <code>{_escaped(news.run_id)}</code>")
    if news.commit and _SHA.match(news.commit):
        words.append(f"commit {news.commit}")
    if news.run_url and news.run_url.startswith(("https://", "http://127.0.0.1:")):
        words.append(f'<a href="{_escaped(news.run_url)}">log</a>')
    return ["", f"<sub>{', '.join(words)}</sub>"] if words else []


def _within(head: Sequence[str], sections: Iterable[_Section], foot: Sequence[str], limit: int) -> str:
    """As many lines as fit, in their order; what was left out is counted."""
    parts, left_out = ["\n".join(head)], 0
    used = len(parts[0]) + sum(len(each) + 1 for each in foot)
    for section in sections:
        opening, closing = _frame(section)
        kept = _fitting(section.lines, limit - _RESERVE - used - len(opening) - len(closing))
        left_out += len(section.lines) - len(kept)
        if kept:
            parts.append(opening + "\n".join(kept) + closing)
            used += len(parts[-1]) + 1
    if left_out:
        parts.append(f"\n{left_out} more lines do not fit here; the job's log and the run have all of them.")
    return "\n".join([*parts, *foot])[:limit]


def _fitting(lines: Sequence[str], room: int) -> list[str]:
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept


def _frame(section: _Section) -> tuple[str, str]:
    if section.opened:
        return f"\n**{section.heading}**\n\n<pre>", "</pre>\n"
    return f"\n<details><summary>{section.heading}</summary>\n\n<pre>", "</pre>\n\n</details>\n"


def _value(value: object) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _VALUE_LIMIT else text[: _VALUE_LIMIT - 1] + "…"


def _line(text: str) -> str:
    return _escaped(text if len(text) <= _LINE_LIMIT else text[: _LINE_LIMIT - 1] + "…")


def _escaped(text: str) -> str:
    """One line without markup; characters that hide or turn what is beside them are written out."""
    shown = "".join(f"\\u{ord(each):04x}" if unicodedata.category(each)[0] == "C" else each for each in text)
    shown = shown.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return html.escape(shown, quote=True)
