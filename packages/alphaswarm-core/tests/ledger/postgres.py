"""A real PostgreSQL server for tests: private, on a loopback port, gone afterwards.

`running_server` finds the server's programs on PATH, in the usual library directories, or in the `pgserver` package.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_UNPRIVILEGED = ("postgres", "nobody")
_START_SECONDS = 60.0
_STOP_SECONDS = 45.0
PASSWORD = "correct-horse-battery"


class NoServerError(Exception):
    """There is no PostgreSQL here, and why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. The user `ledger` is its superuser and has a password."""

    port: int
    pid: int
    directory: Path

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql://ledger:{PASSWORD}@127.0.0.1:{self.port}/{database}"


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[Server]:
    """A server for as long as the block runs.

    Args:
        durable: Whether it flushes to disk. Tests kill clients, never the server, and have no time for that.

    Raises:
        NoServerError: there are no programs to start one with, or it does not start.
    """
    programs = find_programs()
    user = _unprivileged_user()
    directory = Path(tempfile.mkdtemp(prefix="ledger-pg-", dir="/tmp" if os.name == "posix" else None))
    try:
        if user:
            shutil.chown(directory, user)
        _initialise(programs, directory, user)
        with _started(programs, directory, user, durable=durable) as server:
            yield server
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def find_programs() -> Path:
    """The directory with `initdb` and `postgres`."""
    for directory in _candidates():
        if (directory / "initdb").exists() and (directory / "postgres").exists():
            return directory
    raise NoServerError("neither PATH nor /usr/lib/postgresql nor the pgserver package has initdb and postgres")


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    for root in ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt"):
        yield from sorted(Path(root).glob("*/bin"), reverse=True)
    package = importlib.util.find_spec("pgserver")  # found, not imported: importing it starts things
    for place in (package.submodule_search_locations or []) if package else []:
        yield Path(place) / "pginstall" / "bin"


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root: who it runs as then."""
    if os.name != "posix" or os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in _UNPRIVILEGED:
        if name in names:
            return name
    raise NoServerError("this is root, and there is no unprivileged user to run PostgreSQL as")


def _initialise(programs: Path, directory: Path, user: str | None) -> None:
    secret = directory / "secret"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    command: list[str | Path] = [
        programs / "initdb",
        "-D",
        directory / "data",
        "-U",
        "ledger",
        "--auth=scram-sha-256",
        "-E",
        "UTF8",
    ]
    done = subprocess.run(
        [*command, "--locale=C", "--no-sync", f"--pwfile={secret}"],
        user=user, cwd="/", env=_environment(), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    if done.returncode != 0:
        raise NoServerError(f"initdb failed: {done.stderr.strip()}")


# Stops the server when the pipe from us closes: also when the tests' process is killed, no server stays behind.
_KEEPER = """
import os, shutil, signal, subprocess, sys
user, log, directory = sys.argv[1:4]
with open(log, "w") as output:
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


@contextmanager
def _started(programs: Path, directory: Path, user: str | None, *, durable: bool) -> Iterator[Server]:
    port = _free_port()
    log = directory / "log"
    options: dict[str, str | int] = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": 60,
    }
    if not durable:
        options |= {"fsync": "off", "full_page_writes": "off"}
    arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    server: list[str | Path] = [programs / "postgres", "-D", directory / "data", *arguments]
    keeper = subprocess.Popen(
        [sys.executable, "-c", _KEEPER, user or "", log, directory, *server],
        env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert keeper.stdout is not None
        pid = int(keeper.stdout.readline())
        _wait_until_ready(keeper, port, log)
        yield Server(port, pid, directory)
    finally:
        keeper.communicate(timeout=_STOP_SECONDS)


def _wait_until_ready(keeper: "subprocess.Popen[str]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if "FATAL" in log.read_text(errors="replace") or keeper.poll() is not None:
            break
        if "ready to accept connections" in log.read_text(errors="replace"):
            return
        time.sleep(0.05)
    raise NoServerError(f"the server on port {port} did not start: {log.read_text(errors='replace')[-500:]}")


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
