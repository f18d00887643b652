"""The surface of the workflows: triggers, inputs, permissions, environments, roles, pins. Changed here too, or red."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from alphaswarm_core.settings import FILE_NAME, load_settings
from alphaswarm_local.actions.workflow import parse_workflow
from tests.docs.commands import calls_in, complaint_about
from tests.workflows.reading import DIRECTORY, FILES, PROJECT, WORKFLOWS, File, job, scripts

SETTINGS = load_settings(PROJECT / FILE_NAME, {})
APPLY_ROLE = "${{ vars.AWS_DEPLOYER_ROLE_ARN }}"
READ = {"contents": "read"}
TOKEN = {"contents": "read", "id-token": "write"}

# Looked up in the actions' own repositories. A new version goes in here together with its commit.
PINS = {
    "actions/checkout": ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    "actions/download-artifact": ("3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
    "actions/setup-python": ("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
    "actions/upload-artifact": ("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    "aws-actions/configure-aws-credentials": ("e6de054238d6b7531b4efff3b6587d9aade6a06c", "v6.2.3"),
    "hashicorp/setup-terraform": ("dfe3c3f87815947d99a8997f908cb6525fc44e9e", "v4.0.1"),
}

PERMISSIONS = {
    "build-publish.yml": {"tag": READ},
    "pr-validate.yml": {
        "python": READ,
        "tests": READ,
        "terraform": READ,
        "tfsec": READ,
        "conftest": READ,
        "trust": READ,
        "order": READ,
        "plan": TOKEN,
        "comment": {"contents": "read", "pull-requests": "write"},
    },
    "terraform-pipeline.yml": {
        "order": READ,
        "plan": TOKEN,
        "record": TOKEN,
        "apply": {"actions": "read", "contents": "read", "id-token": "write"},
    },
    "terraform-plan.yml": {"plan": TOKEN},
}

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.path.parent.name}/{file.path.name}")
each_workflow = pytest.mark.parametrize("name", WORKFLOWS)


def test_workflows_are_the_three_and_the_one_body() -> None:
    assert list(WORKFLOWS) == ["build-publish.yml", "pr-validate.yml", "terraform-pipeline.yml", "terraform-plan.yml"]
    assert all(file.document["name"] == name.removesuffix(".yml") for name, file in WORKFLOWS.items())


@each_workflow
def test_local_runner_understands_the_whole_file(name: str) -> None:
    path = f".github/workflows/{name}"

    assert list(parse_workflow((PROJECT / path).read_text(), path).jobs) == list(PERMISSIONS[name])


def test_deploys_start_by_these_events_and_no_others() -> None:
    triggers = WORKFLOWS["terraform-pipeline.yml"].triggers

    assert set(triggers) == {"push", "workflow_dispatch", "repository_dispatch"}
    assert triggers["push"] == {"branches": ["main"]}
    assert triggers["repository_dispatch"] == {"types": ["admin-image-published"]}


def test_dispatch_inputs_are_what_the_project_has() -> None:
    inputs = WORKFLOWS["terraform-pipeline.yml"].triggers["workflow_dispatch"]["inputs"]

    assert list(inputs) == ["tree", "env", "action", "plan_run"]
    assert inputs["tree"]["options"] == list(SETTINGS.trees)
    assert inputs["env"]["options"] == list(SETTINGS.environments)
    assert inputs["action"]["options"] == ["plan", "apply"]
    assert (inputs["env"]["default"], inputs["action"]["default"]) == ("dev", "plan")


def test_pull_requests_and_tags_start_theirs_and_nothing_else() -> None:
    assert WORKFLOWS["pr-validate.yml"].triggers == {"pull_request": {"branches": ["main"]}}
    assert WORKFLOWS["build-publish.yml"].triggers == {"push": {"tags": ["v*"]}}
    assert set(WORKFLOWS["terraform-plan.yml"].triggers) == {"workflow_call"}


@each_workflow
def test_grants_are_these_and_each_has_its_reason(name: str) -> None:
    file = WORKFLOWS[name]

    assert file.document["permissions"] == {}
    assert {each: found["permissions"] for each, found in file.jobs.items()} == PERMISSIONS[name]
    granted = re.findall(r"^ {6}(?:actions|contents|id-token|pull-requests): \w+(.*)$", file.text, re.MULTILINE)
    assert len(granted) == sum(len(each) for each in PERMISSIONS[name].values())
    assert all(re.fullmatch(r" # \w.+", each) for each in granted)


@each_file
def test_remote_actions_are_the_known_commits(file: File) -> None:
    for line in file.text.splitlines():
        used = re.search(r"uses: (\S+)(?: # (\S+))?$", line)
        if used and not used[1].startswith("./"):
            name, _, commit = used[1].partition("@")
            assert (commit, used[2]) == PINS[name]


@each_workflow
def test_containers_are_named_by_digest(name: str) -> None:
    for found in WORKFLOWS[name].jobs.values():
        for step in found.get("steps", []):
            if "docker run" in step.get("run", ""):
                images = {variable: found["env"][variable] for variable in re.findall(r'"\$([A-Z]+)"', step["run"])}
                assert images
                assert all(re.fullmatch(r"[a-z./]+@sha256:[0-9a-f]{64}", each) for each in images.values())


@each_file
def test_no_script_holds_an_expression(file: File) -> None:
    assert [step["run"] for step in file.steps() if "${{" in str(step.get("run", ""))] == []


@each_file
def test_no_token_job_has_a_cache_and_no_checkout_keeps_its_token(file: File) -> None:
    for step in file.steps():
        action, given = str(step.get("uses", "")).partition("@")[0], step.get("with", {})
        assert "cache" not in action
        assert not {"cache", "cache-from", "cache-to"} & set(given)
        if action == "actions/checkout":
            assert given["persist-credentials"] is False


@pytest.mark.parametrize(("where", "script"), scripts())
def test_scripts_are_bash_and_their_commands_exist(where: str, script: str) -> None:
    done = subprocess.run(["bash", "-n", "-c", script], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, f"{where}: {done.stderr}"

    joined = re.sub(r'"\$\{\w+\[@\]\}"', "", script.replace("\\\n", " "))
    for line in joined.splitlines():
        for call in calls_in(line.strip()) if line.strip().startswith("alphaswarm ") else ():
            assert complaint_about(_with_values(call)) is None, line


def _with_values(call: list[str]) -> list[str]:
    """A call with what a job would put in: choices and numbers are checked by the program."""
    known = {"$NUMBER": "7"}
    return [str(PROJECT / "policy") if "RUNNER_TEMP/plans" in word else known.get(word, word) for word in call]


def test_what_applies_stands_in_the_file_that_roles_trust() -> None:
    """A body would change job_workflow_ref to itself, and any other file of main could call it."""
    privileged = {
        name
        for name, file in WORKFLOWS.items()
        for step in file.steps()
        if step.get("with", {}).get("role-to-assume") == APPLY_ROLE
    }
    trusted = SETTINGS.github.repositories["platform"].apply_workflows
    listed = re.findall(r"alphaswarm_platform/(\.github/workflows/\S+?\.yml)@refs/heads/main", _tfvars())

    assert {f".github/workflows/{name}" for name in privileged} == set(trusted) == set(listed)


def _tfvars() -> str:
    return "".join((PROJECT / f"infrastructure/bootstrap/{name}.tfvars").read_text() for name in SETTINGS.environments)


@pytest.mark.parametrize("name", ["record", "apply"])
def test_jobs_with_the_apply_role_have_their_environment(name: str) -> None:
    found = job("terraform-pipeline.yml", name)

    assert found["environment"] == "${{ needs.order.outputs.env }}"
    assert found["runs-on"] == "ubuntu-24.04"
    assert roles_of(found)[0] == APPLY_ROLE


def roles_of(found: dict[str, Any]) -> list[str]:
    return [step["with"]["role-to-assume"] for step in found["steps"] if "configure-aws" in step.get("uses", "")]


def test_landing_zone_is_applied_under_the_execution_role_by_chaining() -> None:
    last = [
        step for step in job("terraform-pipeline.yml", "apply")["steps"] if "configure-aws" in step.get("uses", "")
    ][-1]

    assert last["with"]["role-to-assume"] == "${{ needs.order.outputs.execution_role }}"
    assert last["with"]["role-external-id"] == "${{ needs.order.outputs.external_id }}"
    assert last["with"]["role-chaining"] is True
    assert last["if"] == "needs.order.outputs.runs != 'true'"


def test_planning_acts_as_the_plan_role_alone() -> None:
    assert roles_of(job("terraform-plan.yml", "plan")) == ["${{ inputs.plan_role }}"]


def test_applies_of_a_stack_wait_for_each_other_and_none_is_lost_or_cut_off() -> None:
    concurrency = job("terraform-pipeline.yml", "apply")["concurrency"]

    assert concurrency == {
        "group": "apply-${{ needs.order.outputs.tree }}-${{ needs.order.outputs.env }}",
        "queue": "max",
    }
    assert "concurrency" not in WORKFLOWS["terraform-pipeline.yml"].document


def test_kept_plan_is_applied_by_the_digest_that_its_job_said() -> None:
    apply = next(
        step for step in job("terraform-pipeline.yml", "apply")["steps"] if step["name"] == "Apply the landing zone"
    )

    assert apply["env"]["DIGEST"] == "${{ needs.plan.outputs.digest }}"
    assert '--digest "$DIGEST"' in apply["run"]


def test_recorded_plan_is_applied_by_its_run() -> None:
    steps = job("terraform-pipeline.yml", "apply")["steps"]
    apply = next(step for step in steps if step["name"] == "Apply the app tier in the deploy build")

    assert apply["env"]["PLAN_RUN"] == "${{ needs.order.outputs.plan_run || needs.record.outputs.plan_run }}"
    assert "terraform" not in apply["run"]


def test_forks_get_everything_but_what_needs_a_token() -> None:
    jobs = WORKFLOWS["pr-validate.yml"].jobs
    held_back = {name for name, each in jobs.items() if "if" in each}

    assert held_back == {"plan"}
    assert jobs["plan"]["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert jobs["comment"]["needs"] == ["order", "plan"]  # skipped with it
    writers = {name for name, each in jobs.items() if "write" in each["permissions"].values()}
    assert writers == {"plan", "comment"}
    assert not any("environment" in each or "secrets" in each for each in jobs.values())


def test_job_that_comments_has_no_cloud_and_the_one_that_plans_writes_nothing() -> None:
    comment = job("pr-validate.yml", "comment")

    assert roles_of(comment) == []
    assert set(job("terraform-plan.yml", "plan")["permissions"]) == {"contents", "id-token"}


@pytest.mark.parametrize(
    "gate", ["ruff", "mypy", "zizmor", "tests", "terraform", "tfsec", "conftest", "trust audit", "trust prove"]
)
def test_every_check_of_a_change_is_there(gate: str) -> None:
    commands = {
        "ruff": "ruff check .",
        "mypy": "mypy",
        "zizmor": "zizmor --offline",
        "tests": "make test",
        "terraform": "terraform fmt -check -recursive",
        "tfsec": "config --exit-code 1",
        "conftest": "verify --policy policy --data policy/data",
        "trust audit": "alphaswarm trust audit .",
        "trust prove": "alphaswarm trust prove",
    }
    assert any(commands[gate] in script for where, script in scripts() if where == "pr-validate.yml")


def zizmor(directory: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("zizmor")
    words = [str(program), "--offline", "--no-progress", "--quiet", str(directory)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


def test_python_checks_see_every_distribution_of_the_workspace() -> None:
    installed = (PROJECT / "requirements/install").read_text()

    in_the_workflow = re.findall(r"--editable (\S+)", File(DIRECTORY / "pr-validate.yml").text)

    assert in_the_workflow == re.findall(r"-e (\S+)", installed.partition("--no-deps")[2])


def test_zizmor_finds_nothing() -> None:
    done = zizmor(DIRECTORY.parent)

    assert done.returncode == 0, done.stdout


def test_zizmor_finds_what_is_planted(tmp_path: Path) -> None:
    planted = WORKFLOWS["pr-validate.yml"].text.replace(
        "run: mypy\n", 'run: echo "${{ github.event.pull_request.title }}"\n'
    )
    place = tmp_path / ".github/workflows"
    place.mkdir(parents=True)
    (place / "pr-validate.yml").write_text(planted)

    done = zizmor(tmp_path / ".github")

    assert done.returncode != 0
    assert "template-injection" in done.stdout
