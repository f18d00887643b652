"""Steps: shells, variables, command files, workflow commands, masks, composite and Node.js actions."""

from pathlib import Path

import pytest

from alphaswarm_local.actions.engine.command_files import CommandFiles
from alphaswarm_local.actions.engine.commands import parse_command
from alphaswarm_local.actions.engine.masks import Masks
from alphaswarm_local.actions.engine.shells import find_shell
from alphaswarm_local.actions.errors import CommandFileError, ToolMissingError, WorkflowFileError
from alphaswarm_local.actions.seam.control_plane import Material
from alphaswarm_local.actions.seam.events import Annotated, Conclusion, Level, Summarised

from .actions.runs import Trial, job
from .conftest import required_tool

SUCCESS, FAILURE, SKIPPED = Conclusion.SUCCESS, Conclusion.FAILURE, Conclusion.SKIPPED


def test_variables_have_their_order_and_github_has_the_last_word(tmp_path: Path) -> None:
    steps = """
- run: |
    echo "A=file" >> "$GITHUB_ENV"; echo "GITHUB_ACTOR=forged" >> "$GITHUB_ENV"
    echo "$W-$A-${{ env.A }}"
- {run: 'echo "$A-${{ env.A }}-$GITHUB_ACTOR-$HOME"'}
- {run: 'echo "$A-${{ env.A }}"', env: {A: step}}
"""
    trial = Trial(
        tmp_path,
        "env: {W: workflow, A: workflow}\n" + job(steps, "    env: {A: job}\n"),
        environment={"W": "given"},
    )

    assert trial.run().conclusion is SUCCESS
    log = trial.log("a")
    assert "workflow-job-job" in log
    assert any(line.startswith("file-file-mona-") and line.endswith("/home") for line in log)
    assert "step-step" in log


def test_nothing_of_the_machine_leaks_into_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-host")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "/host")
    trial = Trial(tmp_path, job("- {run: env}"))

    trial.run()

    names = {line.partition("=")[0] for line in trial.log("a") if "=" in line}
    ours = {each for each in names if not each.startswith(("GITHUB_", "RUNNER_"))}
    assert ours <= {"CI", "PATH", "HOME", "LANG", "PWD", "SHLVL", "_", "GIT_CONFIG_NOSYSTEM", "GIT_TERMINAL_PROMPT"}


def test_what_steps_add_to_the_path_stands_in_front_of_one_that_is_stated(tmp_path: Path) -> None:
    steps = """
- run: echo "/added" >> "$GITHUB_PATH"; echo "PATH=/exported:$PATH" >> "$GITHUB_ENV"
- {run: 'echo "1 $PATH"'}
- {run: 'echo "2 $PATH"', env: {PATH: '/own:/usr/bin:/bin'}}
"""
    trial = Trial(tmp_path, job(steps), settings={"path": "/usr/bin:/bin"})

    assert trial.run().conclusion is SUCCESS
    assert {"1 /added:/exported:/usr/bin:/bin", "2 /added:/own:/usr/bin:/bin"} <= set(trial.log("a"))


def test_paths_outputs_and_summaries_are_taken_in(tmp_path: Path) -> None:
    steps = """
- run: |
    mkdir tools; printf '#!/bin/sh\\necho mine\\n' > tools/thing; chmod +x tools/thing
    echo "$PWD/tools" >> "$GITHUB_PATH"
- id: o
  run: |
    { echo 'text<<END'; echo one; echo two; echo END; } >> "$GITHUB_OUTPUT"
    echo "# Done ${{ secrets.S }}" >> "$GITHUB_STEP_SUMMARY"
- run: |
    thing
    echo '${{ toJSON(steps.o.outputs.text) }}'
"""
    trial = Trial(tmp_path, job(steps), material={None: Material(secrets={"S": "very-secret"})})

    assert trial.run().conclusion is SUCCESS
    assert "mine" in trial.log("a")
    assert '"one\\ntwo"' in trial.log("a")
    assert [each.markdown for each in trial.plane.events if isinstance(each, Summarised)] == ["# Done ***\n"]


