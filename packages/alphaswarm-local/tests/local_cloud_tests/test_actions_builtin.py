"""The built-in actions: each does its work, and refuses what it must."""

import http.server
import json
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local.actions.builtin.versions import satisfies
from alphaswarm_local.actions.errors import InputRefusedError
from alphaswarm_local.actions.globs import matching_files, read_patterns
from alphaswarm_local.actions.seam.control_plane import GitSource, IdentityRequest
from alphaswarm_local.actions.seam.events import Conclusion
from alphaswarm_local.github.client import register_job

from .actions.runs import Trial, job
from .conftest import required_tool
from .roles import FILE, REPOSITORY, RoleOf, allow, document

SUCCESS, FAILURE = Conclusion.SUCCESS, Conclusion.FAILURE


@pytest.fixture
def origin(tmp_path: Path) -> tuple[Path, list[str]]:
    """A git repository with two commits on main and one on a branch, and their hashes."""
    required_tool("git")
    place = tmp_path / "origin"
    place.mkdir()

    def git(*words: str) -> str:
        who = ["-c", "user.name=mona", "-c", "user.email=mona@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *who, *words], cwd=place, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q", "-b", "main")
    git("config", "uploadpack.allowAnySHA1InWant", "true")
    commits = []
    for branch, text in (("main", "one"), ("main", "two"), ("feature", "three")):
        git("checkout", "-q", "-B", branch)
        (place / "file").write_text(text)
        git("add", "file")
        git("commit", "-q", "-m", text)
        commits.append(git("rev-parse", "HEAD"))
    git("tag", "v1", commits[0])
    return place, commits


def test_checkout_takes_the_runs_commit_or_the_ref_that_is_asked_for(
    tmp_path: Path, origin: tuple[Path, list[str]]
) -> None:
    place, commits = origin
    steps = f"""
- {{id: c, uses: actions/checkout@{"d" * 40}}}
- {{run: 'echo "file $(cat file), ${{{{ steps.c.outputs.commit }}}}, $(git rev-parse --is-shallow-repository)"'}}
- {{uses: actions/checkout@v4, with: {{ref: feature, path: other, fetch-depth: 0}}}}
- {{run: 'echo "other $(cat other/file) $(git -C other rev-list --count HEAD)"'}}
- {{uses: actions/checkout@v4, with: {{ref: refs/tags/v1, path: tagged}}}}
- {{run: 'echo "tagged $(cat tagged/file)"'}}
"""
    trial = Trial(tmp_path, job(steps), git={"acme/app": GitSource(str(place))})

    assert trial.run(sha=commits[1]).conclusion is SUCCESS
    assert {f"file two, {commits[1]}, true", "other three 3", "tagged one"} <= set(trial.log("a"))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("with: {repository: acme/absent}", "Not Found: acme/absent"),
        ("with: {path: ../../elsewhere}", "is not under"),
        ("with: {submodules: true}", "does not do the input(s) submodules"),
        ("with: {fetch-depth: many}", "has to be a number"),
        ("with: {ref: nothing}", "exit code"),
    ],
)
def test_checkout_refuses_what_is_not_there(
    tmp_path: Path, origin: tuple[Path, list[str]], words: str, problem: str
) -> None:
    place, commits = origin
    trial = Trial(tmp_path, job(f"- {{uses: actions/checkout@v4, {words}}}"), git={"acme/app": GitSource(str(place))})

    assert trial.run(sha=commits[1]).conclusion is FAILURE
    assert any(problem in each for each in trial.errors())


def test_checkout_refuses_a_pull_requests_code_where_it_would_meet_secrets(
    tmp_path: Path, origin: tuple[Path, list[str]]
) -> None:
    place, commits = origin
    plane = {"git": {"acme/app": GitSource(str(place))}}
    wanted = "ref: '${{ github.event.pull_request.head.sha }}'"
    event = {"pull_request": {"head": {"sha": commits[2], "ref": "feature"}}}
    refused = Trial(tmp_path, job(f"- {{uses: actions/checkout@v7, with: {{{wanted}}}}}"), **plane)
    allowed = Trial(
        tmp_path, job(f"- {{uses: actions/checkout@v7, with: {{{wanted}, allow-unsafe-pr-checkout: true}}}}"), **plane
    )

    assert refused.run(sha=commits[1], event_name="pull_request_target", event=event).conclusion is FAILURE
    assert any("Refusing to check out" in each for each in refused.errors())
    assert allowed.run(sha=commits[1], event_name="pull_request_target", event=event).conclusion is SUCCESS


