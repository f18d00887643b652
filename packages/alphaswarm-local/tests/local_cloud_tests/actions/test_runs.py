"""Whole runs: graph, matrix, conditions, calls, environments, concurrency, cancellation. Processes are real."""

import threading
from pathlib import Path

import pytest

from alphaswarm_local.actions.engine.matrix import combinations
from alphaswarm_local.actions.errors import WorkflowFileError
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.control_plane import Admission, IdentityRequest, Material
from alphaswarm_local.actions.seam.events import Conclusion, JobChanged
from alphaswarm_local.actions.seam.requests import FinishedJob, JobFacts

from .runs import Trial, request, wait_for_line

SUCCESS, FAILURE, SKIPPED, CANCELLED = Conclusion.SUCCESS, Conclusion.FAILURE, Conclusion.SKIPPED, Conclusion.CANCELLED


def test_outputs_travel_along_needs(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        on: push
        jobs:
          one:
            runs-on: x
            outputs: {digest: "${{ steps.make.outputs.digest }}"}
            steps: [{id: make, run: 'echo "digest=abc" >> "$GITHUB_OUTPUT"'}]
          two:
            needs: one
            runs-on: x
            steps: [{run: 'echo "got ${{ needs.one.outputs.digest }} ${{ needs.one.result }}"'}]
        """,
    )

    assert trial.run().conclusion is SUCCESS
    assert "got abc success" in trial.log("two")


def test_a_failure_skips_what_needs_it_and_status_functions_ask_all_ancestors(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        on: push
        jobs:
          bad: {runs-on: x, steps: [{run: exit 1}]}
          after: {needs: bad, runs-on: x, steps: [{run: echo no}]}
          rescue: {needs: bad, if: failure(), runs-on: x, steps: [{run: echo yes}]}
          always: {needs: after, if: always(), runs-on: x, steps: [{run: echo yes}]}
          last: {needs: always, runs-on: x, steps: [{run: echo no}]}
          spared: {continue-on-error: true, runs-on: x, steps: [{run: exit 1}]}
          onward: {needs: spared, runs-on: x, steps: [{run: echo yes}]}
        """,
    )

    assert trial.run().conclusion is FAILURE
    assert trial.jobs() == {
        "bad": FAILURE,
        "after": SKIPPED,
        "rescue": SUCCESS,
        "always": SUCCESS,
        "last": SKIPPED,
        "spared": FAILURE,
        "onward": SUCCESS,
    }


def test_a_job_that_fails_has_the_outputs_that_its_steps_wrote(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        on: push
        jobs:
          bad:
            runs-on: x
            outputs: {a: "${{ steps.s.outputs.a }}", b: "${{ steps.s.outputs.b }}"}
            steps: [{id: s, run: 'echo "a=written" >> "$GITHUB_OUTPUT"; exit 1'}]
          after: {needs: bad, if: always(), runs-on: x, steps: [{run: 'echo "${{ toJSON(needs) }}" | tr -d " \\n"'}]}
        """,
    )

    assert trial.run().conclusion is FAILURE
    assert "{bad:{result:failure,outputs:{a:written}}}" in trial.log("after")


def test_a_step_that_fails_skips_the_rest_unless_told(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        on: push
        jobs:
          a:
            runs-on: x
            steps:
              - {name: spared, id: spared, run: exit 3, continue-on-error: true}
              - {name: seen, run: 'test ${{ steps.spared.outcome }}${{ steps.spared.conclusion }} = failuresuccess'}
              - {name: bad, run: exit 1}
              - {name: plain, run: echo no}
              - {name: cleaning, if: always(), run: echo yes}
              - {name: telling, if: "${{ failure() }}", run: echo yes}
        """,
    )

    assert trial.run().conclusion is FAILURE
    steps = trial.steps("a")
    assert [steps[name] for name in ("spared", "seen", "bad", "plain", "cleaning", "telling")] == [
        SUCCESS, SUCCESS, FAILURE, SKIPPED, SUCCESS, SUCCESS,
    ]  # fmt: skip


