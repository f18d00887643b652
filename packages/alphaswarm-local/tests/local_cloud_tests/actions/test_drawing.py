"""Workflows as Mermaid."""

from pathlib import Path

import pytest

from alphaswarm_local.actions.drawing.mermaid import described, mermaid
from alphaswarm_local.actions.drawing.reading import read_drawable
from alphaswarm_local.actions.errors import WorkflowFileError

MAIN = """
name: Deploy
on: [push, workflow_dispatch]
permissions: {}
jobs:
  plan:
    name: Plan "it"
    runs-on: x
    permissions: {contents: read, id-token: write}
    steps: [{run: a}]
  apply:
    needs: plan
    permissions: {id-token: write}
    uses: ./.github/workflows/apply.yml
  end:
    needs: [apply]
    uses: acme/shared/.github/workflows/notify.yml@v1
"""
APPLY = """
on: workflow_call
jobs:
  gate: {runs-on: x, environment: prod, steps: [{run: a}]}
  after: {needs: gate, runs-on: x, strategy: {matrix: {n: [1]}}, steps: [{run: a}]}
"""
PICTURE = """\
flowchart LR
    events(["push, workflow_dispatch"])
    job1["Plan &quot;it&quot;<br/><small>contents: read, id-token: write</small>"]
    subgraph job2 ["apply: ./.github/workflows/apply.yml"]
        job3_gate{{"prod"}} --> job3
        job3["gate<br/><small>id-token: write</small>"]
        job4["after (matrix)<br/><small>id-token: write</small>"]
        job3 --> job4
    end
    job5[["end: acme/shared/.github/workflows/notify.yml@v1<br/><small>no permissions</small>"]]
    job1 --> job2
    job2 --> job5
    events --> job1
"""


def written(tmp_path: Path, **files: str) -> Path:
    directory = tmp_path / ".github" / "workflows"
    directory.mkdir(parents=True)
    for name, text in files.items():
        (directory / f"{name}.yml").write_text(text)
    return directory


def test_a_workflow_is_drawn_with_gates_permissions_and_calls(tmp_path: Path) -> None:
    drawable = read_drawable(written(tmp_path, main=MAIN, apply=APPLY) / "main.yml")

    assert mermaid(drawable) == PICTURE
    apply = described(drawable)[1]
    assert apply["uses"] == "./.github/workflows/apply.yml"
    assert [each["environment"] for each in apply["jobs"]] == ["prod", None]  # type: ignore[attr-defined]


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    circle = "on: workflow_call\njobs: {a: {uses: ./.github/workflows/circle.yml}}"
    directory = written(tmp_path, main=MAIN, circle=circle)

    problems = {"main.yml": "cannot be read", "circle.yml": "levels deep", "none.yml": "cannot be read"}
    for name, problem in problems.items():
        with pytest.raises(WorkflowFileError, match=problem):
            read_drawable(directory / name)
