"""The checks of the documentation find what they are there for."""

import pytest

from tests.docs.commands import calls_in, complaint_about, complaint_about_mention
from tests.docs.markdown import Block, slug


def test_calls_are_found_when_the_shell_wraps_them() -> None:
    line = (
        'ALPHASWARM_ENGINE=embedded alphaswarm runs list --json | jq . && eval "$(alphaswarm local env --env dev)" # x'
    )

    assert sorted(calls_in(line)) == [["local", "env", "--env", "dev"], ["runs", "list", "--json"]]


def test_only_what_is_typed_counts_when_a_console_also_shows_output() -> None:
    block = Block("console", "$ alphaswarm deploy plan \\\n    --env dev\nalphaswarm said something\n")

    assert list(block.command_lines) == ["alphaswarm deploy plan  --env dev"]


@pytest.mark.parametrize(
    "line",
    [
        "alphaswarm deploy plan --env dev --var a=b --json",
        "alphaswarm runs show 01a2",
        "alphaswarm --version",
        "alphaswarm deploy up --help",
    ],
)
def test_a_call_passes_when_the_program_would_take_it(line: str) -> None:
    assert [complaint_about(words) for words in calls_in(line)] == [None]


@pytest.mark.parametrize(
    "line",
    [
        "alphaswarm",
        "alphaswarm deploy",
        "alphaswarm deploi plan --env dev",
        "alphaswarm deploy plann --env dev",
        "alphaswarm deploy plan",
        "alphaswarm deploy plan --env dev --force",
        "alphaswarm deploy plan --env dev --target azure",
        "alphaswarm runs show",
        "alphaswarm runs show one two",
    ],
)
def test_a_call_is_complained_about_when_the_program_would_not_take_it(line: str) -> None:
    assert all(complaint_about(words) for words in calls_in(line))
    assert list(calls_in(line))


def test_a_mention_may_leave_out_what_is_required() -> None:
    assert complaint_about_mention(["deploy", "plan"]) is None
    assert complaint_about_mention(["deploy"]) is None


@pytest.mark.parametrize("words", [["deploi"], ["deploy", "plann"], ["deploy", "plan", "--force"]])
def test_a_mention_is_complained_about_when_it_does_not_exist(words: list[str]) -> None:
    assert complaint_about_mention(words)


def test_an_anchor_is_made_as_github_makes_it() -> None:
    assert slug("The gate, today: `make check`") == "the-gate-today-make-check"