class GitFiles(http.server.SimpleHTTPRequestHandler):
    """A repository as files, which git reads too; asks for authorization and keeps what it was shown."""

    shown: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        self.shown.append(self.headers.get("Authorization"))
        if self.headers.get("Authorization") is None:
            self.send_error(401)
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_checkout_shows_its_token_to_its_server_alone_and_for_the_job_only(
    tmp_path: Path, origin: tuple[Path, list[str]]
) -> None:
    place, _ = origin
    subprocess.run(["git", "update-server-info"], cwd=place, check=True)
    handler = partial(GitFiles, directory=str(place / ".git"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}"
    steps = f"""
- {{uses: actions/checkout@v4, with: {{ref: refs/heads/main, fetch-depth: 0}}}}
- {{run: git fetch origin && cp .git/config "$RUNNER_TEMP/kept"}}
- {{run: 'git ls-remote http://localhost:{server.server_port}/ && exit 1 || echo not shown elsewhere'}}
- {{uses: actions/checkout@v4, with: {{ref: refs/heads/main, fetch-depth: 0, path: bare, persist-credentials: false}}}}
- {{run: 'grep -c AUTHORIZATION "$RUNNER_TEMP/kept"; echo "bare $(grep -c AUTHORIZATION bare/.git/config)"'}}
- {{uses: actions/checkout@v4, with: {{ref: refs/heads/main, fetch-depth: 0}}}}
"""
    trial = Trial(tmp_path, job(steps), git={"acme/app": GitSource(here, "basic c2VjcmV0LXRva2Vu")})

    try:
        assert trial.run().conclusion is SUCCESS, trial.errors()
    finally:
        server.shutdown()
        server.server_close()
    assert {"not shown elsewhere", "1", "bare 0"} <= set(trial.log("a"))
    assert set(GitFiles.shown) == {None, "basic c2VjcmV0LXRva2Vu"}
    assert trial.steps("a")["Post Run actions/checkout@v4"] is SUCCESS
    assert not any("c2VjcmV0LXRva2Vu" in line for line in trial.plane.log())


def test_a_checkout_whose_directory_is_gone_at_the_end_of_the_job_is_no_failure(
    tmp_path: Path, origin: tuple[Path, list[str]]
) -> None:
    place, commits = origin
    steps = """
- {uses: actions/checkout@v4}
- {uses: actions/checkout@v4}
- {uses: actions/checkout@v4, with: {clean: false, ref: feature}}
- {run: 'cat file; rm -rf .git'}
"""
    trial = Trial(tmp_path, job(steps), git={"acme/app": GitSource(str(place), "basic eA==")})

    assert trial.run(sha=commits[1]).conclusion is SUCCESS, trial.errors()
    assert "three" in trial.log("a")


UPLOADING = """
- run: mkdir -p out/deep; echo 1 > out/a.txt; echo 2 > out/deep/b.txt; echo 3 > out/deep/c.log; echo 4 > out/.hidden
- id: up
  uses: actions/upload-artifact@v4
  with: {name: plan, path: "out\\n!**/*.log", retention-days: 1}
- run: echo "digest ${{ steps.up.outputs.artifact-digest }} of ${{ steps.up.outputs.artifact-id }}"
- {uses: actions/download-artifact@v4, with: {name: plan, path: got}}
- run: find got -type f | sort
- {uses: actions/upload-artifact@v4, with: {name: single, path: out/a.txt}}
- {uses: actions/download-artifact@v4, with: {path: all}}
- run: find all -type f | sort
- {uses: actions/download-artifact@v4, with: {name: single, path: "${{ runner.temp }}/aside"}}
- run: cat "$RUNNER_TEMP/aside/a.txt" | sed 's/^/aside /'
"""


def test_artifacts_come_back_as_they_were_stored(tmp_path: Path) -> None:
    trial = Trial(tmp_path, job(UPLOADING))

    assert trial.run().conclusion is SUCCESS
    log = trial.log("a")
    assert [line for line in log if line.startswith("got/")] == ["got/a.txt", "got/deep/b.txt"]
    assert [line for line in log if line.startswith("all/")] == [
        "all/plan/a.txt",
        "all/plan/deep/b.txt",
        "all/single/a.txt",
    ]
    assert "aside 1" in log
    assert any(line.startswith("digest ") and line.endswith(" of 1") and len(line) == 76 for line in log)


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ("- {uses: actions/upload-artifact@v4, with: {path: none, if-no-files-found: error}}", "No files were found"),
        ("- {uses: actions/upload-artifact@v4}", "needs the input(s) path"),
        ("- {uses: actions/upload-artifact@v4, with: {name: a/b, path: x}}", "not valid"),
        ("- {uses: actions/upload-artifact@v4, with: {path: /etc}}", "outside the job's directories"),
        ("- {uses: actions/download-artifact@v4, with: {name: none}}", "Artifact not found"),
        ("- {uses: actions/download-artifact@v4, with: {path: /etc}}", "is not under"),
        (
            "- {run: echo > f}\n" + "- {uses: actions/upload-artifact@v4, with: {path: f}}\n" * 2,
            "exists already in this run",
        ),
    ],
)
def test_artifacts_are_refused_as_on_github(tmp_path: Path, steps: str, problem: str) -> None:
    trial = Trial(tmp_path, job(steps))

    assert trial.run().conclusion is FAILURE
    assert any(problem in each for each in trial.errors())


