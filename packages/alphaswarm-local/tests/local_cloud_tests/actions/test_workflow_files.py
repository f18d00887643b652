"""Reading workflow files: what GitHub runs is understood, everything else is refused with its line."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_local.actions.errors import InputRefusedError, WorkflowFileError
from alphaswarm_local.actions.expressions import Scope
from alphaswarm_local.actions.workflow import Workflow, parse_workflow
from alphaswarm_local.actions.workflow.filters import matches, passes
from alphaswarm_local.actions.workflow.inputs import call_inputs, dispatch_inputs
from alphaswarm_local.actions.workflow.permissions import beyond, for_fork
from alphaswarm_local.actions.workflow.triggers import EventFilter

WHOLE = """
name: Everything
run-name: ${{ github.event_name }} by ${{ github.actor }}
on:
  push:
    branches: [main, 'release/**']
    paths-ignore: docs/**
  pull_request:
    types: [opened, closed]
  repository_dispatch:
    types: [admin-image-published]
  schedule:
    - cron: '0 3 * * 1'
  workflow_dispatch:
    inputs:
      env:
        type: choice
        options: [dev, staging, prod]
        default: dev
      count: {type: number, default: 2}
      force: {type: boolean, required: true}
      note: {description: free text}
  workflow_call:
    inputs:
      tree: {type: string, required: true}
    secrets:
      key: {required: true}
    outputs:
      digest: {value: "${{ jobs.build.outputs.digest }}"}
permissions: {}
env: {A: "${{ vars.A }}"}
defaults: {run: {shell: bash}}
concurrency: {group: "x-${{ github.ref }}", cancel-in-progress: true}
jobs:
  build:
    runs-on: ubuntu-24.04
    permissions: &reads {contents: read, id-token: write}
    timeout-minutes: 10
    strategy:
      fail-fast: false
      max-parallel: 2
      matrix:
        python: [3.10, "3.10", 3]
        include: [{python: 3, extra: true}]
    outputs: {digest: "${{ steps.it.outputs.digest }}"}
    steps:
      - uses: actions/checkout@0123456789012345678901234567890123456789 # v4
        with: {Fetch-Depth: 0}
      - id: it
        if: always()
        run: echo digest=1 >> "$GITHUB_OUTPUT"
        continue-on-error: ${{ matrix.extra == true }}
  deploy:
    needs: build
    if: needs.build.result == 'success'
    permissions: *reads
    uses: ./.github/workflows/_apply.yml
    with: {env: "${{ inputs.env }}", count: 3}
    secrets: inherit
  gated:
    needs: [build, deploy]
    runs-on: [self-hosted, linux]
    environment: {name: "${{ inputs.env }}", url: "https://example.com/${{ steps.it.outputs.digest }}"}
    steps: [{run: "true"}]
"""


def parsed(text: str) -> Workflow:
    return parse_workflow(textwrap.dedent(text), ".github/workflows/x.yml")


def with_job(lines: str) -> str:
    return "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{run: 'true'}]\n" + textwrap.indent(
        textwrap.dedent(lines), "    "
    )


def test_a_whole_workflow_is_understood() -> None:
    workflow = parsed(WHOLE)

    assert workflow.name == "Everything"
    assert workflow.permissions == {}
    assert set(workflow.jobs) == {"build", "deploy", "gated"}
    assert workflow.jobs["build"].permissions == {"contents": "read", "id-token": "write"}
    assert workflow.jobs["deploy"].permissions == workflow.jobs["build"].permissions
    assert workflow.jobs["gated"].needs == ("build", "deploy")
    assert workflow.triggers.events["push"].paths_ignore == ("docs/**",)
    assert workflow.triggers.events["repository_dispatch"].types == ("admin-image-published",)
    assert workflow.triggers.call_secrets == {"key": True}
    strategy = workflow.jobs["build"].strategy
    assert strategy is not None
    matrix = strategy.matrix.value(Scope())
    assert isinstance(matrix, dict)
    assert matrix["python"] == [3.1, "3.10", 3]
    call = workflow.jobs["deploy"].call
    assert call is not None
    assert call.secrets is None
    assert call.inputs["count"].value(Scope()) == 3


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("on: push\njobs: {}\n", 2, "no jobs"),
        ("jobs: {a: {runs-on: x, steps: [{run: y}]}}", 1, "no 'on'"),
        ("on: push\nwhat: 1\njobs: {}", 2, "Unexpected key 'what'"),
        ("on: pushed\njobs: {}", 2, "no jobs"),
        ("on: [push\n", 2, "not YAML"),
        (with_job("runson: y"), 6, "Unexpected key 'runson'"),
        (with_job("container: node:20"), 6, "containers"),
        (with_job("services: {db: {image: postgres}}"), 6, "service containers"),
        (with_job("needs: b"), 3, "does not exist"),
        (with_job("if: secrets.X == 'a'"), 6, "'secrets' is not available here"),
        (with_job("if: matrix.x"), 6, "'matrix' is not available here"),
        (with_job("if: github.ref = 'a'"), 6, "Unexpected"),
        (with_job("env: {A: \"${{ hashFiles('a') }}\"}"), 6, "'hashfiles' is not available"),
        (with_job("permissions: {content: read}"), 6, "Unexpected key 'content'"),
        (with_job("permissions: {id-token: read}"), 6, "it can be: write, none"),
        (with_job("permissions: everything"), 6, "read-all"),
        (with_job("concurrency: {group: a, cancel-in-progress: true, queue: max}"), 6, "both"),
        (with_job("strategy: {fail-fast: true}"), 6, "no matrix"),
        ("on: push\njobs:\n  a:\n    runs-on: x\n", 3, "neither steps nor"),
        ("on: push\njobs:\n  a:\n    steps: [{run: y}]\n", 3, "no 'runs-on'"),
        ("on: push\njobs:\n  a b:\n    steps: [{run: y}]\n", 3, "no job id"),
        ("on: push\njobs:\n  a: {uses: ./other.yml}\n", 3, "neither ./.github/workflows"),
        ("on: push\njobs:\n  a: {uses: o/r/.github/workflows/x.yml}\n", 3, "neither ./.github/workflows"),
        ("on: push\njobs:\n  a: {uses: ./.github/workflows/x.yml, steps: []}\n", 3, "Unexpected key 'steps'"),
        ("on: {push: {branches: a, branches-ignore: b}}\njobs: {a: {runs-on: x, steps: [{run: y}]}}", 1, "both"),
        ("on: {pull_request: {types: [merged]}}\njobs: {a: {runs-on: x, steps: [{run: y}]}}", 1, "no activity type"),
        ("on: {schedule: [{cron: '* * *'}]}\njobs: {a: {runs-on: x, steps: [{run: y}]}}", 1, "five fields"),
    ],
)
def test_a_file_that_github_would_not_run_is_refused_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(WorkflowFileError, match=problem) as refusal:
        parsed(text)

    assert refusal.value.line == line


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("{run: a, uses: b/c@d}", "either"),
        ("{name: a}", "either"),
        ("{uses: b/c@d, shell: bash}", "Unexpected key 'shell'"),
        ("{run: a, with: {b: c}}", "Unexpected key 'with'"),
        ("{uses: b/c}", "neither"),
        ("{uses: 'docker://alpine'}", "containers"),
        ("{uses: '${{ matrix.a }}'}", "takes no expression"),
        ("{run: a, id: __x}", "no step id"),
        ("{run: a, background: true}", "does not do"),
        ("{run: '${{ nothing.a }}'}", "'nothing' is not available"),
    ],
)
def test_a_step_that_github_would_not_run_is_refused(step: str, problem: str) -> None:
    with pytest.raises(WorkflowFileError, match=problem):
        parsed(f"on: push\njobs: {{a: {{runs-on: x, steps: [{step}]}}}}")


def test_needs_in_a_circle_and_ids_twice_are_refused() -> None:
    circle = "on: push\njobs:\n" + "".join(
        f"  {a}: {{needs: {b}, runs-on: x, steps: [{{run: y}}]}}\n" for a, b in ("ab", "bc", "ca")
    )
    with pytest.raises(WorkflowFileError, match="circle"):
        parsed(circle)
    with pytest.raises(WorkflowFileError, match="twice"):
        parsed("on: push\njobs: {a: {runs-on: x, steps: [{run: y, id: q}, {run: y, id: Q}]}}")


def test_dispatch_inputs_are_typed_and_strangers_refused() -> None:
    declared = parsed(WHOLE).triggers.dispatch_inputs

    assert dispatch_inputs(declared, {"force": "true"}) == {"env": "dev", "count": 2, "force": True, "note": ""}
    assert dispatch_inputs(declared, {"force": False, "count": "7", "ENV": "prod"})["count"] == 7
    for given_inputs, problem in (
        ({}, "Required"),
        ({"force": "yes"}, "true or false"),
        ({"force": True, "env": "qa"}, "it can be"),
        ({"force": True, "count": "many"}, "a number"),
        ({"force": True, "other": "1"}, "Unexpected inputs"),
        ({"force": True, "note": "x" * 65_536}, "65535"),
    ):
        with pytest.raises(InputRefusedError, match=problem):
            dispatch_inputs(declared, given_inputs)


def test_call_inputs_must_have_their_types() -> None:
    text = "on: {workflow_call: {inputs: {go: {type: boolean, default: false}, n: {type: number, default: 1}}}}"
    declared = parsed(text + "\njobs: {a: {runs-on: x, steps: [{run: y}]}}").triggers.call_inputs

    assert call_inputs(declared, {"go": True}, Scope()) == {"go": True, "n": 1}
    with pytest.raises(InputRefusedError, match="boolean"):
        call_inputs(declared, {"go": "true"}, Scope())


@pytest.mark.parametrize(
    ("patterns", "name", "through"),
    [
        (["main"], "main", True),
        (["main"], "mainly", False),
        (["feature/*"], "feature/a", True),
        (["feature/*"], "feature/a/b", False),
        (["feature/**"], "feature/a/b", True),
        (["**/src/**"], "src/a.py", True),
        (["*.jsx?"], "page.js", True),
        (["v[12].[0-9]+.[0-9]+"], "v1.10.1", True),
        (["v[12].[0-9]+.[0-9]+"], "v3.10.1", False),
        (["**", "!docs/**"], "docs/a.md", False),
        (["**", "!docs/**", "docs/keep.md"], "docs/keep.md", True),
        (["!docs/**"], "a", False),
    ],
)
def test_filter_patterns_match_as_documented(patterns: list[str], name: str, through: bool) -> None:
    assert matches(patterns, name) is through


def test_events_pass_filters_as_on_github() -> None:
    tags = EventFilter(tags=("v*",))
    assert passes("push", tags, ref="refs/tags/v1")
    assert not passes("push", tags, ref="refs/heads/v1")  # a filter on tags alone keeps branches out
    assert passes("push", EventFilter(), ref="refs/heads/anything")
    code = EventFilter(branches=("main",), paths_ignore=("docs/**",))
    assert passes("push", code, ref="refs/heads/main", paths=["docs/a.md", "src/a.py"])
    assert not passes("push", code, ref="refs/heads/main", paths=["docs/a.md"])
    assert not passes("push", code, ref="refs/heads/other", paths=["src/a.py"])
    assert passes("pull_request", EventFilter(), ref="refs/heads/main", activity="opened")
    assert not passes("pull_request", EventFilter(), ref="refs/heads/main", activity="closed")
    assert not passes("repository_dispatch", EventFilter(types=("a",)), ref="refs/heads/main", activity="b")


LEVELS = st.dictionaries(st.sampled_from(["contents", "id-token", "issues"]), st.sampled_from(["read", "write"]))


@given(LEVELS)
def test_a_fork_writes_nothing_and_has_no_identity(permissions: dict[str, str]) -> None:
    left = for_fork(permissions)

    assert "id-token" not in left
    assert set(left.values()) <= {"read"}
    assert beyond(left, permissions) is None


def test_a_yaml_bomb_is_refused() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n"
        for a, b in zip("abcdef", "bcdefg", strict=True)
    )
    with pytest.raises(WorkflowFileError, match="aliases"):
        parsed(bomb)