def test_a_matrix_runs_each_combination_and_merges_outputs(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        on: push
        jobs:
          list:
            runs-on: x
            outputs: {all: "${{ steps.l.outputs.all }}"}
            steps: [{id: l, run: "echo 'all=[\\"a\\",\\"b\\"]' >> $GITHUB_OUTPUT"}]
          each:
            needs: list
            runs-on: x
            strategy:
              max-parallel: 1
              matrix: {name: "${{ fromJSON(needs.list.outputs.all) }}", include: [{name: a, extra: 1}]}
            outputs: {a: "${{ steps.o.outputs.a }}", b: "${{ steps.o.outputs.b }}"}
            steps:
              - id: o
                run: echo "${{ matrix.name }}=${{ matrix.extra || 0 }}${{ strategy.job-total }}" >> $GITHUB_OUTPUT
          show: {needs: each, runs-on: x, steps: [{run: 'echo "${{ toJSON(needs.each.outputs) }}" | tr -d " \\n"'}]}
        """,
    )

    result = trial.run()

    assert result.conclusion is SUCCESS
    assert {"each (a, 1)", "each (b)"} <= set(result.jobs)
    assert "{a:12,b:02}" in trial.log("show")


def test_one_failure_cancels_the_rest_of_a_matrix_but_not_without_fail_fast(tmp_path: Path) -> None:
    workflow = """
        on: push
        jobs:
          a:
            runs-on: x
            strategy: {{fail-fast: {fast}, matrix: {{n: [1, 2]}}}}
            steps: [{{run: 'if test ${{{{ matrix.n }}}} = 1; then exit 1; else sleep {time}; fi'}}]
        """
    fast = Trial(tmp_path / "fast", workflow.format(fast="true", time=60))
    slow = Trial(tmp_path / "slow", workflow.format(fast="false", time=0))

    assert fast.run().conclusion is FAILURE
    assert fast.jobs() == {"a (1)": FAILURE, "a (2)": CANCELLED}
    slow.run()
    assert slow.jobs() == {"a (1)": FAILURE, "a (2)": SUCCESS}


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ({"a": [1, 2], "b": ["x"]}, [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}]),
        ({"a": [1, 2], "exclude": [{"a": 2}]}, [{"a": 1}]),
        ({"include": [{"x": 1}, {"x": 2}]}, [{"x": 1}, {"x": 2}]),
        (  # the example of GitHub's documentation
            {
                "fruit": ["apple", "pear"],
                "animal": ["cat", "dog"],
                "include": [
                    {"color": "green"},
                    {"color": "pink", "animal": "cat"},
                    {"fruit": "apple", "shape": "circle"},
                    {"fruit": "banana"},
                    {"fruit": "banana", "animal": "cat"},
                ],
            },
            [
                {"fruit": "apple", "animal": "cat", "color": "pink", "shape": "circle"},
                {"fruit": "apple", "animal": "dog", "color": "green", "shape": "circle"},
                {"fruit": "pear", "animal": "cat", "color": "pink"},
                {"fruit": "pear", "animal": "dog", "color": "green"},
                {"fruit": "banana"},
                {"fruit": "banana", "animal": "cat"},
            ],
        ),
    ],
)
def test_a_matrix_expands_as_documented(matrix: dict[str, object], expected: list[dict[str, object]]) -> None:
    assert combinations(matrix) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("matrix", [{}, {"a": []}, {"a": 1}, [], {"a": list(range(257))}, {"include": [1]}])
def test_a_matrix_without_or_with_too_many_combinations_is_refused(matrix: object) -> None:
    with pytest.raises(WorkflowFileError):
        combinations(matrix)  # type: ignore[arg-type]


CALLEE = """
on:
  workflow_call:
    inputs: {env: {type: string, required: true}, times: {type: number, default: 2}}
    secrets: {key: {required: true}}
    outputs: {said: {value: "${{ jobs.say.outputs.said }}"}}
jobs:
  say:
    runs-on: x
    environment: ${{ inputs.env }}
    outputs: {said: "${{ steps.s.outputs.said }}"}
    steps:
      - {id: s, run: 'echo "said=${{ inputs.env }}${{ inputs.times }}" >> $GITHUB_OUTPUT'}
      - run: test "$KEY$OTHER$ENVIRONMENTS" = key-valueyes
        env: {KEY: "${{ secrets.key }}", OTHER: "${{ secrets.REPO }}", ENVIRONMENTS: "${{ secrets.ENV_SECRET }}"}
"""


def calling(job: str) -> str:
    then = "{needs: call, runs-on: x, steps: [{run: 'echo ${{ needs.call.outputs.said }}'}]}"
    return f"on: push\njobs:\n  call: {job}\n  then: {then}"


def test_a_called_workflow_gets_what_is_passed_and_gives_outputs(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        calling('{uses: ./.github/workflows/c.yml, with: {env: dev}, secrets: {key: "${{ secrets.KEY }}"}}'),
        {".github/workflows/c.yml": CALLEE},
        material={
            None: Material(secrets={"KEY": "key-value", "REPO": "not passed"}),
            "dev": Material(secrets={"KEY": "key-value"}, environment_secrets={"ENV_SECRET": "yes"}),
        },
    )

    assert trial.run().conclusion is SUCCESS
    assert "dev2" in trial.log("then")
    job = next(each for each in trial.plane.opened if each.key == "call / say")
    assert job.environment == "dev"
    assert str(job.callee) == "acme/app/.github/workflows/c.yml@refs/heads/main"


@pytest.mark.parametrize(
    ("job", "problem"),
    [
        ("{uses: ./.github/workflows/c.yml, with: {env: dev}}", "needs the secret key"),
        ("{uses: ./.github/workflows/c.yml, secrets: inherit}", "Required input 'env'"),
        ("{uses: ./.github/workflows/c.yml, with: {env: dev, no: 1}, secrets: inherit}", "Unexpected inputs"),
        ("{uses: ./.github/workflows/c.yml, with: {env: dev}, secrets: {key: a, more: b}}", "takes no secret more"),
    ],
)
def test_a_call_that_does_not_fit_fails_the_job(tmp_path: Path, job: str, problem: str) -> None:
    trial = Trial(tmp_path, calling(job), {".github/workflows/c.yml": CALLEE})

    assert trial.run().conclusion is FAILURE
    assert problem in trial.message("call")


@pytest.mark.parametrize(
    ("callee", "problem"),
    [
        (None, "There is no workflow"),
        ("on: push\njobs: {a: {runs-on: x, steps: [{run: y}]}}", "no workflow_call trigger"),
        ("on: workflow_call\njobs: {a: {uses: ./.github/workflows/c.yml}}", "call each other"),
        (
            "on: workflow_call\njobs: {a: {permissions: {id-token: write}, runs-on: x, steps: [{run: y}]}}",
            "asks for 'id-token: write', but its caller has only 'id-token: none'",
        ),
    ],
)
def test_a_call_that_github_would_not_start_stops_the_run(tmp_path: Path, callee: str | None, problem: str) -> None:
    files = {} if callee is None else {".github/workflows/c.yml": callee}
    trial = Trial(tmp_path, calling("{uses: ./.github/workflows/c.yml}"), files)

    result = trial.run()

    assert result.conclusion is Conclusion.STARTUP_FAILURE
    assert problem in result.message
    assert not trial.plane.opened


def test_a_workflow_of_another_repository_is_called_at_its_ref(tmp_path: Path) -> None:
    shared = "on: workflow_call\njobs: {a: {runs-on: x, steps: [{run: 'echo $GITHUB_REPOSITORY'}]}}"
    trial = Trial(
        tmp_path,
        "on: push\njobs: {c: {uses: acme/shared/.github/workflows/s.yml@v1}}",
        others={"acme/shared": {".github/workflows/s.yml": shared}},
    )

    assert trial.run().conclusion is SUCCESS
    assert "acme/app" in trial.log("c / a")
    assert str(trial.plane.opened[0].callee) == "acme/shared/.github/workflows/s.yml@v1"


def test_an_environment_lets_in_or_refuses_before_secrets_are_given(tmp_path: Path) -> None:
    asked: list[str] = []

    def admit(job: JobFacts, cancellation: Cancellation) -> Admission:
        asked.append(f"{job.environment}:{len(trial.plane.opened)}")
        return Admission(admitted=job.environment == "dev", reason="mona rejected it")

    trial = Trial(
        tmp_path,
        """
        on: push
        jobs:
          dev: {runs-on: x, environment: {name: dev, url: "https://${{ vars.HOST }}"}, steps: [{run: echo in}]}
          prod: {needs: dev, runs-on: x, environment: prod, steps: [{run: echo never}]}
        """,
        environments={"dev": admit, "prod": admit},
        material={"dev": Material(variables={"HOST": "dev.example.com"})},
    )

    assert trial.run().conclusion is FAILURE
    assert asked == ["dev:0", "prod:1"]
    assert trial.jobs() == {"dev": SUCCESS, "prod": FAILURE}
    assert trial.message("prod") == "mona rejected it"
    assert [each.key for each in trial.plane.opened] == ["dev"] == [each.key for each in trial.plane.closed]
    urls = [each.environment_url for each in trial.plane.events if isinstance(each, JobChanged) and each.conclusion]
    assert urls == ["https://dev.example.com", ""]


TOKENS = """
on: pull_request
permissions: {contents: write, id-token: write}
jobs: {a: {runs-on: x, steps: [{run: 'echo "[$ACTIONS_ID_TOKEN_REQUEST_URL]"; echo "[${{ secrets.S }}]"'}]}}
"""


def test_a_fork_gets_no_identity_no_secret_and_no_write_permission(tmp_path: Path) -> None:
    plane = {
        "identity": IdentityRequest("http://127.0.0.1/idtoken", "request-token"),
        "material": {None: Material(secrets={"S": "a-secret"})},
    }
    own, fork = (Trial(tmp_path / name, TOKENS, **plane) for name in ("own", "fork"))

    own.run()
    fork.run(event_name="pull_request", ref="refs/pull/1/merge", from_fork=True)

    assert own.log("a")[-2:] == ["[http://127.0.0.1/idtoken]", "[***]"]
    assert fork.log("a")[-2:] == ["[]", "[]"]
    assert own.plane.opened[0].permissions == {"contents": "write", "id-token": "write"}
    assert fork.plane.opened[0].permissions == {"contents": "read"}


def test_cancelling_interrupts_the_step_and_still_cleans_up(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        on: push
        jobs:
          a:
            runs-on: x
            steps:
              - {name: long, run: 'echo started; sleep 60'}
              - {name: plain, run: echo no}
              - {name: cleaning, if: always(), run: echo cleaned}
              - {name: told, if: cancelled(), run: 'echo "${{ job.status }}"'}
          b: {needs: a, runs-on: x, steps: [{run: echo no}]}
          c: {needs: a, if: always(), runs-on: x, steps: [{run: echo cleaned}]}
        """,
    )
    handle = trial.engine.start(request())
    wait_for_line(trial, "started")

    handle.cancel("mona cancelled it")
    result = handle.wait(30)

    assert result is not None
    assert result.conclusion is CANCELLED
    assert trial.jobs() == {"a": CANCELLED, "b": CANCELLED, "c": SUCCESS}
    assert {"cleaned", "cancelled"} <= set(trial.log("a"))
    assert trial.steps("a")["plain"] is SKIPPED
    assert not list((tmp_path / "runner").iterdir())


