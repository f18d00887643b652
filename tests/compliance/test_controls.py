"""The control map names only what exists."""

import click
import pytest

from alphaswarm.program import COMMANDS, program
from alphaswarm_core.evidence.controls import Control, controls
from alphaswarm_core.ledger import projection
from tests.checks.trees import REPOSITORY

TABLES = {each.table for each in vars(projection).values() if isinstance(each, projection.Projection)}


def dangling(control: Control) -> list[str]:
    paths = [path for path in (*control.workflows, *control.tests) if not (REPOSITORY / path).exists()]
    tables = [table for table in control.tables if table not in TABLES]
    return [*paths, *tables, *(command for command in control.commands if not _exists(command))]


def _exists(words: str) -> bool:
    group, name = words.split()
    found = program.get_command(click.Context(program), group) if group in COMMANDS else None
    return isinstance(found, click.Group) and name in found.commands


@pytest.mark.parametrize("control", controls(), ids=lambda control: control.id)
def test_control_names_only_what_exists(control: Control) -> None:
    assert dangling(control) == []
    assert all((control.tables, control.workflows, control.tests, control.commands))


def test_dangling_names_are_found_when_there_are_some() -> None:

    control = Control("X", "", ("rows",), ("nothing.yml",), ("tests/none.py",), ("trust nothing", "nothing verify"))
    assert dangling(control) == ["nothing.yml", "tests/none.py", "rows", "trust nothing", "nothing verify"]
