"""One PostgreSQL server: made, with its databases, before it listens; on loopback; gone when its keeper is let go.

The databases and their owners are made in PostgreSQL's single-user mode, so that no driver is needed and nobody can
connect before every password is set.
"""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alphaswarm_local.databases.errors import NoDatabaseServerError
from alphaswarm_local.databases.programs import find_programs, unprivileged_user

_START_SECONDS = 60.0
_STOP_SECONDS = 45.0
_MAKE_SECONDS = 120

# Stops the server when the pipe from us closes: when this process is killed, no server stays behind.
_KEEPER = """
import shutil, signal, subprocess, sys
user, log, directory = sys.argv[1:4]
with open(log, "a") as output:
    to = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
    server = subprocess.Popen(sys.argv[4:], user=user or None, cwd="/", **to)
print(server.pid, flush=True)
sys.stdin.read()
server.send_signal(signal.SIGINT)  # fast shutdown
try:
    server.wait(30)
except subprocess.TimeoutExpired:
    server.kill()
    server.wait()
shutil.rmtree(directory, ignore_errors=True)
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of one database, who may make roles for it and nothing beyond."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers.

    Attributes:
        port: On 127.0.0.1.
        pid: The server's process.
        owners: Database → its owner.
    """

    port: int
    pid: int
    directory: Path
    owners: Mapping[str, Owner]
    keeper: "subprocess.Popen[str]" = field(repr=False)

    def owner_url(self, database: str) -> str:
        """The address of a database with its owner's name and password."""
        owner = self.owners[database]
        return f"postgresql://{owner.name}:{owner.password}@127.0.0.1:{self.port}/{database}"

    @property
    def is_running(self) -> bool:
        """Whether it still runs."""
        return self.keeper.poll() is None and _runs(self.pid)

    def stop(self) -> None:
        """End it; what it held is gone."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.keeper.communicate(timeout=_STOP_SECONDS)


def start(owners: Mapping[str, Owner]) -> RunningServer:
    """A server with these databases, each with its owner.

    Raises:
        NoDatabaseServerError: there are no programs, or they fail.
    """
    programs, user = find_programs(), unprivileged_user()
    directory = Path(tempfile.mkdtemp(prefix="alphaswarm-pg-"))
    try:
        if user:
            shutil.chown(directory, user)  # the project's directory is closed to it
        _initialise(programs, directory, user)
        _make_databases(programs, directory, user, owners)
        return _started(programs, directory, user, owners)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise


def _initialise(programs: Path, directory: Path, user: str | None) -> None:
    """Make the cluster. Nobody knows its superuser's password: only the owners of the databases get in."""
    secret = directory / "superuser"
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_hex())
    if user:
        shutil.chown(secret, user)
    words: list[str | Path] = [
        programs / "initdb",
        "-D",
        directory / "data",
        "-U",
        "superuser",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    _execute([*words, "--auth=scram-sha-256", f"--pwfile={secret}"], user, "")
    secret.unlink()


def _make_databases(programs: Path, directory: Path, user: str | None, owners: Mapping[str, Owner]) -> None:
    lines = []
    for database, owner in owners.items():
        lines.append(f"CREATE ROLE \"{owner.name}\" LOGIN CREATEROLE PASSWORD '{owner.password}';")
        lines.append(f'CREATE DATABASE "{database}" OWNER "{owner.name}";')
        lines.append(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC;')
    words: list[str | Path] = [
        programs / "postgres",
        "--single",
        "-D",
        directory / "data",
        "-c",
        "exit_on_error=true",
        "postgres",
    ]
    _execute(words, user, "\n".join(lines) + "\n")


def _execute(words: list[str | Path], user: str | None, given: str) -> None:
    done = subprocess.run(
        words, user=user, cwd="/", env=_environment(), input=given,
        capture_output=True, text=True, check=False, timeout=_MAKE_SECONDS,
    )  # fmt: skip
    if done.returncode != 0 or "ERROR:" in done.stderr:
        raise NoDatabaseServerError(f"{Path(words[0]).name} failed", why=done.stderr.strip()[-500:] or None)


def _started(programs: Path, directory: Path, user: str | None, owners: Mapping[str, Owner]) -> RunningServer:
    port, log = _free_port(), directory / "log"
    options = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": 60,
        "fsync": "off",  # it lives as long as the local cloud, whose memory is gone with the machine too
    }
    arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    server: list[str | Path] = [programs / "postgres", "-D", directory / "data", *arguments]
    log.touch()
    keeper = subprocess.Popen(
        [sys.executable, "-I", "-c", _KEEPER, user or "", log, directory, *server],
        env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert keeper.stdout is not None  # noqa: S101 - a pipe was asked for
        pid = int(keeper.stdout.readline() or 0)
        _wait_until_ready(keeper, log)
    except BaseException:
        keeper.communicate(timeout=_STOP_SECONDS)
        raise
    return RunningServer(port, pid, directory, dict(owners), keeper)


def _wait_until_ready(keeper: "subprocess.Popen[str]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        said = log.read_text(errors="replace")
        if "FATAL" in said or keeper.poll() is not None:
            break
        if "ready to accept connections" in said:
            return
        time.sleep(0.05)
    raise NoDatabaseServerError("PostgreSQL did not start", why=log.read_text(errors="replace")[-500:] or None)


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