def test_a_summary_that_is_too_long_is_left_out_with_an_error_that_fails_nothing(tmp_path: Path) -> None:
    trial = Trial(tmp_path, job('- {run: head -c 1048577 /dev/zero | tr "\\0" x > "$GITHUB_STEP_SUMMARY"}'))

    assert trial.run().conclusion is SUCCESS
    assert not [each for each in trial.plane.events if isinstance(each, Summarised)]
    assert any("more than 1024 KiB" in each for each in trial.errors())


@pytest.mark.parametrize(
    ("content", "pairs"),
    [
        ("a=1\nb=2=3\n\n", [("a", "1"), ("b", "2=3")]),
        ("a=<<x\n", [("a", "<<x")]),
        ("a<<E\n1\n2\nE\nb=1\n", [("a", "1\n2"), ("b", "1")]),
        ("a<<E\nE\n", [("a", "")]),
        ("a=1\u20282\n", [("a", "1\u20282")]),
        ("", []),
    ],
)
def test_command_files_are_read_as_on_github(tmp_path: Path, content: str, pairs: list[tuple[str, str]]) -> None:
    files = CommandFiles.create(tmp_path)
    files.path("output").write_text(content)

    assert files.pairs("output") == pairs


@pytest.mark.parametrize("content", ["nothing", "=1", "a<<E\n1\n", "<<E\nE\n", "a<<\n"])
def test_a_command_file_that_cannot_be_read_fails_the_step(tmp_path: Path, content: str) -> None:
    files = CommandFiles.create(tmp_path)
    files.path("output").write_text(content)

    with pytest.raises(CommandFileError):
        files.pairs("output")


def test_commands_annotate_group_and_mask(tmp_path: Path) -> None:
    steps = """
- run: |
    echo "::error file=a.py,line=3,endLine=4,title=Bad%3A it::It is%0Abad"
    echo "::add-mask::hidden-value"; echo "now hidden-value"
    echo "::group::Inside"; echo "::endgroup::"; echo "::debug::no"; echo "::unknown::yes"
    echo "::stop-commands::tok3n"; echo "::warning::not taken"; echo "::tok3n::"; echo "::warning::taken"
"""
    trial = Trial(tmp_path, job(steps))

    trial.run()

    log = trial.log("a")
    found = [each for each in trial.plane.events if isinstance(each, Annotated)]
    assert [(each.level, each.message) for each in found] == [(Level.ERROR, "It is\nbad"), (Level.WARNING, "taken")]
    assert (found[0].path, found[0].line, found[0].end_line, found[0].title) == ("a.py", 3, 4, "Bad: it")
    assert {"now ***", "##[group]Inside", "::unknown::yes", "::warning::not taken"} <= set(log)
    assert not any(line == "no" or "hidden-value" in line for line in log)


@pytest.mark.parametrize("command", ["set-output name=a", "set-env name=A", "add-path", "save-state name=a"])
def test_removed_commands_fail_the_step_and_set_nothing(tmp_path: Path, command: str) -> None:
    trial = Trial(tmp_path, job(f"- {{id: s, run: 'echo \"::{command}::1\"'}}\n- {{run: 'echo no'}}"))

    assert trial.run().conclusion is FAILURE
    assert any("removed" in each for each in trial.errors())
    assert "no" not in trial.log("a")


def test_a_stop_token_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    trial = Trial(tmp_path, job("- {run: 'echo \"::stop-commands::endgroup\"'}"))

    assert trial.run().conclusion is FAILURE


def test_only_known_names_are_commands() -> None:
    assert parse_command("::notice::a") is not None
    assert parse_command("  ::notice title=x::a::b") is not None
    assert parse_command("::nothing::a") is None
    assert parse_command("a ::notice::a") is None


