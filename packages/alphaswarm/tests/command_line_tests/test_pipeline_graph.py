"""`alphaswarm pipeline graph`: a picture of a workflow, as text and as data, and what cannot be drawn."""

from pathlib import Path

from .command_line import CommandLine

WORKFLOW = """
on: {push: {branches: [main]}, workflow_dispatch: {}}
permissions: {}
jobs:
  plan: {runs-on: ubuntu-24.04, permissions: {contents: read, id-token: write}, steps: [{run: make plan}]}
  apply: {needs: plan, environment: prod, runs-on: ubuntu-24.04, steps: [{run: make apply}]}
"""


def workflow(command_line: CommandLine, text: str) -> Path:
    file = command_line.project.root / ".github" / "workflows" / "deploy.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_a_workflow_is_drawn_as_text_and_described_as_data(command_line: CommandLine) -> None:
    file = workflow(command_line, WORKFLOW)

    drawn = command_line.succeed("pipeline", "graph", str(file)).out
    told = command_line.succeed("pipeline", "graph", str(file), "--json").document

    assert drawn.splitlines() == [
        "flowchart LR",
        '    events(["push, workflow_dispatch"])',
        '    job1["plan<br/><small>contents: read, id-token: write</small>"]',
        '    job2_gate{{"prod"}} --> job2',
        '    job2["apply<br/><small>no permissions</small>"]',
        "    job1 --> job2_gate",
        "    events --> job1",
    ]
    assert told["schema"] == "alphaswarm/pipeline-graph/v1"
    assert told["mermaid"] == drawn
    assert [(each["id"], each["environment"]) for each in told["jobs"]] == [("plan", None), ("apply", "prod")]


def test_a_file_that_is_missing_or_that_github_would_not_run_is_refused_with_its_line(
    command_line: CommandLine,
) -> None:
    file = workflow(command_line, WORKFLOW.replace("needs: plan", "needs: build"))

    refused = command_line.run("pipeline", "graph", str(file), "--json")
    missing = command_line.run("pipeline", "graph", "nowhere.yml", "--json")

    assert (refused.code, refused.error["code"]) == (3, "AS-ACT-002")
    assert "deploy.yml, line 6: The job apply needs 'build', which does not exist" in refused.error["what"]
    assert (missing.code, missing.error["code"]) == (3, "AS-ACT-002")
