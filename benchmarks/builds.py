"""How much memory a build of the local cloud costs beyond its own commands: `python -m benchmarks builds`.

Several builds run at once, each of which has written a long log. Counted for each: the peak of its process and of its
shell, and its share of what the local cloud itself has grown by meanwhile.
"""

import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local import supervisor
from benchmarks.measurement import CannotMeasureError, Measurement

TARGET_MB = 60.0
_ACCOUNT, _BUILDS, _LINES, _SECONDS = "111111111111", 4, 20_000, 120.0
_TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{"Service":"codebuild.amazonaws.com"}}]}'
)
_POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}'
_BUILDSPEC = f"""\
version: 0.2
env: {{exported-variables: [WORKER, SHELL_PEAK]}}
phases:
  build:
    commands:
      - seq {_LINES} | sed 's/^/a line of the log of this build, number /'
      - while ! test -e DIRECTORY/go; do sleep 0.2; done
      - WORKER=$(grep VmHWM /proc/$PPID/status)
      - SHELL_PEAK=$(grep VmHWM /proc/$$/status)
"""


def measure() -> list[Measurement]:
    """Megabytes a build."""
    if not Path("/proc/self/status").exists():
        raise CannotMeasureError("this system does not show the memory of processes")
    with tempfile.TemporaryDirectory(prefix="alphaswarm-bench-") as name:
        address = supervisor.up(Path(name) / ".alphaswarm", region="us-east-1", accounts={"dev": _ACCOUNT})
        try:
            return [_measured(address, Path(name))]
        finally:
            supervisor.down(Path(name) / ".alphaswarm")


def _measured(address: LocalCloudAddress, directory: Path) -> Measurement:
    codebuild = _project(address, directory)
    (directory / "go").touch()
    _until(codebuild, [_start(codebuild)], lambda build: build["buildComplete"])  # what is loaded once is loaded now
    (directory / "go").unlink()
    before = _memory(address.pid, "VmRSS")
    ids = [_start(codebuild) for _ in range(_BUILDS)]
    _until(codebuild, ids, lambda build: build["currentPhase"] == "BUILD")
    time.sleep(3)  # the logs are delivered meanwhile
    grown = max(0.0, _memory(address.pid, "VmRSS") - before) / _BUILDS
    (directory / "go").touch()
    builds = _until(codebuild, ids, lambda build: build["buildComplete"])
    peaks = [
        {each["name"]: _megabytes(each["value"]) for each in build["exportedEnvironmentVariables"]} for build in builds
    ]
    worker, shell = (max(each[name] for each in peaks) for name in ("WORKER", "SHELL_PEAK"))
    detail = (
        f"process {worker:.1f}, shell {shell:.1f}, local cloud {grown:.1f} each; {_BUILDS} at once, {_LINES} lines each"
    )
    return Measurement("memory of a build", worker + shell + grown, TARGET_MB, "MB", at_least=False, detail=detail)


def _project(address: LocalCloudAddress, directory: Path) -> Any:
    keys = address.accounts["dev"]
    session = boto3.Session(keys.access_key_id, keys.secret_access_key, region_name=address.region)
    iam = session.client("iam", endpoint_url=address.endpoint)
    role = iam.create_role(RoleName="build", AssumeRolePolicyDocument=_TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName="build", PolicyName="logs", PolicyDocument=_POLICY)
    codebuild = session.client("codebuild", endpoint_url=address.endpoint)
    codebuild.create_project(
        name="measured",
        source={"type": "NO_SOURCE", "buildspec": _BUILDSPEC.replace("DIRECTORY", str(directory))},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "none", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=role,
    )
    return codebuild


def _start(codebuild: Any) -> str:
    return str(codebuild.start_build(projectName="measured")["build"]["id"])


def _until(codebuild: Any, ids: list[str], ready: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """The builds, as soon as all are ready and none has failed."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        builds: list[dict[str, Any]] = codebuild.batch_get_builds(ids=ids)["builds"]
        if any(each["buildStatus"] not in {"IN_PROGRESS", "SUCCEEDED"} for each in builds):
            raise CannotMeasureError("a build failed")
        if all(ready(each) for each in builds):
            return builds
        time.sleep(0.2)
    raise CannotMeasureError("the builds took too long")


def _memory(pid: int, field: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return _megabytes(next(line for line in status.splitlines() if line.startswith(field)))


def _megabytes(line: str) -> float:
    found = re.search(r"([0-9]+) kB", line)
    if found is None:
        raise CannotMeasureError(f"no memory in {line!r}")
    return int(found[1]) / 1024
