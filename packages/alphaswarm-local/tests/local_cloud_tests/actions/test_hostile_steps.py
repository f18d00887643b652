"""What steps do to their runner: it says so, fails the step, goes on with `always()`, and outlives all of it."""

from pathlib import Path

import pytest

from alphaswarm_local.actions.engine.processes import LONGEST_LINE
from alphaswarm_local.actions.expressions import Scope, template
from alphaswarm_local.actions.seam.control_plane import Material
from alphaswarm_local.actions.seam.events import Conclusion

from .runs import Trial, job, request

SUCCESS, FAILURE = Conclusion.SUCCESS, Conclusion.FAILURE
THEN = "\n- {if: always(), run: echo cleaned up}"


@pytest.mark.parametrize("kind", ["OUTPUT", "ENV", "PATH", "STATE"])
@pytest.mark.parametrize("instead", ["mkfifo", "mkdir", "ln -s /dev/zero", "ln -s /proc/self/mem"])
def test_something_else_in_the_place_of_a_command_file_fails_the_step_and_is_not_waited_for(
    tmp_path: Path, kind: str, instead: str
) -> None:
    trial = Trial(tmp_path, job(f'- {{run: \'rm "$GITHUB_{kind}"; {instead} "$GITHUB_{kind}"\'}}{THEN}'))

    result = trial.engine.start(request()).wait(30)

    assert result is not None
    assert result.conclusion is FAILURE
    assert any("command file cannot be read" in each for each in trial.errors())
    assert "cleaned up" in trial.log("a")


def test_a_command_file_that_is_gone_says_nothing(tmp_path: Path) -> None:
    assert (
        Trial(tmp_path, job('- {run: rm "$GITHUB_OUTPUT" "$GITHUB_ENV" "$GITHUB_STEP_SUMMARY"}')).run().conclusion
        is SUCCESS
    )


def test_a_summary_that_is_no_file_is_left_out_and_fails_nothing(tmp_path: Path) -> None:
    steps = '- {run: \'rm "$GITHUB_STEP_SUMMARY"; mkfifo "$GITHUB_STEP_SUMMARY"\'}'
    trial = Trial(tmp_path, job(steps))

    result = trial.engine.start(request()).wait(30)

    assert result is not None
    assert result.conclusion is SUCCESS
    assert any("summary cannot be read: it is no file" in each for each in trial.errors())


@pytest.mark.parametrize("directory", ["RUNNER_TEMP", "GITHUB_WORKSPACE", "HOME"])
def test_a_job_whose_directories_are_gone_fails_at_the_next_step_that_needs_them(
    tmp_path: Path, directory: str
) -> None:
    steps = f"- {{run: 'cd /; rm -rf \"${directory}\"'}}\n- {{run: echo on}}"
    trial = Trial(tmp_path, job(steps))

    result = trial.run()

    assert result.conclusion is (SUCCESS if directory == "HOME" else FAILURE)
    assert not [each for each in trial.errors() if "runner failed" in each]


@pytest.mark.parametrize("value", ['"\\u0000"', '"\\ud800"'])
def test_a_variable_that_no_process_takes_fails_its_step_alone(tmp_path: Path, value: str) -> None:
    steps = """
- {name: bad, run: 'true', env: {A: "${{ fromJSON(inputs.value) }}"}}
- {if: always(), run: echo cleaned up}
"""
    trial = Trial(tmp_path, job(steps))

    assert trial.run(inputs={"value": value}).conclusion is FAILURE
    assert "cleaned up" in trial.log("a")
    assert any("cannot go on" in each for each in trial.errors())


def test_half_a_letter_in_a_script_reaches_neither_shell_nor_log(tmp_path: Path) -> None:
    trial = Trial(tmp_path, job('- {run: "echo [${{ fromJSON(inputs.value) }}]"}'))

    assert trial.run(inputs={"value": '"\\ud800"'}).conclusion is SUCCESS
    assert "[?]" in trial.log("a")
    assert all(each.isascii() for each in trial.plane.log("a"))


@pytest.mark.parametrize("minutes", ["1e300", "${{ fromJSON('1e999') }}", "${{ fromJSON(inputs.value) }}"])
def test_a_time_limit_beyond_all_clocks_is_the_longest_that_there_is(tmp_path: Path, minutes: str) -> None:
    trial = Trial(
        tmp_path, job(f"- {{run: 'true', timeout-minutes: \"{minutes}\"}}", f'    timeout-minutes: "{minutes}"\n')
    )

    assert trial.run(inputs={"value": "9" * 400}).conclusion is SUCCESS


