"""Inside a build: who acts is what AWS says, the row is in PostgreSQL, and without it nothing is applied."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from example_project import Project

from alphaswarm_core.ledger.records import ActorKind, Run, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_local.databases.errors import NoDatabaseServerError
from alphaswarm_local.databases.server import Owner, RunningServer, start

from .build_double import ACCOUNT, BUILD_ARN, COMMIT, Double, build_double
from .command_line import CommandLine, Ended, engine_pids, make_quick, make_slow, wait_until
from .conftest import cannot_run

DATABASES = [f"example_dev_{number}" for number in range(16)]


def _start(*databases: str) -> RunningServer:
    try:
        return start({name: Owner(f"{name}_owner", "owner-of-dev") for name in databases})
    except NoDatabaseServerError as error:
        cannot_run(error.what)
        raise


@pytest.fixture(scope="module")
def shared_server() -> Iterator[RunningServer]:
    made = _start(*DATABASES)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def unused() -> list[str]:
    return list(DATABASES)


@pytest.fixture
def owner_url(shared_server: RunningServer, unused: list[str]) -> str:
    """The owner's address of a database that no other test has."""
    return shared_server.owner_url(unused.pop())


@pytest.fixture
def own_server() -> Iterator[RunningServer]:
    """A server that the test may stop."""
    made = _start("example_dev")
    yield made
    made.stop()


@pytest.fixture
def url(owner_url: str) -> str:
    return runtime_url(owner_url)


def runtime_url(owner_url: str) -> str:
    """The runtime's address of a ledger that is made for it."""
    Ledger.migrate(owner_url)
    Ledger.grant(owner_url)
    return Ledger.runtime_url(owner_url)


@pytest.fixture
def aws() -> Iterator[Double]:
    with build_double() as double:
        yield double


class Build:
    """One build's processes, in the source tree of a project."""

    def __init__(self, project: Project, aws: Double, url: str) -> None:
        self._line = CommandLine(project)
        self._aws, self._url = aws, url
        self.place = project.root.parent / "exports"
        (project.stack().parent / "backend.tf").write_text('locals {\n  bucket = "example-tfstate"\n}\n')

    def words(self) -> tuple[str, ...]:
        return ("deploy", "in-build", "--exports", str(self.place))

    def environment(self, action: str, **other: str) -> dict[str, str]:
        return {**self._aws.environment(action, self._url), **other}

    def run(self, action: str, **other: str) -> Ended:
        return self._line.run(*self.words(), env=self.environment(action, **other))

    def exported(self) -> Mapping[str, str]:
        lines = self.place.read_text().splitlines()
        return {
            name: value.strip("'") for name, _, value in (line.removeprefix("export ").partition("=") for line in lines)
        }

    def runs(self) -> list[Run]:
        with Ledger.open(self._url) as ledger:
            assert ledger.verify().ok
            return list(reversed(ledger.runs(limit=10)))


@pytest.fixture
def build(project: Project, aws: Double, url: str) -> Build:
    return Build(project, aws, url)


def test_build_applies_and_writes_the_row_itself(build: Build, project: Project, aws: Double) -> None:
    ended = build.run("up")

    assert ended.code == 0, ended.err
    planned, applied = build.runs()
    assert (applied.run_kind, applied.status) == (RunKind.apply, RunStatus.completed)
    assert applied.executor == "codebuild"
    assert applied.build_arn == BUILD_ARN
    assert applied.commit == COMMIT
    assert applied.target == "local"  # never taken for a deployment on AWS
    assert applied.role == f"arn:aws:iam::{ACCOUNT}:role/example-deploy-dev"
    assert str(applied.session_name).startswith("AWSCodeBuild-")
    assert applied.actor.kind is ActorKind.codebuild
    assert applied.actor.subject == "codebuild:aqp-gha-apply/42-1"  # what AWS says, not CODEBUILD_INITIATOR
    told = build.exported()
    assert told["ALPHASWARM_RUN_ID"] == applied.id
    assert told["ALPHASWARM_RUN_STATUS"] == "completed"
    assert told["ALPHASWARM_PLAN_DIGEST"] == planned.plan_digest
    assert told["ALPHASWARM_EXIT_CODE"] == "0"
    assert aws.keys_seen == {"ASIABUILD"}  # the bootstrap keys of a local cloud are not even read


def test_plan_of_one_build_is_applied_by_another_once(build: Build, project: Project, aws: Double) -> None:
    assert build.run("plan").code == 0
    plan_run = build.exported()["ALPHASWARM_RUN_ID"]
    assert [*aws.objects] == [f"/example-tfstate/plans/{plan_run}"]
    (project.home / "runs" / plan_run / "plan.tfplan").unlink()  # that build's files are gone

    assert build.run("apply", ALPHASWARM_PLAN_RUN=plan_run).code == 0

    assert [run.status for run in build.runs()] == [RunStatus.completed, RunStatus.completed]
    assert aws.objects == {}
    assert build.run("apply", ALPHASWARM_PLAN_RUN=plan_run).code != 0


def test_plan_that_was_exchanged_on_its_way_is_refused(build: Build, project: Project, aws: Double) -> None:
    build.run("plan")
    plan_run = build.exported()["ALPHASWARM_RUN_ID"]
    (key,) = aws.objects
    aws.objects[key] += b"x"

    ended = build.run("apply", ALPHASWARM_PLAN_RUN=plan_run)

    assert ended.code == 3
    assert build.exported()["ALPHASWARM_EXIT_CODE"] == "3"
    assert not project.state().exists()


