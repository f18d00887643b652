"""Concurrency groups in whole runs: who waits, who loses a place, who may not wait. Processes are real."""

from pathlib import Path

import pytest

from alphaswarm_local.actions.seam.events import Conclusion, JobChanged, Status

from .runs import Trial, request, wait_for_line, wait_for_status, wait_until

SUCCESS, FAILURE, CANCELLED = Conclusion.SUCCESS, Conclusion.FAILURE, Conclusion.CANCELLED


def test_a_newcomer_takes_the_place_of_the_run_that_waits(tmp_path: Path) -> None:
    gate = tmp_path / "go"
    trial = Trial(
        tmp_path,
        f"""
        on: push
        concurrency: deploy
        jobs: {{a: {{runs-on: x, steps: [{{run: 'echo started; until test -e {gate}; do sleep 0.05; done'}}]}}}}
        """,
    )
    first = trial.engine.start(request(run_id=1))
    wait_for_line(trial, "started")
    second = trial.engine.start(request(run_id=2))
    wait_for_status(trial, 2, Status.PENDING)
    third = trial.engine.start(request(run_id=3))

    replaced = second.wait(30)
    gate.touch()
    results = [each.wait(30) for each in (first, third)]

    assert replaced is not None
    assert replaced.conclusion is CANCELLED
    assert "higher priority waiting request" in replaced.message
    assert [each.conclusion for each in results if each is not None] == [SUCCESS, SUCCESS]


def test_cancel_in_progress_ends_the_run_that_holds_the_group(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        on: push
        concurrency: {group: deploy, cancel-in-progress: true}
        jobs: {a: {runs-on: x, steps: [{run: 'echo started; test $GITHUB_RUN_ID = 2 || sleep 60'}]}}
        """,
    )
    first = trial.engine.start(request(run_id=1))
    wait_for_line(trial, "started")

    second = trial.run(run_id=2)
    ended = first.wait(30)

    assert second.conclusion is SUCCESS
    assert ended is not None
    assert ended.conclusion is CANCELLED


def test_a_called_workflow_waits_for_its_turn_too(tmp_path: Path) -> None:
    gate = tmp_path / "go"
    called = "on: workflow_call\njobs: {b: {runs-on: x, steps: [{run: echo called}]}}"
    trial = Trial(
        tmp_path,
        f"""
        on: push
        jobs:
          a:
            if: github.run_id == 1
            concurrency: deploy
            runs-on: x
            steps: [{{run: 'echo started; until test -e {gate}; do sleep 0.05; done'}}]
          c: {{if: github.run_id > 1, concurrency: deploy, uses: ./.github/workflows/c.yml}}
        """,
        {".github/workflows/c.yml": called},
    )
    first = trial.engine.start(request(run_id=1))
    wait_for_line(trial, "started")
    second = trial.engine.start(request(run_id=2))
    wait_for_status(trial, 2, Status.IN_PROGRESS)
    third = trial.engine.start(request(run_id=3))

    wait_until(lambda: second.wait(0) or third.wait(0), "nobody lost a place")  # whichever of the two asked first
    assert "called" not in trial.plane.log()
    gate.touch()
    results = [each.wait(30) for each in (first, second, third)]

    assert sorted(each.conclusion for each in results if each is not None) == [CANCELLED, SUCCESS, SUCCESS]
    assert "called" in trial.plane.log("c / b")


GROUP_G = "on: workflow_call\nconcurrency: ${{ inputs.group || 'g' }}\njobs: {b: {runs-on: x, steps: [{run: echo in}]}}"


@pytest.mark.parametrize(
    "workflow",
    [
        "on: push\nconcurrency: g\njobs: {a: {runs-on: x, concurrency: G, steps: [{run: echo in}]}}",
        "on: push\nconcurrency: g\njobs: {a: {concurrency: {group: g, queue: max}, uses: ./.github/workflows/c.yml}}",
        "on: push\nconcurrency: g\njobs: {a: {uses: ./.github/workflows/c.yml}}",
        "on: push\njobs: {a: {concurrency: g, uses: ./.github/workflows/c.yml}}",
        "on: push\nconcurrency: {group: g, cancel-in-progress: true}\njobs: {a: {uses: ./.github/workflows/c.yml}}",
    ],
)
def test_a_job_in_the_group_of_its_own_run_fails_instead_of_waiting_for_itself(tmp_path: Path, workflow: str) -> None:
    trial = Trial(tmp_path, workflow, {".github/workflows/c.yml": GROUP_G})

    result = trial.engine.start(request()).wait(30)

    assert result is not None
    assert result.conclusion is FAILURE
    assert "is held already by what this is a part of" in trial.message("a")
    assert "in" not in trial.log()


def test_a_called_workflow_keeps_to_its_own_group(tmp_path: Path) -> None:
    """Two jobs that call it do not run at the same time: one that meets the other's mark fails."""
    mark = tmp_path / "inside"
    step = f"[{{run: 'mkdir {mark} && sleep 0.2 && rmdir {mark}'}}]"
    called = f"on: workflow_call\nconcurrency: {{group: g, queue: max}}\njobs: {{b: {{runs-on: x, steps: {step}}}}}"
    trial = Trial(
        tmp_path,
        "on: push\njobs: {a: {strategy: {matrix: {n: [1, 2, 3]}}, uses: ./.github/workflows/c.yml}}",
        {".github/workflows/c.yml": called},
    )

    assert trial.run().conclusion is SUCCESS


def test_those_that_wait_in_a_queue_all_get_their_turn(tmp_path: Path) -> None:
    gate = tmp_path / "go"
    trial = Trial(
        tmp_path,
        f"""
        on: push
        jobs:
          apply:
            concurrency: {{group: stack, queue: max}}
            runs-on: x
            steps: [{{run: 'echo started; until test -e {gate}; do sleep 0.02; done'}}]
        """,
    )
    runs = [trial.engine.start(request(run_id=1))]
    wait_for_line(trial, "started")
    runs += [trial.engine.start(request(run_id=number)) for number in (2, 3, 4)]
    wait_until(
        lambda: sum(isinstance(each, JobChanged) and each.status is Status.PENDING for each in trial.plane.events) == 3,
        "not all of them wait",
    )

    gate.touch()
    results = [each.wait(30) for each in runs]

    assert [each.conclusion for each in results if each is not None] == [SUCCESS] * 4