def test_secrets_are_hidden_in_every_form() -> None:
    masks = Masks()
    masks.add('pass "word"/&?\nsecond line')

    for text in (
        'pass "word"/&?',
        "second line",
        "cGFzcyAid29yZCIvJj8Kc2Vjb25kIGxpbm",
        'pass \\"word\\"/&?\\nsecond line',
    ):
        assert "***" in masks.hide(f"x{text}y"), text
    assert masks.hide("nothing") == "nothing"


def test_the_password_of_an_address_that_jobs_are_told_is_hidden(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        job("- {run: 'echo $PIP_INDEX_URL'}"),
        environment={"PIP_INDEX_URL": "https://mona:index-password@index.example/simple"},
    )

    trial.run()

    assert "https://mona:***@index.example/simple" in trial.log("a")


def test_a_job_output_with_a_secret_in_it_is_left_out(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        job("- {run: 'true'}", '    outputs: {bad: "x${{ secrets.S }}", good: "y"}\n'),
        material={None: Material(secrets={"S": "a-secret-value"})},
    )

    assert trial.run().jobs["a"].outputs == {"good": "y"}


def test_shells_have_githubs_flags(tmp_path: Path) -> None:
    path = "/usr/bin:/bin"
    script = tmp_path / "script"

    assert find_shell("", path).arguments(script)[1:] == ["-e", str(script)]
    expected = ["--noprofile", "--norc", "-eo", "pipefail", str(script)]
    assert find_shell("bash", path).arguments(script)[1:] == expected
    assert find_shell("sh", path).arguments(script)[1:] == ["-e", str(script)]
    assert find_shell("cat -n {0}", path).arguments(script)[1:] == ["-n", str(script)]
    with pytest.raises(WorkflowFileError):
        find_shell("cmd", path)
    with pytest.raises(WorkflowFileError):
        find_shell("zebra", path)
    with pytest.raises(ToolMissingError):
        find_shell("pwsh", str(tmp_path))


def test_scripts_run_in_their_shell_and_directory(tmp_path: Path) -> None:
    steps = """
- {run: 'false | true; echo unspecified goes on'}
- {run: 'mkdir -p sub'}
- {run: 'basename "$PWD"', working-directory: sub}
- {shell: bash, run: 'false | true', continue-on-error: true, id: pipe}
- {run: 'echo pipe ${{ steps.pipe.outcome }}'}
- {shell: 'cat {0}', run: 'shown as it is'}
- {working-directory: missing, run: 'true'}
"""
    trial = Trial(tmp_path, job(steps))

    assert trial.run().conclusion is FAILURE
    assert {"unspecified goes on", "sub", "pipe failure", "shown as it is"} <= set(trial.log("a"))
    assert any("'missing' does not exist" in each for each in trial.errors())


COMPOSITE = """
name: Greet
inputs:
  who: {required: true}
  how: {default: hello}
outputs:
  said: {value: "${{ steps.say.outputs.said }}"}
runs:
  using: composite
  steps:
    - id: say
      shell: bash
      run: |
        echo "said=$HOW $WHO" >> "$GITHUB_OUTPUT"
        echo "from ${{ github.action_path }}" | sed 's,/.*/,,'
      env: {HOW: "${{ inputs.how }}", WHO: "${{ inputs.WHO }}"}
    - {shell: bash, run: 'test "${{ inputs.who }}" != nobody'}
    - {if: failure(), shell: bash, run: echo rescued}
"""


def test_a_composite_action_has_inputs_outputs_and_a_success_of_its_own(tmp_path: Path) -> None:
    steps = """
- {id: g, uses: acme/greet@v1, with: {who: mona, odd: 1}}
- {run: 'echo "it said ${{ steps.g.outputs.said }}, ${{ steps.say.outcome }}"'}
- {id: b, uses: acme/greet@v1, with: {who: nobody}}
- {if: always(), run: 'echo "${{ steps.b.outcome }}"'}
"""
    trial = Trial(tmp_path, job(steps), others={"acme/greet": {"action.yml": COMPOSITE}})

    assert trial.run().conclusion is FAILURE
    assert {"it said hello mona, ", "rescued", "failure"} <= set(trial.log("a"))
    assert any("Unexpected input(s) odd" in each for each in trial.errors())


