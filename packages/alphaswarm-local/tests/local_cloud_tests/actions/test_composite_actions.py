"""Composite actions where they are needed: of the checkout, in called workflows, in matrices, within each other."""

import textwrap
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath

import pytest

from alphaswarm_local.actions.seam.control_plane import Material
from alphaswarm_local.actions.seam.events import Conclusion

from .runs import Trial, job

SUCCESS, FAILURE = Conclusion.SUCCESS, Conclusion.FAILURE

BUILD = """
name: Build
inputs:
  service: {required: true}
  platforms: {default: "linux/amd64,linux/arm64"}
  push: {default: "true"}
  token: {default: "${{ github.token }}"}
outputs:
  image-uri: {value: "${{ steps.push.outputs.uri }}"}
  digest: {value: "${{ steps.push.outputs.digest }}"}
  pushed: {value: "${{ steps.push.outcome }}"}
runs:
  using: composite
  steps:
    - {id: tool, uses: ./.github/actions/tool, with: {name: "${{ inputs.service }}"}}
    - id: push
      if: inputs.push == 'true'
      shell: bash
      env: {SERVICE: "${{ inputs.service }}", TOOL: "${{ steps.tool.outputs.path }}"}
      run: |
        "$TOOL" "$SERVICE"
        echo "uri=registry/$SERVICE" >> "$GITHUB_OUTPUT"
        echo "digest=sha256:$(printf %s "$SERVICE" | sha256sum | cut -c 1-8)" >> "$GITHUB_OUTPUT"
        test -n "${{ inputs.token }}"
"""
TOOL = """
inputs: {name: {required: true}}
outputs: {path: {value: "${{ steps.find.outputs.path }}"}}
runs:
  using: composite
  steps:
    - {id: find, shell: bash, run: 'echo "path=$GITHUB_ACTION_PATH/tool" >> "$GITHUB_OUTPUT"'}
"""
FILES = {
    ".github/actions/build/action.yml": BUILD,
    ".github/actions/tool/action.yml": TOOL,
    ".github/actions/tool/tool": '#!/bin/sh\necho "tool builds $1"\n',
}


def checked_out(steps: str, files: Mapping[str, str] = FILES) -> str:
    """Steps, after one that puts the files of actions into the workspace, as a checkout does."""
    written = [
        f"mkdir -p {PurePosixPath(path).parent}; echo {b64encode(text.encode()).decode()} | base64 -d > {path}"
        for path, text in files.items()
    ]
    return (
        f"- {{name: Check out, run: '{'; '.join(written)}; find . -name tool -type f -exec chmod +x {{}} +'}}\n{steps}"
    )


def test_the_checkouts_own_actions_use_each_other_and_give_their_outputs(tmp_path: Path) -> None:
    steps = """
- {id: built, uses: ./.github/actions/build, with: {service: admin}}
- {run: 'echo "${{ steps.built.outputs.image-uri }} ${{ steps.built.outputs.digest }} ${{ steps.push.outcome }}."'}
"""
    trial = Trial(tmp_path, job(checked_out(steps)))

    assert trial.run().conclusion is SUCCESS
    assert {"tool builds admin", f"registry/admin sha256:{_digest('admin')} ."} <= set(trial.log("a"))


def _digest(service: str) -> str:
    return sha256(service.encode()).hexdigest()[:8]


CALLED = """
on:
  workflow_call:
    inputs: {service: {type: string, required: true}, push: {type: boolean, default: true}}
    outputs: {digest: {value: "${{ jobs.image.outputs.digest }}"}}
jobs:
  image:
    runs-on: x
    outputs: {digest: "${{ steps.built.outputs.digest }}"}
    steps:
STEPS
      - id: built
        uses: ./.github/actions/build
        with: {service: "${{ inputs.service }}", push: "${{ inputs.push }}"}
"""


def called(text: str = CALLED) -> dict[str, str]:
    """The workflow file that a job of a matrix calls."""
    steps = textwrap.indent(checked_out("").rstrip(), " " * 6)
    return {".github/workflows/image.yml": text.replace("STEPS", steps)}


