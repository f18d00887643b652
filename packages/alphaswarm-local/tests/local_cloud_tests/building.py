"""Build projects and their service roles, sources, and builds that are waited for."""

import subprocess
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .conftest import ClientOf
from .roles import ACCOUNT, RoleOf, allow, document

_SECONDS = 60
_GIT = {
    "PATH": "/usr/bin:/bin:/usr/local/bin",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "a" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "a@example.com" for who in ("AUTHOR", "COMMITTER")},
}
LOGS = allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])


def trusting_codebuild(condition: Mapping[str, Any] | None = None, service: str = "codebuild.amazonaws.com") -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return document({**statement, "Condition": condition} if condition else statement)


def project_arn(name: str) -> str:
    return f"arn:aws:codebuild:us-east-1:{ACCOUNT}:project/{name}"


def make_project(client: ClientOf, role_arn: str, **more: Any) -> str:
    name = f"project-{uuid.uuid4().hex[:10]}"
    environment = more.pop("environment", {})
    client("codebuild").create_project(
        name=name,
        source={"type": "GITHUB", "location": "https://github.com/octo-org/octo-repo.git", **more.pop("source", {})},
        artifacts=more.pop("artifacts", {"type": "NO_ARTIFACTS"}),
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            **environment,
        },
        serviceRole=role_arn,
        **more,
    )
    return name


def make_build_project(
    client: ClientOf, role: RoleOf, buildspec: str, *statements: Mapping[str, Any], **more: Any
) -> str:
    """A project without a source whose role may write a log, and do what `statements` allow."""
    service_role = more.pop("role_arn", None) or role(LOGS, *statements, trust=trusting_codebuild())
    source = {"type": "NO_SOURCE", "location": "", "buildspec": buildspec}
    return make_project(client, service_role, source=more.pop("source", source), **more)


def commands(*lines: str, phase: str = "build", env: str = "") -> str:
    """A buildspec of one phase."""
    listed = "".join(f"      - |\n        {line}\n" for line in lines)
    return f"version: 0.2\n{env}phases:\n  {phase}:\n    commands:\n{listed}"


def start(client: ClientOf, project: str, **more: Any) -> str:
    return str(client("codebuild").start_build(projectName=project, **more)["build"]["id"])


def build_of(client: ClientOf, build_id: str) -> dict[str, Any]:
    (found,) = client("codebuild").batch_get_builds(ids=[build_id])["builds"]
    return dict(found)


def waited(client: ClientOf, build_id: str, until: Callable[[dict[str, Any]], bool] | None = None) -> dict[str, Any]:
    """The build as soon as it is over, or as `until` wants it."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        found = build_of(client, build_id)
        if found["buildComplete"] if until is None else until(found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"the build goes on and on: {found}")


def log_of(client: ClientOf, build: Mapping[str, Any]) -> list[str]:
    """The lines of its log."""
    where = {"logGroupName": build["logs"]["groupName"], "logStreamNames": [build["logs"]["streamName"]]}
    return [each["message"].rstrip("\n") for each in client("logs").filter_log_events(**where)["events"]]


def phases_of(build: Mapping[str, Any]) -> dict[str, str]:
    """Phase and status; COMPLETED has none."""
    return {each["phaseType"]: each.get("phaseStatus", "") for each in build["phases"]}


def failure_of(build: Mapping[str, Any]) -> tuple[str, str, str]:
    """The first phase that did not succeed, its code and its message."""
    phase = next(each for each in build["phases"] if each.get("phaseStatus", "SUCCEEDED") != "SUCCEEDED")
    context = phase["contexts"][0]
    return phase["phaseType"], context["statusCode"], context["message"]


def git(directory: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=directory, env=_GIT, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def commit(directory: Path, files: Mapping[str, str], message: str = "change") -> str:
    """A commit with those files; its id."""
    if not (directory / ".git").exists():
        git(directory, "init", "--quiet", "--initial-branch=main")
    for name, content in files.items():
        place = directory / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
        git(directory, "add", name)
    git(directory, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(directory, "rev-parse", "HEAD")
