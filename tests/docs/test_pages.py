"""Every page: its commands parse, its links lead somewhere, and what it names exists."""

import re
from functools import cache
from pathlib import Path

import pytest

from alphaswarm import gate_service, ledger_database
from alphaswarm_core.delivery import orders
from alphaswarm_core.errors import AlphaSwarmError, ExitCode
from alphaswarm_core.settings import ENVIRONMENT_VARIABLES
from tests.checks import pages as reference
from tests.docs.commands import calls_in, complaint_about, complaint_about_mention
from tests.docs.markdown import REPOSITORY, Page, pages

PAGES = pages()
WRITTEN = [page for page in PAGES if not page.is_generated]
RUNBOOK = Page(REPOSITORY / "docs/how-to/operations/iac-runbook.md")
DECISIONS = sorted((REPOSITORY / "docs/adr").glob("[0-9][0-9][0-9][0-9]-*.md"))

_CODE = re.compile(r"\bAS-[A-Z]+-[0-9]{3}\b")
_TARGET = re.compile(r"\bmake ([a-z][a-z-]*)")
_VARIABLE = re.compile(r"\bALPHASWARM_[A-Z_]+\b")
_PLACE_OF_A_MACHINE = re.compile(r"(?<![\w./])/(?:opt|work|root|home|Users|tmp|mnt|private)/\w+|[A-Z]:\\Users\\")
_READ = {
    *ENVIRONMENT_VARIABLES,
    *gate_service.VARIABLES,
    *orders.ORDER_VARIABLES,
    *orders.PROJECT_VARIABLES,
    ledger_database.OWNER_URL,
}
_EXTERNAL = ("http://", "https://", "mailto:")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
each_written_page = pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)


@cache
def error_codes() -> frozenset[str]:
    return frozenset(_CODE.findall(reference.errors()))


@cache
def make_targets() -> frozenset[str]:
    return frozenset(re.findall(r"^([a-z][a-z-]*):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))


@each_written_page
def test_every_command_line_parses_when_it_stands_in_a_block(page: Page) -> None:
    lines = [line for block in page.blocks for line in block.command_lines]

    complaints = {line: found for line in lines for words in calls_in(line) if (found := complaint_about(words))}

    assert not complaints


@each_written_page
def test_every_command_exists_when_the_prose_mentions_it(page: Page) -> None:
    mentions = [code for code in page.inline_code if code.startswith("alphaswarm ")]

    complaints = {code: found for code in mentions if (found := complaint_about_mention(_words(code)))}

    assert not complaints


@each_page
def test_every_link_leads_somewhere_when_it_stays_in_the_repository(page: Page) -> None:
    assert [link for link in page.links if not link.startswith(_EXTERNAL) and not _leads_somewhere(page, link)] == []


@each_page
def test_every_error_code_exists_when_it_is_named(page: Page) -> None:
    assert set(_CODE.findall(page.text)) <= error_codes()


@each_written_page
def test_every_make_target_exists_when_it_is_named(page: Page) -> None:
    typed = [line for block in page.blocks for line in block.command_lines]

    named = {target for text in (*typed, *page.inline_code) for target in _TARGET.findall(text)}

    assert named <= make_targets()


@each_written_page
def test_every_variable_is_read_when_it_is_named(page: Page) -> None:
    assert set(_VARIABLE.findall(page.text)) <= _READ


@each_page
def test_no_page_names_a_place_of_some_machine(page: Page) -> None:
    assert _PLACE_OF_A_MACHINE.findall(page.text) == []


def test_the_readme_shows_the_flow_and_the_two_commands() -> None:
    readme = Page(REPOSITORY / "README.md")

    typed = [line.partition("#")[0].strip() for block in readme.blocks for line in block.command_lines]

    assert "mermaid" in [block.language for block in readme.blocks]
    assert {"make demo", "make test"} <= set(typed)


def test_the_index_lists_every_decision_and_nothing_else() -> None:
    index = Page(REPOSITORY / "docs/adr/README.md")

    assert [link for link in index.links if not link.startswith(_EXTERNAL)] == [path.name for path in DECISIONS]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_a_decision_has_its_number_and_its_parts(path: Path) -> None:
    page = Page(path)

    assert page.text.startswith(f"# {int(path.name[:4])}. ")
    assert re.search(r"^Status: (proposed|accepted|superseded by \d{4})$", page.text, re.MULTILINE)
    assert {"context", "decision", "consequences"} <= page.anchors


def test_the_runbook_says_for_every_error_code_what_to_do() -> None:
    """A new error needs a line in the runbook's table: at 3 a.m. that is where people look."""
    table = RUNBOOK.text.partition("## Error code to next step\n")[2]
    areas = tuple(re.findall(r"`(AS-[A-Z]+-)\*`", table))
    named = set(_CODE.findall(table))

    assert {code for code in error_codes() if code not in named and not code.startswith(areas)} == set()


def test_the_reference_lists_the_errors_of_the_packages_alone() -> None:
    class ForeignError(AlphaSwarmError):
        code = "AS-TST-999"
        summary = "Of a test that runs in the same process"

    assert ForeignError.code not in reference.errors()


def test_the_runbook_lists_every_exit_code() -> None:
    table = RUNBOOK.text.partition("## Exit codes\n")[2].partition("\n## ")[0]

    assert {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == {int(code) for code in ExitCode}


def _words(code: str) -> list[str]:
    return [word for word in re.split(r"[\s|\[\]…]+", code) if word][1:]


def _leads_somewhere(page: Page, link: str) -> bool:
    place, _, anchor = link.partition("#")
    target = (page.path.parent / place).resolve() if place else page.path
    if not target.exists() or not target.is_relative_to(REPOSITORY):
        return False
    return not anchor or (target.suffix == ".md" and anchor in Page(target).anchors)