def test_a_local_action_comes_from_the_workspace(tmp_path: Path) -> None:
    action = "{runs: {using: composite, steps: [{shell: bash, run: echo local}]}}"
    steps = f"""
- {{run: "mkdir -p .github/actions/x; echo '{action}' > .github/actions/x/action.yml"}}
- {{uses: ./.github/actions/x}}
"""
    trial = Trial(tmp_path, job(steps))
    missing = Trial(tmp_path, job("- {uses: ./.github/actions/y}\n"))
    outside = Trial(tmp_path, job("- {uses: ./../../../x}\n"))

    assert trial.run().conclusion is SUCCESS
    assert "local" in trial.log("a")
    assert missing.run().conclusion is FAILURE
    assert any("no action.yml" in each for each in missing.errors())
    assert outside.run().conclusion is FAILURE
    assert any("outside the workspace" in each for each in outside.errors())


NODE = "{name: N, inputs: {who: {default: x}}, runs: {using: node20, pre: pre.js, main: main.js, post: post.js}}"
PRE = """
console.log('pre ' + process.env.INPUT_WHO)
require('fs').appendFileSync(process.env.GITHUB_STATE, 'begun=early\\n')
"""
MAIN = """
const fs = require('fs')
console.log('main ' + process.env.INPUT_WHO + ' ' + process.env.STATE_begun)
fs.appendFileSync(process.env.GITHUB_OUTPUT, 'said=' + process.env.INPUT_WHO + '\\n')
fs.appendFileSync(process.env.GITHUB_STATE, 'kept=state\\n')
"""
POST = "console.log('post', process.env.STATE_begun, process.env.STATE_kept)"
COMMIT = "b" * 40


def cached_action(cache: Path, **scripts: str) -> None:
    """`acme/node` in the action cache."""
    stored = cache / "acme" / f"node@{COMMIT}"
    stored.mkdir(parents=True)
    files = {"pre": PRE, "main": MAIN, "post": POST, **scripts}
    for name, text in files.items():
        (stored / f"{name}.js").write_text(text)
    (stored / "action.yml").write_text(NODE)


def test_a_node_action_runs_from_the_cache_before_in_and_after_the_job(tmp_path: Path) -> None:
    required_tool("node")
    cached_action(tmp_path / "cache")
    steps = f"""
- {{run: echo first}}
- {{id: n, uses: acme/node@{COMMIT}, with: {{who: mona}}}}
- {{run: 'echo "got ${{{{ steps.n.outputs.said }}}}"'}}
- {{name: 'Again', uses: acme/node@{COMMIT}}}
"""
    trial = Trial(tmp_path, job(steps), settings={"action_cache": tmp_path / "cache"})

    assert trial.run().conclusion is SUCCESS
    shown = [each for each in trial.log("a") if each.split()[0] in ("pre", "first", "main", "got", "post")]
    assert shown == [
        "pre mona", "pre x", "first", "main mona early", "got mona", "main x early",
        "post early state", "post early state",
    ]  # fmt: skip
    assert list(trial.steps("a")) == [
        "Set up job",
        f"Pre Run acme/node@{COMMIT}",
        "Pre Again",
        "Run echo first",
        f"Run acme/node@{COMMIT}",
        'Run echo "got mona"',
        "Again",
        "Post Again",
        f"Post Run acme/node@{COMMIT}",
    ]


