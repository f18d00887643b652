"""Starts and stops the local cloud of a project and knows how it is. Imports nothing heavy: clients use it.

The server is a detached process of ours with a clean, listed environment. The listening socket is bound here, so that a
taken port is an error of this command and not of a log file; the server says on a pipe that it is ready, so that there
is nothing to poll.
"""

import errno
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.local_address import LocalCloudAddress, LocalCloudError, read_local_address
from alphaswarm_local.errors import (
    LocalCloudConflictError,
    LocalCloudStartError,
    LocalCloudStopError,
    PortInUseError,
)
from alphaswarm_local.files import Files, LockBusyError, live_server, locked, wait_until_dead
from alphaswarm_local.pip_settings import environment_for_server

START_SECONDS = 60.0
_STOP_SECONDS = 5.0
_RETRY_SECONDS = 0.05
_LOOPBACK = "127.0.0.1"
_INHERITED = ("PATH", "TMPDIR")
_SHOWN_LOG_LINES = 12

Narrate = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LocalCloudStatus:
    """How the local cloud is.

    Attributes:
        accounts: Environment → account id; no keys.
        memory_mb: Resident memory of the process, where it is cheap to know.
    """

    running: bool
    log_path: Path
    endpoint: str | None = None
    pid: int | None = None
    started_at: str | None = None
    accounts: Mapping[str, str] | None = None
    memory_mb: float | None = None


@dataclass(frozen=True, slots=True)
class _Wish:
    """The local cloud that is asked for. `accounts`: environment → account id."""

    region: str
    accounts: Mapping[str, str]
    project: Path


def up(
    home: Path,
    *,
    region: str,
    accounts: dict[str, str],
    port: int | None = None,
    project: Path | None = None,
    narrate: Narrate | None = None,
) -> LocalCloudAddress:
    """Start the local cloud, or find it running.

    Args:
        home: The project's `.alphaswarm` directory.
        region: The region that clients are told and where state buckets are.
        accounts: Environment name → account id of twelve digits.
        port: The loopback port; any free one if None.
        project: The checkout that is delivered; the directory above `home` if None.
        narrate: Told in a sentence what goes on.

    Raises:
        PortInUseError: somebody listens on `port`.
        LocalCloudConflictError: it runs, with another port, region or other accounts.
        LocalCloudStartError: it did not become ready; the error has the end of its log.
        LocalCloudStopError: another command held it for too long.
    """
    files = Files(home)
    with _exclusively(files):
        if live_server(files) is not None:
            return _found(files, region, accounts, port)
        return _start(files, _Wish(region, accounts, project or home.absolute().parent), port, narrate or _silent)


def down(home: Path) -> bool:
    """Stop the local cloud; what it held is gone. Whether it was running.

    Raises:
        LocalCloudStopError: it does not end, even when killed.
    """
    files = Files(home)
    if not files.directory.is_dir():
        return False
    with _exclusively(files):
        return _stop(files)


def reset(
    home: Path,
    *,
    region: str,
    accounts: dict[str, str],
    port: int | None = None,
    project: Path | None = None,
    narrate: Narrate | None = None,
) -> LocalCloudAddress:
    """Stop the local cloud and start an empty one, on the same port unless `port` names another.

    Raises:
        AlphaSwarmError: as `up` and `down`.
    """
    files = Files(home)
    with _exclusively(files):
        same_port = port or _published_port(files)
        was_running = _stop(files)
        patience = _STOP_SECONDS if was_running else 0.0
        wish = _Wish(region, accounts, project or home.absolute().parent)
        return _start(files, wish, same_port, narrate or _silent, patience=patience)


def status(home: Path) -> LocalCloudStatus:
    """How the local cloud is; it is not running unless its process lives and it has published its address."""
    files = Files(home)
    pid = live_server(files)
    address = _published(files)
    if pid is None or address is None:
        return LocalCloudStatus(running=False, log_path=files.log, pid=pid)
    return LocalCloudStatus(
        running=True,
        log_path=files.log,
        endpoint=address.endpoint,
        pid=pid,
        started_at=address.started_at,
        accounts={environment: keys.account_id for environment, keys in address.accounts.items()},
        memory_mb=_resident_megabytes(pid),
    )


def log_path(home: Path) -> Path:
    """Where the local cloud writes its log; the file is there once it was started."""
    return Files(home).log


@contextmanager
def _exclusively(files: Files) -> Iterator[None]:
    """One `up`, `down` or `reset` at a time: two that start at once make one server."""
    files.make_directory()
    try:
        with locked(files.command_lock, seconds=START_SECONDS + 2 * _STOP_SECONDS):
            yield
    except LockBusyError:
        raise LocalCloudStopError(
            "Another command has been starting or stopping the local cloud for a minute",
            fix=f"Wait for it, or end it; it holds {files.command_lock}",
        ) from None


def _found(files: Files, region: str, accounts: Mapping[str, str], port: int | None) -> LocalCloudAddress:
    address = _published(files)
    if address is None:
        raise LocalCloudStartError(
            "The process of the local cloud lives, but it has not published its address",
            why=f"the command that started it was ended, or {files.address} was removed",
            fix="Start it anew: alphaswarm local reset",
        )
    running = {environment: keys.account_id for environment, keys in address.accounts.items()}
    for name, have, want in (
        ("port", _port_of(address), port or _port_of(address)),
        ("region", address.region, region),
        ("accounts", running, dict(accounts)),
    ):
        if have != want:
            raise LocalCloudConflictError(
                f"The local cloud runs already, with {name} {have} and not {want}",
                fix="Keep it, or start an empty one: alphaswarm local reset",
            )
    return address