def test_cancelling_a_job_that_waits_for_its_environment_ends_it(tmp_path: Path) -> None:
    waiting = threading.Event()

    def admit(job: JobFacts, cancellation: Cancellation) -> Admission:
        waiting.set()
        cancellation.wait(30)
        return Admission(admitted=True)  # too late: it does not count

    trial = Trial(
        tmp_path,
        "on: push\njobs: {a: {runs-on: x, environment: prod, steps: [{run: echo no}]}}",
        environments={"prod": admit},
    )
    handle = trial.engine.start(request())
    assert waiting.wait(30)

    handle.cancel("mona cancelled it")
    result = handle.wait(30)

    assert result is not None
    assert result.conclusion is CANCELLED
    assert not trial.plane.opened


def test_a_step_and_a_job_that_take_too_long_are_ended(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        on: push
        jobs:
          step: {runs-on: x, steps: [{run: sleep 60, timeout-minutes: 0.002}]}
          job: {runs-on: x, timeout-minutes: 0.002, steps: [{run: sleep 60}]}
          stubborn: {runs-on: x, steps: [{run: 'trap "" INT TERM; sleep 60 & sleep 60', timeout-minutes: 0.002}]}
        """,
    )

    trial.run()

    assert trial.jobs() == {"step": FAILURE, "job": CANCELLED, "stubborn": FAILURE}
    assert "has timed out" in " ".join(trial.errors())
    assert "exceeded the maximum execution time" in trial.message("job")


def test_of_a_matrix_no_more_run_at_a_time_than_it_says(tmp_path: Path) -> None:
    mark = tmp_path / "inside"
    workflow = """
        on: push
        jobs:
          a:
            runs-on: x
            strategy: {{fail-fast: false, max-parallel: {most}, matrix: {{n: [1, 2, 3]}}}}
            steps: [{{run: 'mkdir {mark} && {then}'}}]
        """
    one = Trial(tmp_path / "1", workflow.format(most=1, mark=mark, then=f"sleep 0.1 && rmdir {mark}"))
    all_of_them = Trial(tmp_path / "3", workflow.format(most=3, mark=mark, then="true"))
    unbounded = Trial(tmp_path / "e", workflow.format(most="\"${{ fromJSON('1e999') }}\"", mark=mark, then="true"))

    assert one.run().conclusion is SUCCESS
    assert sorted(each.result for each in all_of_them.run().jobs.values()) == [FAILURE, FAILURE, SUCCESS]
    assert len(unbounded.run().jobs) == 3


def test_a_failure_that_a_combination_may_have_cancels_no_other(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        on: push
        jobs:
          a:
            runs-on: x
            continue-on-error: ${{ matrix.n == 1 }}
            strategy: {max-parallel: 1, matrix: {n: [1, 2]}}
            steps: [{run: 'test ${{ matrix.n }} = 2'}]
        """,
    )

    assert trial.run().conclusion is SUCCESS
    assert trial.jobs() == {"a (1)": FAILURE, "a (2)": SUCCESS}


