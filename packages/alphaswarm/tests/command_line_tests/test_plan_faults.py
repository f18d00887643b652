"""Everything that can be wrong between a plan and its apply, and around the plan's making."""

import json
import os
import random
import resource
import socket
import time
from pathlib import Path

import pytest
from example_project import Project

from .command_line import CommandLine, make_quick
from .conftest import publish_address, require_binary

UP = ("deploy", "up", "--env", "dev", "--yes")


def planned(command_line: CommandLine, *words: str) -> str:
    """Plan, and say which run that was."""
    document = command_line.succeed("deploy", "plan", "--env", "dev", "--json", *words).document
    return str(document["run"]["id"])


def plan_file(project: Project, run: str) -> Path:
    return project.home / "runs" / run / "plan.tfplan"


def require_refused(command_line: CommandLine, run: str, code: str, exit_code: int = 3) -> dict[str, object]:
    """Applying the plan `run` is refused with `code`, on the record, and nothing was changed."""
    ended = command_line.run("deploy", "apply", run, "--yes", "--json")
    assert ended.code == exit_code, ended.err
    assert ended.error["code"] == code
    assert ended.error["fix"]
    assert not command_line.project.state().exists()
    return ended.error


def test_disk_full_while_the_plan_is_saved_is_an_error_and_a_row(on_engine: CommandLine, project: Project) -> None:
    """A plan holds the configuration: make it larger than any file of this process may become."""
    noise = random.Random(1).randbytes(1_500_000).hex()
    project.part.parent.joinpath("noise.tf").write_text(
        "".join(f"# {noise[i : i + 100]}\n" for i in range(0, len(noise), 100))
    )
    on_engine.succeed("halt", "status")  # the ledger is there already

    ended = on_engine.run("deploy", "plan", "--env", "dev", "--json", preexec_fn=lambda: _largest_file(1_000_000))

    assert ended.code == 5
    assert ended.error["code"] == "AS-TF-004"
    assert "Make room" in ended.error["fix"]
    (run,) = on_engine.runs()
    assert run["status"] == "errored"
    assert run["error_code"] == ended.error["code"]
    assert not project.state().exists()
    on_engine.succeed("deploy", "plan", "--env", "dev")
    on_engine.require_whole_ledger()


def _largest_file(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_apply_is_refused_when_the_plan_file_was_changed(command_line: CommandLine, project: Project) -> None:
    run = planned(command_line)
    path = plan_file(project, run)
    content = bytearray(path.read_bytes())
    content[-30] ^= 1
    path.write_bytes(content)

    error = require_refused(command_line, run, "AS-TF-020")

    assert "changed after it was made" in str(error["why"])
    assert "run:apply:refused" in command_line.entries()


def test_apply_is_refused_when_the_plan_file_is_gone(command_line: CommandLine, project: Project) -> None:
    run = planned(command_line)
    plan_file(project, run).unlink()

    require_refused(command_line, run, "AS-TF-020")


def test_apply_is_refused_when_the_stack_has_changed_since(command_line: CommandLine, project: Project) -> None:
    run = planned(command_line)
    project.part.write_text(project.part.read_text().replace("v1", "v2"))

    require_refused(command_line, run, "AS-TF-022")


def test_apply_is_refused_when_halted_and_works_when_the_halt_is_off(command_line: CommandLine) -> None:
    run = planned(command_line)
    command_line.succeed("halt", "on", "--reason", "incident 7")

    error = require_refused(command_line, run, "AS-GATE-002")
    at_once = command_line.run(*UP, "--json")

    assert "incident 7" in str(error["why"])
    assert at_once.error["code"] == "AS-GATE-002"
    assert len(command_line.runs()) == 1
    assert command_line.succeed("halt", "status", "--json").document["on"]
    command_line.succeed("halt", "off", "--reason", "it is over")
    command_line.succeed("deploy", "apply", run, "--yes")


def test_apply_is_refused_when_another_plan_was_applied_meanwhile(on_engine: CommandLine) -> None:
    first, second = planned(on_engine), planned(on_engine, "--var", "size=3")
    on_engine.succeed("deploy", "apply", first, "--yes")

    ended = on_engine.run("deploy", "apply", second, "--yes", "--json")

    assert ended.code == 3
    assert ended.error["code"] in {"AS-TF-021", "AS-TF-022"}
    assert on_engine.succeed("runs", "show", second, "--json").document["run"]["status"] == "stale"


def test_apply_is_refused_when_the_state_was_changed_behind_our_back(on_engine: CommandLine, project: Project) -> None:
    on_engine.succeed(*UP)
    run = planned(on_engine, "--var", "size=3")
    state = json.loads(project.state().read_text())
    project.state().write_text(json.dumps({**state, "serial": state["serial"] + 1}))

    ended = on_engine.run("deploy", "apply", run, "--yes", "--json")

    assert ended.code == 3
    assert ended.error["code"] == "AS-TF-021"
    assert [each["status"] for each in on_engine.runs()[:2]] == ["stale", "stale"]


def test_unreadable_state_is_not_taken_for_no_state(on_engine: CommandLine, project: Project) -> None:
    run = planned(on_engine)
    project.state().write_text("{ this is no state")

    ended = on_engine.run("deploy", "apply", run, "--yes", "--json")

    assert ended.code == 1
    assert ended.error["code"] == "AS-TF-011"
    assert project.state().read_text() == "{ this is no state"


def test_a_plan_is_applied_once(command_line: CommandLine) -> None:
    run = planned(command_line)
    command_line.succeed("deploy", "apply", run, "--yes")

    again = command_line.run("deploy", "apply", run, "--yes", "--json")

    assert again.code == 3
    assert again.error["code"] == "AS-LED-014"


def test_apply_is_refused_when_the_engine_has_another_version(command_line: CommandLine, project: Project) -> None:
    require_binary()
    run = planned(command_line, "--engine", "binary")
    fake = project.root / "bin/terraform"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\necho \'{"terraform_version": "1.12.0"}\'\n')
    fake.chmod(0o755)

    ended = command_line.run(
        "deploy", "apply", run, "--yes", "--json", env={"PATH": f"{fake.parent}:{os.environ['PATH']}"}
    )

    assert ended.code == 5
    assert ended.error["code"] == "AS-TF-002"
    assert "1.12.0" in ended.error["what"]
    assert not project.state().exists()


