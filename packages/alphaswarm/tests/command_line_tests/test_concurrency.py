"""Two calls for one environment at the same time: one proceeds, one says who holds it and since when."""

import subprocess

from example_project import Project

from .command_line import CommandLine, arguments, make_quick, make_slow, wait_until

UP = ("deploy", "up", "--env", "dev", "--yes")


def test_second_up_says_who_holds_the_stack_and_since_when(on_engine: CommandLine, project: Project) -> None:
    marker = make_slow(project)
    with on_engine.started(*UP) as first:
        wait_until(marker.exists, "the apply has begun")
        holder = on_engine.runs(kind="apply")[0]

        second = on_engine.run(*UP, "--json")

        assert second.code == 1
        assert second.error["code"] == "AS-LED-010"
        assert holder["id"] in second.error["what"]
        assert holder["queued_at"] in second.error["what"]
        assert holder["actor"]["display_name"] in second.error["why"]
        assert f"process {first.process.pid} on" in second.error["why"]
        assert on_engine.runs(kind="apply")[0]["status"] == "applying"
    assert "run:plan:refused" in on_engine.entries()


def test_plans_are_possible_while_an_apply_is_under_way(command_line: CommandLine, project: Project) -> None:
    marker = make_slow(project)
    with command_line.started(*UP):
        wait_until(marker.exists, "the apply has begun")
        command_line.succeed("deploy", "plan", "--env", "dev")


def test_another_environment_is_not_held(command_line: CommandLine, project: Project) -> None:
    project.settings.write_text(project.settings.read_text().replace("approvals = 1", "approvals = 0"))
    marker = make_slow(project)
    with command_line.started(*UP):
        wait_until(marker.exists, "the apply has begun")
        make_quick(project)
        command_line.succeed("deploy", "up", "--env", "staging", "--yes")


def test_one_of_two_that_start_at_the_same_moment_proceeds(command_line: CommandLine, project: Project) -> None:
    command_line.succeed("deploy", "plan", "--env", "dev")
    calls = [
        subprocess.Popen(
            arguments(UP),
            cwd=project.root,
            env=command_line.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    said = [call.communicate(timeout=90)[1].decode() for call in calls]

    # The second may also come so late that nothing is left to do, or find its plan overtaken by the first one's apply.
    codes = sorted(call.returncode for call in calls)
    assert codes[0] == 0, said
    assert codes[1] in {0, 1, 3}, said
    if codes[1]:
        assert any("AS-LED-010" in text or "AS-TF-02" in text for text in said), said
    assert len(command_line.runs(kind="apply", status="completed")) == 1
    command_line.require_whole_ledger()