def test_jobs_have_the_defaults_of_their_workflow_where_they_have_none_of_their_own(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        on: push
        defaults: {run: {shell: "bash -c 'echo of-the-workflow; . {0}' {0}", working-directory: /}}
        jobs:
          a: {runs-on: x, steps: [{run: pwd}]}
          b:
            runs-on: x
            defaults: {run: {shell: bash, working-directory: "${{ env.WHERE }}"}}
            env: {WHERE: /usr}
            steps: [{run: 'pwd; false | true; echo no'}]
          c: {runs-on: x, defaults: {run: {shell: bash}}, steps: [{run: pwd, working-directory: /usr}]}
        """,
    )

    trial.run()

    assert trial.log("a")[-2:] == ["of-the-workflow", "/"]
    assert "/usr" in trial.log("b")
    assert "no" not in trial.log("b")
    assert trial.log("c")[-1] == "/usr"


@pytest.mark.parametrize("label", ["windows-latest", "macos-15"])
def test_a_job_for_another_system_fails_before_anybody_is_asked(
    tmp_path: Path, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")

    def admit(job: JobFacts, cancellation: Cancellation) -> Admission:
        pytest.fail("nobody is asked")

    job = f"{{runs-on: {label}, environment: prod, steps: [{{run: echo no}}]}}"
    trial = Trial(tmp_path, f"on: push\njobs: {{a: {job}}}", environments={"prod": admit})

    assert trial.run().conclusion is FAILURE
    assert f"runs-on is {label}" in trial.message("a")


def test_jobs_that_are_done_are_not_run_again(tmp_path: Path) -> None:
    trial = Trial(
        tmp_path,
        """
        on: push
        jobs:
          a: {runs-on: x, outputs: {o: x}, steps: [{run: exit 1}]}
          b: {needs: a, runs-on: x, steps: [{run: 'echo "${{ needs.a.outputs.o }} ${{ github.run_attempt }}"'}]}
        """,
    )

    result = trial.run(run_attempt=2, finished={"a": FinishedJob("success", {"o": "kept"})})

    assert result.conclusion is SUCCESS
    assert "kept 2" in trial.log("b")


@pytest.mark.parametrize(
    ("workflow", "problem"),
    [
        ("on: push\njobs: {a: {runs-on: x, steps: [{what: y}]}}", "line 2"),
        ("on: push\nconcurrency: '${{ github.nothing(1) }}'\njobs: {a: {runs-on: x, steps: [{run: y}]}}", "Unexpected"),
    ],
)
def test_a_file_that_cannot_run_ends_the_run_at_its_start(tmp_path: Path, workflow: str, problem: str) -> None:
    trial = Trial(tmp_path, workflow)

    result = trial.run()

    assert result.conclusion is Conclusion.STARTUP_FAILURE
    assert problem in result.message
    assert trial.run_events()[-1].conclusion is Conclusion.STARTUP_FAILURE


def test_a_control_plane_that_fails_fails_the_job_and_nothing_hangs(tmp_path: Path) -> None:
    trial = Trial(tmp_path, "on: push\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}")

    def broken(job: JobFacts) -> Material:
        raise RuntimeError("disk full")

    trial.plane.material = broken  # type: ignore[method-assign]

    assert trial.run().conclusion is FAILURE
    assert "disk full" in trial.message("a")


def test_a_control_plane_that_fails_while_a_workflow_is_called_leaves_no_run_without_end(tmp_path: Path) -> None:
    called = "on: workflow_call\njobs: {b: {runs-on: x, steps: [{run: 'true'}]}}"
    trial = Trial(
        tmp_path,
        "on: push\njobs: {c: {uses: ./.github/workflows/c.yml, secrets: {s: x}}}",
        {".github/workflows/c.yml": called.replace("workflow_call", "{workflow_call: {secrets: {s: {}}}}")},
    )

    def broken(job: JobFacts) -> Material:
        raise RuntimeError("disk full")

    trial.plane.material = broken  # type: ignore[method-assign]
    result = trial.engine.start(request()).wait(30)

    assert result is not None
    assert result.conclusion is FAILURE
    assert "disk full" in trial.message("c")