def test_an_action_that_fails_before_or_after_the_job_fails_it_and_cleans_up(tmp_path: Path) -> None:
    required_tool("node")
    cached_action(tmp_path / "early", pre="process.exit(3)")
    cached_action(tmp_path / "late", post="process.exit(4)")
    steps = f"- {{uses: acme/node@{COMMIT}}}\n- {{run: echo no}}\n- {{if: always(), run: echo cleaned}}"
    early = Trial(tmp_path, job(steps), settings={"action_cache": tmp_path / "early"})
    late = Trial(tmp_path, job(steps), settings={"action_cache": tmp_path / "late"})

    assert early.run().conclusion is FAILURE
    assert "cleaned" in early.log("a")
    assert "no" not in early.log("a")
    assert late.run().conclusion is FAILURE
    assert late.steps("a")[f"Post Run acme/node@{COMMIT}"] is FAILURE


def test_the_pre_of_an_action_of_the_workspace_is_not_run(tmp_path: Path) -> None:
    required_tool("node")
    action = "{runs: {using: node20, pre: pre.js, main: main.js}}"
    steps = f"""
- run: |
    mkdir x; echo '{action}' > x/action.yml
    echo 'console.log("early")' > x/pre.js; echo 'console.log("in time")' > x/main.js
- {{uses: ./x}}
"""
    trial = Trial(tmp_path, job(steps))

    assert trial.run().conclusion is SUCCESS
    assert "in time" in trial.log("a")
    assert "early" not in trial.log("a")
    assert any("`pre` execution is not supported for local action" in each for each in trial.errors())


def test_an_action_inside_a_composite_one_that_is_nowhere_fails_the_job_before_anything_runs(tmp_path: Path) -> None:
    outer = "{runs: {using: composite, steps: [{uses: acme/absent@v1}]}}"
    trial = Trial(
        tmp_path, job("- {run: echo no}\n- {uses: acme/outer@v1}"), others={"acme/outer": {"action.yml": outer}}
    )

    assert trial.run().conclusion is FAILURE
    assert "no" not in trial.log("a")
    assert any("no action acme/absent@v1" in each for each in trial.errors())


@pytest.mark.parametrize(
    "uses", ["acme/absent@v1", f"acme/absent@{'c' * 40}", "actions/github-script@v7", "docker/build-push-action@v6"]
)
def test_an_action_that_is_nowhere_fails_the_job_before_anything_runs(tmp_path: Path, uses: str) -> None:
    trial = Trial(
        tmp_path, job(f"- {{run: echo no}}\n- {{uses: {uses}}}"), settings={"action_cache": tmp_path / "cache"}
    )

    assert trial.run().conclusion is FAILURE
    assert "no" not in trial.log("a")
    assert any(uses.partition("@")[0] in each for each in trial.errors())


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ("{runs: {using: docker, image: Dockerfile}}", "containers"),
        ("{runs: {using: node12, main: x.js}}", "node12"),
        ("{runs: {using: composite, steps: [{run: x}]}}", "name its shell"),
        ("{runs: {using: composite, steps: [{shell: bash, run: '${{ secrets.A }}'}]}}", "'secrets' is not available"),
    ],
)
def test_an_action_that_github_or_the_runner_would_not_run_is_refused(
    tmp_path: Path, action: str, problem: str
) -> None:
    trial = Trial(tmp_path, job("- {uses: acme/bad@v1}"), others={"acme/bad": {"action.yml": action}})

    assert trial.run().conclusion is FAILURE
    assert any(problem in each for each in trial.errors())


def test_what_a_step_leaves_running_is_ended_with_the_job(tmp_path: Path) -> None:
    mark = tmp_path / "alive"
    steps = f"""
- {{run: '(echo $BASHPID > {mark}; exec sleep 300) > /dev/null 2>&1 & sleep 0.2'}}
- {{run: 'kill -0 $(cat {mark}) && echo still there'}}
"""
    trial = Trial(tmp_path, job(steps))

    assert trial.run().conclusion is SUCCESS
    assert "still there" in trial.log("a")
    state = Path(f"/proc/{mark.read_text().strip()}/stat")
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] in "ZX"
