import dataclasses
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.delivery.builds import Build, Phase
from alphaswarm_core.delivery.executor_errors import BuildStoppedError, WrongSourceError
from alphaswarm_core.delivery.following import Followed
from alphaswarm_core.delivery.results import EXPORTED, exports, result_of
from alphaswarm_core.errors import AlphaSwarmError, ExitCode

from .fake_builds import COMMIT, DONE, RUNNING

FAILED = dataclasses.replace(
    DONE, status="FAILED", phases=(Phase("BUILD", "FAILED", 3, ("COMMAND_EXECUTION_ERROR: exit status 4",)),)
)


def ended(build: Build, **changes: object) -> Followed:
    return Followed(dataclasses.replace(build, **changes), ("one", "two"))  # type: ignore[arg-type]


def test_success_names_run_and_build() -> None:
    result = result_of(ended(DONE), COMMIT)

    assert result.run_id == "r"
    assert result.document()["build_arn"] == DONE.arn


@pytest.mark.parametrize(
    "followed",
    [
        ended(RUNNING),
        ended(DONE, complete=False),
        ended(DONE, resolved_commit=None),
        ended(DONE, exported={}),
        ended(DONE, exported={"ALPHASWARM_EXIT_CODE": "1"}),
        ended(DONE, exported={"ALPHASWARM_EXIT_CODE": "zero"}),
        ended(DONE, status="A_NEW_STATUS"),
        ended(FAILED),
        ended(FAILED, status="FAULT"),
        ended(FAILED, status="TIMED_OUT"),
    ],
)
def test_nothing_else_is_success(followed: Followed) -> None:
    with pytest.raises(AlphaSwarmError):
        result_of(followed, COMMIT)


def test_other_commit_is_refused_even_when_all_went_well() -> None:
    with pytest.raises(WrongSourceError):
        result_of(ended(DONE, resolved_commit=COMMIT[::-1]), COMMIT)


def test_stopped_build_is_an_interruption() -> None:
    with pytest.raises(BuildStoppedError) as raised:
        result_of(ended(FAILED, status="STOPPED"), COMMIT)

    assert raised.value.exit_code == ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("inside", "status", "outside"),
    [
        *[("1", "FAILED", 1), ("3", "FAILED", 3), ("4", "FAILED", 4), ("5", "FAILED", 5), ("2", "FAILED", 1)],
        *[("", "FAILED", 1), ("", "FAULT", 5), ("", "TIMED_OUT", 1), ("0", "FAILED", 1), ("99", "FAILED", 1)],
    ],
)
def test_exit_code_is_that_of_what_ran_inside(inside: str, status: str, outside: int) -> None:
    with pytest.raises(AlphaSwarmError) as raised:
        result_of(ended(FAILED, status=status, exported={"ALPHASWARM_EXIT_CODE": inside}), COMMIT)

    assert raised.value.exit_code == outside


def test_failure_is_explained_with_phase_context_last_lines_and_link() -> None:
    with pytest.raises(AlphaSwarmError) as raised:
        result_of(ended(FAILED, exported={"ALPHASWARM_ERROR_CODE": "AS-GATE-001"}), COMMIT)

    error = raised.value
    assert "failed in BUILD [AS-GATE-001]" in error.what
    assert "exit status 4" in str(error.why)
    assert "two" in str(error.why)
    assert "https://console/log" in str(error.fix)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("FAILED", "failed in BUILD"),
        ("TIMED_OUT", "took too long in BUILD"),
        ("FAULT", "broke down (a fault of CodeBuild"),
    ],
)
def test_end_is_named_as_it_was(status: str, words: str) -> None:
    with pytest.raises(AlphaSwarmError) as raised:
        result_of(ended(FAILED, status=status, link=None), COMMIT)

    assert words in raised.value.what
    assert f"aws codebuild batch-get-builds --ids {FAILED.id}" in str(raised.value.fix)


@given(st.dictionaries(st.sampled_from(EXPORTED), st.text(max_size=30)))
def test_export_is_never_code(values: dict[str, str | None]) -> None:
    try:
        lines = exports(values)
    except ValueError:
        return

    assert all("'" not in str(value) and "\n" not in str(value) for value in values.values())
    assert lines.count("\n") == len(values)


def test_shell_takes_exports_as_they_are() -> None:
    done = subprocess.run(
        ["bash", "-c", exports({"ALPHASWARM_PLAN_SUMMARY": "+3 ~0 -1"}) + "printenv ALPHASWARM_PLAN_SUMMARY"],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip

    assert done.stdout == "+3 ~0 -1\n"


@pytest.mark.parametrize("value", ["'; id; '", "$(id)", "`id`", "a\nb", "x" * 201])
def test_export_with_something_else_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="cannot be exported"):
        exports({"ALPHASWARM_RUN_ID": value})


def test_export_of_another_variable_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be exported"):
        exports({"PATH": "/tmp"})