@pytest.mark.parametrize("word", ["ffffffff", "not-a-run"])
def test_unknown_run_is_a_usage_error(command_line: CommandLine, word: str) -> None:
    for command in (("deploy", "apply", word, "--yes"), ("runs", "show", word), ("runs", "logs", word)):
        ended = command_line.run(*command, "--json")
        assert ended.code == 2
        assert ended.error["code"] == "AS-LED-015"


def test_only_plans_are_applied(command_line: CommandLine) -> None:
    command_line.succeed(*UP)
    run = command_line.runs(kind="apply")[0]["id"]

    ended = command_line.run("deploy", "apply", run, "--yes", "--json")

    assert ended.code == 2
    assert "apply run" in ended.error["what"]


def test_nothing_starts_when_the_local_cloud_was_never_started(command_line: CommandLine, project: Project) -> None:
    (project.home / "local/address.json").unlink()

    ended = command_line.run(*UP, "--json")

    assert ended.code == 5
    assert ended.error["code"] == "AS-LOC-001"
    assert "alphaswarm local up" in ended.error["fix"]
    assert command_line.runs() == []


def test_nothing_starts_when_the_local_cloud_does_not_answer(command_line: CommandLine, project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    publish_address(project, port)

    ended = command_line.run(*UP, "--json")

    assert ended.code == 5
    assert ended.error["code"] == "AS-LOC-001"
    assert str(port) in ended.error["what"]
    assert command_line.runs() == []


def test_address_of_the_local_cloud_that_is_damaged_is_named(command_line: CommandLine, project: Project) -> None:
    (project.home / "local/address.json").write_text('{"endpoint": 7')

    ended = command_line.run(*UP, "--json")

    assert ended.code == 5
    assert "local reset" in ended.error["fix"]


PROVIDER = """
terraform {{
  required_providers {{
    nowhere = {{
      source  = "{source}"
      version = "1.0.0"
    }}
  }}
}}
"""


@pytest.mark.parametrize("source", ["127.0.0.1:1/nobody/nowhere", "registry.terraform.io/nobody-at-all/nowhere"])
def test_provider_that_cannot_be_had_is_an_error_that_says_so(
    on_engine: CommandLine, project: Project, source: str
) -> None:
    project.stack().with_name("providers.tf").write_text(PROVIDER.format(source=source))
    began = time.monotonic()

    # No name is asked for on the network: the proxy is a port where nobody listens.
    dead_end = {"HTTPS_PROXY": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1"}
    ended = on_engine.run("deploy", "plan", "--env", "dev", "--json", env=dead_end)

    assert ended.code == 5, ended.err
    assert ended.error["code"] == "AS-TF-003"
    assert "alphaswarm doctor" in ended.error["fix"]
    assert time.monotonic() - began < 60
    assert on_engine.runs()[0]["error_code"] == "AS-TF-003"


def test_failing_resource_is_named_with_its_error(on_engine: CommandLine, project: Project) -> None:
    project.part.write_text(
        'resource "terraform_data" "part" {\n  provisioner "local-exec" { command = "exit 7" }\n}\n'
        'output "id" { value = 1 }\n'
    )

    ended = on_engine.run(*UP, "--json")

    assert ended.code == 1
    assert "module.part.terraform_data.part" in ended.error["what"]
    assert "exit status 7" in ended.error["why"]
    log = on_engine.succeed("runs", "logs", on_engine.runs(kind="apply")[0]["id"]).out
    assert "exit status 7" in log
    make_quick(project)
    on_engine.succeed(*UP)