def test_each_combination_of_a_matrix_calls_a_workflow_that_uses_them_with_its_own_values(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        on: push
        jobs:
          images:
            strategy: {matrix: {service: [admin, frontend, core]}}
            uses: ./.github/workflows/image.yml
            with: {service: "${{ matrix.service }}"}
        """,
        called(),
    )

    result = trial.run()

    assert result.conclusion is SUCCESS
    for service in ("admin", "frontend", "core"):
        key = f"images ({service}) / image"
        assert result.jobs[key].outputs == {"digest": f"sha256:{_digest(service)}"}
        assert [each for each in trial.log(key) if each.startswith("tool builds")] == [f"tool builds {service}"]


def test_each_combination_uses_them_in_a_workspace_of_its_own(tmp_path: Path) -> None:
    steps = checked_out("""
- {id: built, uses: ./.github/actions/build, with: {service: "${{ matrix.service }}"}}
- {run: 'touch "$SERVICE"; ls', env: {SERVICE: "${{ matrix.service }}"}}
""")
    head = (
        "    strategy: {matrix: {service: [admin, core]}}\n    outputs: {digest: '${{ steps.built.outputs.digest }}'}\n"
    )
    trial = Trial(tmp_path, job(steps, head))

    result = trial.run()

    assert {key: each.outputs["digest"] for key, each in result.jobs.items()} == {
        f"a ({service})": f"sha256:{_digest(service)}" for service in ("admin", "core")
    }
    assert "core" not in trial.log("a (admin)")


def test_a_truth_value_of_the_caller_is_a_text_for_the_action(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        "on: push\njobs: {i: {uses: ./.github/workflows/image.yml, with: {service: a, push: false}}}",
        called(CALLED + "      - {run: 'echo \"[${{ steps.built.outputs.pushed }}]\"'}\n"),
    )

    assert trial.run().conclusion is SUCCESS
    assert "[skipped]" in trial.log("i / image")
    assert not [each for each in trial.log("i / image") if each.startswith("tool builds")]


def test_an_action_fails_where_a_required_input_is_not_given(tmp_path: Path) -> None:
    trial = Trial(tmp_path, job(checked_out("- {uses: ./.github/actions/build}\n- {if: always(), run: echo cleaned}")))

    assert trial.run().conclusion is FAILURE
    assert any("needs the input(s) service" in each for each in trial.errors())
    assert "cleaned" in trial.log("a")


ACTION = ".github/actions/x/action.yml"


def using(runs: str, steps: str = "- {uses: ./.github/actions/x}", inputs: str = "{}", outputs: str = "{}") -> str:
    """A workflow of one job that uses a composite action of these steps."""
    text = f"inputs: {inputs}\noutputs: {outputs}\nruns:\n  using: composite\n  steps:\n"
    return job(checked_out(steps, {ACTION: text + textwrap.indent(runs.strip("\n"), " " * 4)}))


def test_variables_go_in_and_what_is_exported_comes_out(tmp_path: Path) -> None:
    runs = """
- shell: bash
  env: {OWN: own}
  run: |
    echo "in: $GIVEN $OWN ${{ env.GIVEN }}"
    echo "EXPORTED=yes" >> "$GITHUB_ENV"
    mkdir bin; printf '#!/bin/sh\\necho found\\n' > bin/findme; chmod +x bin/findme
    echo "$PWD/bin" >> "$GITHUB_PATH"
- {shell: bash, run: 'findme; echo "then: [$OWN] $EXPORTED"'}
"""
    steps = "- {uses: ./.github/actions/x, env: {GIVEN: given}}\n- {run: 'findme; echo \"out: [$GIVEN] $EXPORTED\"'}"
    trial = Trial(tmp_path, using(runs, steps))

    assert trial.run().conclusion is SUCCESS
    assert [each for each in trial.log("a") if each.partition(":")[0] in ("in", "found", "then", "out")] == [
        "in: given own given", "found", "then: [] yes", "found", "out: [] yes",
    ]  # fmt: skip


def test_defaults_of_the_job_do_not_reach_into_an_action(tmp_path: Path) -> None:
    runs = (
        "- {shell: bash, run: 'basename \"$PWD\"'}\n- {shell: sh, run: 'basename \"$PWD\"', working-directory: .github}"
    )
    text = using(runs).replace("    runs-on: x\n", "    runs-on: x\n    defaults: {run: {working-directory: /}}\n")
    trial = Trial(tmp_path, text.replace("{name: Check out, ", "{working-directory: '', "))

    assert trial.run().conclusion is SUCCESS
    assert [each for each in trial.log("a") if each in ("app", ".github", "/")] == ["app", ".github"]


def test_an_allowed_failure_within_an_action_is_none_and_another_ends_it(tmp_path: Path) -> None:
    runs = """
- {id: spared, shell: bash, run: exit 3, continue-on-error: true}
- {shell: bash, run: 'echo "${{ steps.spared.outcome }} ${{ steps.spared.conclusion }}"'}
- {shell: bash, run: 'echo "said=before" >> "$GITHUB_OUTPUT"; exit 4', id: bad}
- {shell: bash, run: echo never}
- {if: always(), shell: bash, run: echo finally}
"""
    steps = """
- {id: x, uses: ./.github/actions/x, continue-on-error: true}
- {run: 'echo "${{ steps.x.outcome }} ${{ steps.x.conclusion }} ${{ steps.x.outputs.said }}"'}
"""
    trial = Trial(tmp_path, using(runs, steps, outputs='{said: {value: "${{ steps.bad.outputs.said }}"}}'))

    assert trial.run().conclusion is SUCCESS
    assert {"failure success", "finally", "failure success before"} <= set(trial.log("a"))
    assert "never" not in trial.log("a")


def test_an_action_of_a_failed_job_begins_anew(tmp_path: Path) -> None:
    """`success()` within an action is about its own steps: cleaning up by an action works."""
    steps = "- {run: exit 1}\n- {if: always(), uses: ./.github/actions/x}"
    trial = Trial(tmp_path, using("- {shell: bash, run: 'echo cleaned; echo ${{ job.status }}'}", steps))

    assert trial.run().conclusion is FAILURE
    assert {"cleaned", "failure"} <= set(trial.log("a"))


def test_secrets_reach_an_action_as_inputs_only_and_stay_hidden(tmp_path: Path) -> None:
    runs = "- {shell: bash, run: 'echo \"x$KEY\"', env: {KEY: '${{ inputs.key }}'}}"
    steps = "- {uses: ./.github/actions/x, with: {key: '${{ secrets.S }}'}}"
    trial = Trial(
        tmp_path,
        using(runs, steps, inputs="{key: {required: true}}"),
        material={None: Material(secrets={"S": "very-secret-value"})},
    )

    assert trial.run().conclusion is SUCCESS
    assert "x***" in trial.log("a")
    assert not [each for each in trial.plane.events if "very-secret-value" in str(each)]


@pytest.mark.parametrize(
    ("runs", "problem"),
    [
        ("- {shell: bash, run: 'true', timeout-minutes: 1}", "takes no timeout-minutes"),
        ("- {run: 'true'}", "name its shell"),
        ("- {shell: bash, run: 'echo ${{ needs.a }}'}", "'needs' is not available"),
        ("- {shell: bash, run: 'echo ${{ vars.A }}'}", "'vars' is not available"),
        ("- {uses: ./.github/actions/x}", "nested more than 10"),
        ("- {uses: ./.github/actions/y}", "no action.yml"),
        ("- {uses: acme/nowhere@v1}", "no action acme/nowhere"),
    ],
)
def test_an_action_of_the_checkout_that_github_would_not_run_fails_its_step(
    tmp_path: Path, runs: str, problem: str
) -> None:
    trial = Trial(tmp_path, using(runs, "- {uses: ./.github/actions/x}\n- {if: always(), run: echo cleaned}"))

    assert trial.run().conclusion is FAILURE
    assert any(problem in each for each in trial.errors()), trial.errors()
    assert "cleaned" in trial.log("a")


def test_a_built_in_action_within_an_action_finishes_at_the_end_of_the_job(tmp_path: Path) -> None:
    runs = """
- {uses: actions/upload-artifact@v7, with: {name: kept, path: .github}}
- {uses: actions/download-artifact@v8, with: {name: kept, path: back}}
- {shell: bash, run: 'find back -type f'}
"""
    trial = Trial(tmp_path, using(runs))

    assert trial.run().conclusion is SUCCESS
    assert any(each.endswith("actions/x/action.yml") for each in trial.log("a") if each.startswith("back/"))
