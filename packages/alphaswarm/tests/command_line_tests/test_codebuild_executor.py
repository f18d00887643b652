"""`--executor codebuild` as a person sees it: real builds of a local cloud, and what can go wrong with one."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from alphaswarm_local.builds.client import set_build_quota

from .command_line import Ended, wait_until
from .deploy_builds import CALLER_ACTIONS, LEDGER_ADDRESS, Site, git, site

pytestmark = pytest.mark.xdist_group("codebuild-executor")

REPOSITORY = Path(__file__).parents[4]
UP = ("deploy", "up", "--env", "dev", "--executor", "codebuild", "--yes")
RUN = "0193a6b2-0000-7000-8000-000000000000"
DONE = f"ALPHASWARM_EXIT_CODE=0 ALPHASWARM_RUN_STATUS=completed ALPHASWARM_RUN_ID={RUN}"


@pytest.fixture(scope="module")
def deploying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site") / "project") as made:
        yield made


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """Appears when the build has come to its slow command; holds the process of the build."""
    return tmp_path / "worker"


def slow(marker: Path, until: Path | str = "/nonexistent") -> tuple[str, ...]:
    return (
        "echo began",
        f"echo $PPID > {marker}.part && mv {marker}.part {marker}",
        f"until test -e {until}; do sleep 0.05; done",
    )


def error_of(ended: Ended) -> tuple[int, str]:
    return ended.code, ended.error["code"]


def test_build_is_followed_to_its_result(deploying: Site) -> None:
    commit = git(deploying.root, "rev-parse", "HEAD")
    shown = 'echo "does $ALPHASWARM_ACTION in $ALPHASWARM_ENVIRONMENT at $(git rev-parse HEAD)"'
    deploying.builds_do(shown, "printf 'a \\033[2J b\\n'", 'echo "$ALPHASWARM_LEDGER_URL"', told=DONE)

    ended = deploying.line.succeed(*UP, "--json")

    document = ended.document
    assert document["schema"] == "alphaswarm/build/v1"
    assert (document["run_id"], document["run_status"], document["commit"]) == (RUN, "completed", commit)
    assert f"does up in dev at {commit}" in ended.err
    for phase in ("[download source]", "[build]"):
        assert phase in ended.err
    assert "a [2J b" not in ended.err
    assert "\033" not in ended.err  # nothing in a log steers the terminal of who follows it
    assert LEDGER_ADDRESS not in ended.err
    (build, *_) = deploying.builds()
    assert build["initiator"].startswith("aqp-gha-apply/")
    assert build["sourceVersion"] == commit


def test_project_that_is_not_there_is_named_with_who_makes_it(deploying: Site) -> None:
    codebuild = deploying.client("codebuild")
    (held,) = codebuild.batch_get_projects(names=["example-deploy-dev"])["projects"]
    codebuild.delete_project(name="example-deploy-dev")
    try:
        ended = deploying.line.run(*UP, "--json")
    finally:
        known = ("name", "source", "artifacts", "environment", "serviceRole", "vpcConfig")
        codebuild.create_project(**{name: held[name] for name in known})

    assert error_of(ended) == (5, "AS-EXE-003")
    assert "There is no build project example-deploy-dev" in ended.error["what"]
    assert "infrastructure/envs/dev" in ended.error["fix"]


def test_nothing_is_started_when_the_account_may_run_no_builds(deploying: Site) -> None:
    before = len(deploying.builds())
    set_build_quota(deploying.address, "dev", "Linux/Small", 0)
    try:
        ended = deploying.line.run(*UP, "--json")
    finally:
        set_build_quota(deploying.address, "dev", "Linux/Small", 5)

    assert error_of(ended) == (5, "AS-EXE-004")
    assert "Service Quotas" in ended.error["fix"]
    assert len(deploying.builds()) == before


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--commit", "0" * 40), "the repository does not have it"),
        (("--commit", "main"), "a branch, tag or short id may mean another one later"),
    ],
)
def test_commit_that_no_build_can_get_is_refused_before(deploying: Site, words: tuple[str, ...], why: str) -> None:
    before = len(deploying.builds())

    ended = deploying.line.run(*UP, *words, "--json")

    assert error_of(ended) == (2, "AS-EXE-002")
    assert why in ended.error["why"]
    assert len(deploying.builds()) == before


def test_commit_that_only_the_build_finds_missing_fails_it(deploying: Site) -> None:
    """A workflow job's commit is GitHub's word; what GitHub does not have, the build cannot get."""
    deploying.builds_do("true", told=DONE)

    ended = deploying.line.run(*UP, "--commit", "0" * 40, "--json", env={"GITHUB_ACTIONS": "true"})

    assert error_of(ended) == (1, "AS-EXE-007")
    assert "failed in DOWNLOAD_SOURCE" in ended.error["what"]
    assert "object not found" in ended.error["why"]


@pytest.mark.parametrize(
    ("denied", "words"), [("codebuild:StartBuild", "start a build"), ("codebuild:BatchGetBuilds", "look at the build")]
)
def test_caller_that_may_not_is_told_which_role_to_assume(deploying: Site, denied: str, words: str) -> None:
    deploying.builds_do("true", told=DONE)
    deploying.let_caller([each for each in CALLER_ACTIONS if each != denied])
    try:
        ended = deploying.line.run(*UP, "--json")
    finally:
        deploying.let_caller([*CALLER_ACTIONS])

    assert error_of(ended) == (3, "AS-EXE-006")
    assert words in ended.error["what"]
    assert denied in ended.error["why"]
    assert "apply role" in ended.error["fix"]


@pytest.mark.parametrize(
    ("told", "code", "error"),
    [
        ("ALPHASWARM_EXIT_CODE=3 ALPHASWARM_ERROR_CODE=AS-GATE-004", 3, "AS-EXE-008"),
        ("ALPHASWARM_EXIT_CODE=4 ALPHASWARM_ERROR_CODE=AS-GATE-001", 4, "AS-EXE-009"),
        ("ALPHASWARM_EXIT_CODE=5 ALPHASWARM_ERROR_CODE=AS-LED-002", 5, "AS-EXE-010"),
        ("NOTHING=1", 1, "AS-EXE-007"),  # a build that ends well and does not say what it did is no success
    ],
)
def test_exit_code_is_that_of_what_ran_inside(deploying: Site, told: str, code: int, error: str) -> None:
    deploying.builds_do("echo last-words", told=told)

    ended = deploying.line.run(*UP, "--json")

    assert error_of(ended) == (code, error)
    assert "last-words" in ended.error["why"]
    inner = told.partition("ERROR_CODE=")[2]
    assert f"[{inner}]" in ended.error["what"] or not inner


def test_build_whose_process_is_killed_is_a_breakdown_and_leaves_nothing(deploying: Site, marker: Path) -> None:
    deploying.builds_do(*slow(marker), told=DONE)
    with deploying.line.started(*UP, "--json") as call:
        wait_until(marker.exists, "the build's command has begun")
        os.kill(int(marker.read_text()), signal.SIGKILL)
        ended = call.end()

    assert error_of(ended) == (5, "AS-EXE-010")
    assert "broke down" in ended.error["what"]
    assert deploying.builds()[0]["buildStatus"] == "FAULT"


def test_build_is_followed_on_when_its_log_is_cut(deploying: Site, marker: Path) -> None:
    release = marker.with_name("release")
    deploying.builds_do(*slow(marker, release), "echo went-on", told=DONE)
    with deploying.line.started(*UP, "--json") as call:
        wait_until(marker.exists, "the build's command has begun")
        deploying.client("logs").delete_log_group(logGroupName="/aws/codebuild/example-deploy-dev")
        release.touch()
        ended = call.end()

    assert ended.code == 0, ended.err
    assert ended.document["run_id"] == RUN


def test_ctrl_c_stops_the_build(deploying: Site, marker: Path) -> None:
    deploying.builds_do(*slow(marker), told=DONE)
    with deploying.line.started(*UP, "--json") as call:
        wait_until(marker.exists, "the build's command has begun")
        call.signal(signal.SIGINT)
        ended = call.end()

    assert error_of(ended) == (130, "AS-EXE-012")
    assert "Ctrl-C again leaves it" in ended.err
    assert "runs list" in ended.error["fix"]
    assert deploying.builds()[0]["buildStatus"] == "STOPPED"


def test_second_ctrl_c_leaves_the_build_and_says_where_it_is(deploying: Site, marker: Path) -> None:
    deploying.builds_do(*slow(marker), told=DONE)
    with deploying.line.started(*UP, "--json") as call:
        wait_until(marker.exists, "the build's command has begun")
        worker = int(marker.read_text())
        os.kill(worker, signal.SIGSTOP)  # it does not end at once when it is asked to stop
        call.signal(signal.SIGTERM)
        call.signal(signal.SIGINT)
        ended = call.end()

    build = deploying.builds()[0]
    assert error_of(ended) == (130, "AS-EXE-012")
    assert "was asked to stop, and left" in ended.error["what"]
    assert f"--ids {build['id']}" in ended.error["fix"]
    assert build["buildStatus"] == "IN_PROGRESS"
    os.kill(worker, signal.SIGCONT)
    wait_until(lambda: deploying.builds()[0]["buildStatus"] == "STOPPED", "the build has stopped")


@pytest.mark.parametrize("words", [("--break-glass", "because"), ("--assume", "apply")])
def test_option_that_would_override_the_builds_gate_is_refused(deploying: Site, words: tuple[str, ...]) -> None:
    ended = deploying.line.run(*UP, *words, "--json")

    assert ended.code == 2
    assert f"{words[0]} does not go with --executor codebuild" in ended.error["what"]


def test_real_buildspec_runs_nothing_when_the_index_is_another(deploying: Site) -> None:
    """The domain that it names is not there: no packages, so nothing of ours runs, and nothing was changed."""
    root = deploying.root
    for name in ("packages/alphaswarm/src/alphaswarm/__init__.py", "requirements/deploy.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, root / name)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "packages")
    deploying.set_buildspec((REPOSITORY / "buildspecs/app-deploy.yml").read_text())

    ended = deploying.line.run(*UP, "--json")

    assert error_of(ended) == (1, "AS-EXE-007")
    assert "failed in INSTALL" in ended.error["what"]
    assert "codeartifact" in ended.error["why"].lower()
    assert not any(each["value"] for each in deploying.builds()[0]["exportedEnvironmentVariables"])
    assert not deploying.line.project.state().exists()