@pytest.mark.parametrize("minutes", ["0", "-1", "soon", "${{ fromJSON('{}') }}"])
def test_a_time_limit_that_is_none_is_refused(tmp_path: Path, minutes: str) -> None:
    step = Trial(tmp_path / "step", job(f'- {{run: echo ran, timeout-minutes: "{minutes}"}}'))
    whole = Trial(tmp_path / "job", job("- {run: echo ran}", f'    timeout-minutes: "{minutes}"\n'))

    for trial in (step, whole):
        assert trial.run().conclusion is FAILURE
        assert "ran" not in trial.log("a")
        assert any("not a positive number" in each for each in trial.errors())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f"fromJSON('1{'0' * 400}')", "Infinity"),
        (f"fromJSON('-1{'0' * 400}')", "-Infinity"),
        (f"toJSON(fromJSON('[1{'0' * 400}]'))", "[\n  Infinity\n]"),
        (f"fromJSON('1{'0' * 400}') > 1.5", "true"),
        (f"fromJSON('[1]')[fromJSON('1{'0' * 400}')]", ""),
        ("fromJSON('9007199254740993') == fromJSON('9007199254740992')", "true"),
    ],
)
def test_numbers_beyond_a_double_are_what_a_double_makes_of_them(text: str, value: str) -> None:
    assert template(f"${{{{ {text} }}}}").text(Scope()) == value


def test_a_secret_in_a_line_that_is_too_long_is_not_shown_in_halves(tmp_path: Path) -> None:
    """A runner that cuts the line shows one half at the end of one piece and the other at the start of the next."""
    secret = "first-half-" * 4 + "second-half-" * 4
    script = f'yes "$S" | head -c {LONGEST_LINE + len(secret)} | tr -d "\\n"; echo; echo after'
    steps = f"- {{run: '{script}', env: {{S: '${{{{ secrets.S }}}}'}}}}"
    trial = Trial(tmp_path, job(steps), material={None: Material(secrets={"S": secret})})

    assert trial.run().conclusion is SUCCESS
    assert not any("-half-" in each for each in trial.plane.log("a"))


def test_a_line_of_any_length_is_read_and_one_that_is_too_long_left_out(tmp_path: Path) -> None:
    steps = f"""
- {{run: 'head -c {LONGEST_LINE} /dev/zero | tr "\\0" x; echo; echo after'}}
- {{run: 'head -c {3 * LONGEST_LINE} /dev/zero | tr "\\0" y; echo; echo after too'}}
"""
    trial = Trial(tmp_path, job(steps))

    trial.run()

    log = trial.log("a")
    assert [len(each) for each in log if each.startswith("xx")] == [LONGEST_LINE]
    assert not [each for each in log if each.startswith("yy")]
    assert "after" in log
    assert "after too" in log
    assert any("is left out" in each for each in log)


def test_a_process_that_left_its_session_is_ended_with_the_job(tmp_path: Path) -> None:
    mark = tmp_path / "alive"
    script = f"setsid bash -c 'echo $BASHPID > {mark}; exec sleep 300' > /dev/null 2>&1 &"
    trial = Trial(tmp_path, job(f'- {{run: "{script} until test -s {mark}; do sleep 0.02; done"}}'))

    assert trial.run().conclusion is SUCCESS
    assert _is_over(int(mark.read_text()))


def _is_over(number: int) -> bool:
    state = Path(f"/proc/{number}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] in "ZX"


def test_a_step_hides_by_the_older_form_of_commands_too(tmp_path: Path) -> None:
    steps = """
- run: |
    echo "some text ##[add-mask]hidden-value"; echo "now hidden-value"
    echo "##[warning title=a%3Bb]it%0Ais"; echo "##[unknown]stays"
"""
    trial = Trial(tmp_path, job(steps))

    trial.run()

    assert {"now ***", "##[unknown]stays"} <= set(trial.log("a"))
    assert not any("hidden-value" in each for each in trial.log("a"))
    assert "it\nis" in trial.errors()


@pytest.mark.parametrize(
    "place", ["name: 'x ${{ secrets.S }}'", "env: {A: '${{ secrets.S }}'}", "run: 'exit ${{ secrets.S }}'"]
)
def test_a_secret_is_hidden_wherever_a_step_puts_it(tmp_path: Path, place: str) -> None:
    run = "" if place.startswith("run") else "run: 'echo $A; echo \"::error::$A\"', "
    trial = Trial(tmp_path, job(f"- {{{run}{place}}}"), material={None: Material(secrets={"S": "very-secret-value"})})

    trial.run()

    assert not [each for each in trial.plane.events if "very-secret-value" in str(each)]
