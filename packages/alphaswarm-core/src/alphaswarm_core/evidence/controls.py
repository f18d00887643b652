"""The control map: data in `controls.toml`, read, chosen from, and shown as a page."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alphaswarm_core.evidence.errors import EvidenceRequestError

_SOURCE = Path(__file__).with_name("controls.toml")


@dataclass(frozen=True, slots=True)
class Control:
    """A SOC 2 criterion, and what produces its evidence."""

    id: str
    title: str
    tables: tuple[str, ...]
    workflows: tuple[str, ...]
    tests: tuple[str, ...]
    commands: tuple[str, ...]


def controls() -> tuple[Control, ...]:
    """All controls of the map, in its order."""
    document = tomllib.loads(_SOURCE.read_text(encoding="utf-8"))
    return tuple(
        Control(
            id=each["id"],
            title=each["title"],
            tables=tuple(each["tables"]),
            workflows=tuple(each["workflows"]),
            tests=tuple(each["tests"]),
            commands=tuple(each["commands"]),
        )
        for each in document["control"]
    )


def chosen_controls(names: Sequence[str]) -> tuple[Control, ...]:
    """The controls with these ids; all of them when none is named.

    Raises:
        EvidenceRequestError: the map has no such control.
    """
    known = controls()
    unknown = sorted(set(names) - {each.id for each in known})
    if unknown:
        raise EvidenceRequestError(
            f"There is no control {', '.join(unknown)} in the map",
            fix=f"One or more of: {', '.join(each.id for each in known)}",
        )
    return tuple(each for each in known if not names or each.id in names)


def render_map() -> str:
    """The map as a Markdown page."""
    lines = [
        "# SOC 2 evidence map",
        "",
        "Which control is shown by what. This maps evidence to criteria; it claims no certification.",
        "`alphaswarm evidence export` collects it for a period, signed.",
        "",
        "| control | rows of the ledger | workflows | tests | commands |",
        "| --- | --- | --- | --- | --- |",
    ]
    for each in controls():
        cells = (
            f"**{each.id}** {each.title}",
            _listed(each.tables),
            _linked(each.workflows),
            _linked(each.tests),
            _listed([f"alphaswarm {command}" for command in each.commands]),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _linked(paths: Sequence[str]) -> str:
    return ", ".join(f"[{Path(path).name}](../{path})" for path in paths)