def test_setup_python_gives_the_job_an_interpreter_of_its_own(tmp_path: Path) -> None:
    steps = """
- {id: p, uses: actions/setup-python@v5, with: {python-version: "3.x", cache: pip}}
- {run: 'python -c "import sys; print(sys.prefix == \\"$pythonLocation\\", sys.prefix.endswith(\\"4\\"))"'}
- {shell: python, run: 'import sys; print("shell", sys.prefix != sys.base_prefix)'}
"""
    trial = Trial(tmp_path, job(steps))

    assert trial.run().conclusion is SUCCESS
    assert {"True True", "shell True"} <= set(trial.log("a"))


def test_a_version_that_is_not_here_fails_the_step_or_is_replaced_with_a_warning(tmp_path: Path) -> None:
    tool = tmp_path / "bin" / "terraform"
    tool.parent.mkdir()
    tool.write_text('#!/bin/sh\necho \'{"terraform_version": "1.11.4"}\'\n')
    tool.chmod(0o755)
    wish = job("- {uses: hashicorp/setup-terraform@v3, with: {terraform_version: '1.12.0'}}")
    path = {"path": f"{tool.parent}:/usr/bin:/bin"}
    fitting = Trial(tmp_path, wish.replace("1.12.0", "~> 1.10"), settings=path)
    strict = Trial(tmp_path, wish, settings=path)
    lenient = Trial(tmp_path, wish, settings={**path, "other_tool_versions": True})
    absent = Trial(tmp_path, wish, settings={"path": "/nowhere"})

    assert fitting.run().conclusion is SUCCESS
    assert strict.run().conclusion is FAILURE
    assert any("1.12.0 is asked for, and this machine has 1.11.4" in each for each in strict.errors())
    assert lenient.run().conclusion is SUCCESS
    assert any("which is taken" in each for each in lenient.errors())
    assert absent.run().conclusion is FAILURE
    assert any("no Terraform on this machine" in each for each in absent.errors())


def test_a_python_that_is_not_here_fails_the_step(tmp_path: Path) -> None:
    trial = Trial(tmp_path, job("- {uses: actions/setup-python@v5, with: {python-version: '2.1'}}"))

    assert trial.run().conclusion is FAILURE
    assert any("Python 2.1 is not on this machine" in each for each in trial.errors())


@pytest.mark.parametrize(
    ("have", "wish", "fits"),
    [
        ("3.11.4", "3.11", True),
        ("3.11.4", "3.1", False),
        ("3.11.4", "3.x", True),
        ("3.11.4", ">=3.10 <3.12", True),
        ("1.15.5", "~> 1.10", True),
        ("2.0.0", "~> 1.10", False),
        ("1.11.4", "<1.11.4", False),
        ("1.11.4", "latest", True),
        ("1.11.4", "<= 1.11", True),
    ],
)
def test_versions_are_compared_by_numbers(have: str, wish: str, fits: bool) -> None:
    assert satisfies(have, wish) is fits


def test_a_version_wish_that_nobody_can_read_is_refused() -> None:
    with pytest.raises(InputRefusedError):
        satisfies("1.0", "newest please")