NO_SUCH_BUILD: tuple[dict[str, Any], ...] = (
    {"build": {"serviceRole": f"arn:aws:iam::{ACCOUNT}:role/another"}},
    {"build": {"id": "another-project:0f0e0d0c-1111-2222-3333-444455556666"}},
    {"build": {"buildStatus": "SUCCEEDED", "buildComplete": True}},
    {"caller": f"arn:aws:sts::{ACCOUNT}:assumed-role/example-deploy-dev/ann"},
    {"caller": f"arn:aws:iam::{ACCOUNT}:user/ann"},
    {"caller": "arn:aws:sts::999999999999:assumed-role/example-deploy-dev/AWSCodeBuild-1"},
    {"environment": {"ALPHASWARM_EVIDENCE": "aaaa.bbbb.cccc"}},
    {"environment": {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s"}},
    {"environment": {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "guessed"}},
    {"environment": {"ALPHASWARM_ACTION": "up; id"}},
    {"environment": {"ALPHASWARM_LEDGER_URL": "sqlite:///ledger.db"}},
    {"environment": {"ALPHASWARM_ENVIRONMENT": "staging"}},
    {"environment": {"CODEBUILD_BUILD_ID": ""}},
)


def test_what_is_no_build_of_that_project_changes_nothing(build: Build, project: Project, aws: Double) -> None:
    known = (dict(aws.build), aws.caller)
    for changes in NO_SUCH_BUILD:
        aws.build, aws.caller = {**known[0], **changes.get("build", {})}, changes.get("caller", known[1])

        ended = build.run("up", **changes.get("environment", {}))

        assert ended.code != 0, changes
        assert build.exported()["ALPHASWARM_EXIT_CODE"] == str(ended.code)
        assert not project.state().exists()
    assert build.runs() == []


def test_environment_with_approvals_is_not_changed_without_a_known_person(
    build: Build, project: Project, aws: Double
) -> None:
    aws.build["id"] = aws.build["id"].replace("-dev:", "-staging:")
    aws.build["serviceRole"] = "arn:aws:iam::222222222222:role/example-deploy-dev"
    aws.caller = aws.caller.replace(ACCOUNT, "222222222222")

    ended = build.run("plan", ALPHASWARM_ENVIRONMENT="staging", CODEBUILD_BUILD_ID=aws.build["id"])

    assert ended.code == 3
    assert "AS-EXE-014" in ended.err
    assert build.exported()["ALPHASWARM_ERROR_CODE"] == "AS-EXE-014"


def test_nothing_starts_when_the_database_is_down(aws: Double, own_server: RunningServer, project: Project) -> None:
    build = Build(project, aws, own_server.owner_url("example_dev"))
    own_server.stop()

    ended = build.run("up")

    assert ended.code == 5
    told = build.exported()
    assert told["ALPHASWARM_EXIT_CODE"] == "5"
    assert told["ALPHASWARM_ERROR_CODE"].startswith("AS-LED-")
    assert told["ALPHASWARM_RUN_ID"] == ""
    assert not project.state().exists()


def test_nothing_starts_when_the_password_is_not_valid_any_more(build: Build, owner_url: str, project: Project) -> None:
    Ledger.runtime_url(owner_url)  # a new one was given

    ended = build.run("up")

    assert ended.code == 5
    assert not project.state().exists()


def test_apply_is_stopped_cleanly_when_the_database_goes_down_meanwhile(
    aws: Double, own_server: RunningServer, project: Project
) -> None:
    build = Build(project, aws, runtime_url(own_server.owner_url("example_dev")))
    marker = make_slow(project)
    with CommandLine(project).started(*build.words(), env=build.environment("up")) as call:
        wait_until(marker.exists, "the apply has begun")
        own_server.stop()
        ended = call.end(seconds=60)

    assert ended.code == 5, ended.err
    assert build.exported()["ALPHASWARM_EXIT_CODE"] == "5"
    assert engine_pids(project) == []
    assert "quick" in project.state().read_text()  # what was in flight is in the state


def test_connection_that_is_cut_meanwhile_is_made_anew_and_nothing_is_lost(
    build: Build, url: str, project: Project
) -> None:
    marker = make_slow(project, seconds=2)
    with CommandLine(project).started(*build.words(), env=build.environment("up")) as call:
        wait_until(marker.exists, "the apply has begun")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user "
                "AND pid != pg_backend_pid()"
            )
        ended = call.end(seconds=60)

    assert ended.code == 0, ended.err
    assert [run.status for run in build.runs()] == [RunStatus.completed, RunStatus.completed]


def test_next_build_calls_the_interrupted_run_so_and_goes_on(build: Build, project: Project) -> None:
    marker = make_slow(project)
    with CommandLine(project).started(*build.words(), env=build.environment("up")) as call:
        wait_until(marker.exists, "the apply has begun")
        call.process.kill()
    make_quick(project)

    assert build.run("up").code == 0

    statuses = [run.status for run in build.runs()]
    assert statuses[:2] == [RunStatus.interrupted, RunStatus.interrupted]
    assert statuses[-1] is RunStatus.completed


def test_exports_are_written_for_their_owner_alone(build: Build) -> None:
    build.run("up")

    assert not Path(build.place).stat().st_mode & 0o077