def _start(
    files: Files,
    wish: _Wish,
    port: int | None,
    narrate: Narrate,
    *,
    patience: float = 0.0,
) -> LocalCloudAddress:
    files.make_directory()
    # Whatever is published belongs to a server that died.
    files.address.unlink(missing_ok=True)
    started = time.monotonic()
    with _listener(port, patience) as listener:
        narrate(f"Starting the local cloud on {_LOOPBACK}:{listener.getsockname()[1]}")
        log_start = files.log.stat().st_size if files.log.exists() else 0
        process, ready = _spawn(files, listener, wish)
    try:
        _wait_until_ready(process, ready, files, log_start)
    except BaseException:
        # Also on Ctrl-C: a server that nobody waits for must not stay behind half made.
        process.kill()
        process.wait(_STOP_SECONDS)
        files.address.unlink(missing_ok=True)
        raise
    finally:
        os.close(ready)
    narrate(f"The local cloud is ready after {time.monotonic() - started:.1f} s")
    return read_local_address(files.home)


def _listener(port: int | None, patience: float) -> socket.socket:
    """A listening socket. A server that has let go of its lock may hold its port for a moment longer: `patience`."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return _listen(port)
        except (OSError, OverflowError) as error:
            if getattr(error, "errno", None) != errno.EADDRINUSE or time.monotonic() >= deadline:
                raise _port_error(port, error) from error
        time.sleep(_RETRY_SECONDS)


def _listen(port: int | None) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_LOOPBACK, port or 0))
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def _port_error(port: int | None, error: OSError | OverflowError) -> AlphaSwarmError:
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        return PortInUseError(
            f"Port {port} is in use by another process",
            fix="End that process, or choose another port: alphaswarm local up --port PORT (none: any free one)",
        )
    return PortInUseError(
        f"Port {port} cannot be used", why=str(error), fix="Choose a port from 1024 to 65535, or none for any free one"
    )


def _spawn(files: Files, listener: socket.socket, wish: _Wish) -> tuple[subprocess.Popen[bytes], int]:
    """The server's process and the end of the pipe on which it says that it is ready."""
    ready, says_ready = os.pipe()
    command = [sys.executable, "-I", "-X", "utf8", "-m", "alphaswarm_local.server"]
    command += ["--home", str(files.home.resolve()), "--region", wish.region]
    command += ["--project", str(wish.project)]
    command += ["--listener", str(listener.fileno()), "--ready-pipe", str(says_ready)]
    command += [part for name, account in wish.accounts.items() for part in ("--account", f"{name}={account}")]
    try:
        with files.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_clean_environment(),
                cwd=files.directory,
                pass_fds=(listener.fileno(), says_ready),
                start_new_session=True,
            )
    except BaseException:
        os.close(ready)
        raise
    finally:
        os.close(says_ready)
    return process, ready


def _clean_environment() -> dict[str, str]:
    """Nothing of the host's `AWS_*`, proxies, CA bundles or `MOTO_*`: they would change what the local cloud is.

    What concerns pip and the way to its index is in one variable that only the upstream of packages reads.
    """
    listed = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return (
        listed
        | environment_for_server(os.environ)
        | {
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
    )


def _wait_until_ready(process: subprocess.Popen[bytes], ready: int, files: Files, log_start: int) -> None:
    readable, _, _ = select.select([ready], [], [], START_SECONDS)
    if readable and os.read(ready, 16) == b"ready":
        return
    if not readable:
        why = f"it was not ready after {START_SECONDS:.0f} s"
    else:
        why = f"its process ended with exit code {process.wait(_STOP_SECONDS)}"
    raise LocalCloudStartError(
        "The local cloud did not start",
        why=f"{why}. The end of its log:\n{_end_of_log(files.log, log_start)}",
        fix=f"Read {files.log}; then try again: alphaswarm local up",
    )


def _end_of_log(log: Path, start: int) -> str:
    with suppress(OSError), log.open("rb") as file:
        file.seek(start)
        lines = file.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-_SHOWN_LOG_LINES:]) or "(empty)"
    return "(it cannot be read)"


def _stop(files: Files) -> bool:
    pid = live_server(files)
    if pid is not None:
        _end(files, pid)
    files.address.unlink(missing_ok=True)
    return pid is not None


def _end(files: Files, pid: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        # The lock is held, so this process is the server: the kernel cannot have given its id away.
        if live_server(files) == pid:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        if wait_until_dead(files, seconds=_STOP_SECONDS):
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)  # if it is our own child, it would stay a zombie
            return
    raise LocalCloudStopError(
        f"The local cloud (process {pid}) does not end, even when killed",
        fix=f"See what it waits for: ps -o stat,wchan -p {pid}",
    )


def _published(files: Files) -> LocalCloudAddress | None:
    try:
        return read_local_address(files.home)
    except LocalCloudError:
        return None


def _published_port(files: Files) -> int | None:
    address = _published(files)
    return _port_of(address) if address else None


def _port_of(address: LocalCloudAddress) -> int:
    return int(address.endpoint.rpartition(":")[2])


def _resident_megabytes(pid: int) -> float | None:
    """From Linux's proc file system; elsewhere it is not cheap to know."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000, 1)


def _silent(_sentence: str) -> None:
    pass