def test_patterns_end_where_links_turn_back(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f").touch()
    (tmp_path / "a" / "loop").symlink_to(tmp_path)

    assert matching_files(read_patterns(tmp_path, ["**"]), follow=True) == [tmp_path / "a" / "f"]


class Tokens(http.server.BaseHTTPRequestHandler):
    """An OIDC endpoint that refuses."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.end_headers()
        self.wfile.write(json.dumps({"message": "unknown request token"}).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def refusing() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tokens)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/token?api-version=2.0"
    server.shutdown()
    server.server_close()


CREDENTIALS = "aws-actions/configure-aws-credentials@v5"
ROLE = "arn:aws:iam::111111111111:role/x"


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        ("aws-region: us-east-1", "needs the input(s) role-to-assume"),
        (f"aws-region: us-east-1, role-to-assume: {ROLE}, aws-access-key-id: AKIA", "does not do"),
        ("aws-region: us-east-1, role-to-assume: name", "not the ARN"),
        (f"aws-region: 'US East', role-to-assume: '{ROLE}'", "Region is not valid"),
        (f"aws-region: us-east-1, role-to-assume: '{ROLE}'", "the job has no OIDC token"),
        (f"aws-region: us-east-1, role-to-assume: '{ROLE}', role-chaining: true", "Credentials could not be loaded"),
    ],
)
def test_credentials_are_refused_without_a_token_or_with_keys(tmp_path: Path, inputs: str, problem: str) -> None:
    trial = Trial(
        tmp_path,
        job(f"- {{uses: {CREDENTIALS}, with: {{{inputs}}}}}"),
        environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
    )

    assert trial.run().conclusion is FAILURE
    assert any(problem in each for each in trial.errors()), trial.errors()


@pytest.mark.parametrize(
    ("endpoint", "problem"),
    [
        ("https://sts.amazonaws.com", "local cloud alone"),
        ("", "not set"),
        ("http://127.0.0.1:9", "unknown request token"),
    ],
)
def test_credentials_never_leave_the_machine(tmp_path: Path, refusing: str, endpoint: str, problem: str) -> None:
    address = refusing if endpoint.startswith("http://127") else "http://token.example.com/token?api-version=2.0"
    trial = Trial(
        tmp_path,
        "permissions: {id-token: write}\n"
        + job(f"- {{uses: {CREDENTIALS}, with: {{aws-region: us-east-1, role-to-assume: '{ROLE}'}}}}"),
        environment={"AWS_ENDPOINT_URL": endpoint},
        identity=IdentityRequest(refusing if "unknown" in problem else address, "secret"),
    )

    assert trial.run().conclusion is FAILURE
    assert any(problem in each or "local cloud alone" in each for each in trial.errors()), trial.errors()


def test_a_job_becomes_a_role_by_its_token_and_another_by_that(
    tmp_path: Path, cloud: LocalCloudAddress, role: RoleOf
) -> None:
    first = role(allow(["sts:AssumeRole", "sts:TagSession"]))
    principal = {"Principal": {"AWS": first}}
    second = role(
        allow("ssm:DescribeParameters"),
        trust=document(
            {
                "Effect": "Allow",
                "Action": ["sts:AssumeRole", "sts:TagSession"],
                "Condition": {"StringEquals": {"sts:ExternalId": "its-id"}},
                **principal,
            }
        ),
    )
    variables = register_job(cloud, workflow_job(Event.PUSH, REPOSITORY, FILE, environment="dev"))
    untagged = "role-skip-session-tagging: true"
    steps = f"""
- id: one
  uses: {CREDENTIALS}
  with: {{aws-region: us-east-1, role-to-assume: '{first}', role-session-name: first-1}}
- run: echo "as ${{{{ steps.one.outputs.authenticated-arn }}}} in $AWS_REGION"
- run: test -n "$AWS_SESSION_TOKEN" && echo "$AWS_SECRET_ACCESS_KEY"
- id: wrong
  continue-on-error: true
  uses: {CREDENTIALS}
  with: {{aws-region: us-east-1, role-to-assume: '{second}', role-chaining: true, role-external-id: other, {untagged}}}
- uses: {CREDENTIALS}
  with: {{aws-region: us-east-1, role-to-assume: '{second}', role-chaining: true, role-external-id: its-id, {untagged}}}
- run: echo "wrong ${{{{ steps.wrong.outcome }}}}"
"""
    trial = Trial(
        tmp_path,
        "permissions: {id-token: write}\n" + job(steps),
        environment={"AWS_ENDPOINT_URL": cloud.endpoint},
        identity=IdentityRequest(
            variables["ACTIONS_ID_TOKEN_REQUEST_URL"], variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
        ),
    )

    assert trial.run().conclusion is SUCCESS, trial.errors()
    log = trial.log("a")
    name = first.rpartition("/")[2]
    assert f"as arn:aws:sts::111111111111:assumed-role/{name}/first-1 in us-east-1" in log
    assert "***" in log
    assert "wrong failure" in log
    assert any("Could not assume role with the session" in each for each in trial.errors())


def test_a_job_that_the_role_does_not_trust_gets_nothing(
    tmp_path: Path, cloud: LocalCloudAddress, role: RoleOf
) -> None:
    trusted_elsewhere = role()
    variables = register_job(cloud, workflow_job(Event.PUSH, REPOSITORY, FILE))  # no environment: another subject
    trial = Trial(
        tmp_path,
        "permissions: {id-token: write}\n"
        + job(f"- {{uses: {CREDENTIALS}, with: {{aws-region: us-east-1, role-to-assume: '{trusted_elsewhere}'}}}}"),
        environment={"AWS_ENDPOINT_URL": cloud.endpoint},
        identity=IdentityRequest(
            variables["ACTIONS_ID_TOKEN_REQUEST_URL"], variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
        ),
    )

    assert trial.run().conclusion is FAILURE
    assert any("AccessDenied" in each for each in trial.errors())
