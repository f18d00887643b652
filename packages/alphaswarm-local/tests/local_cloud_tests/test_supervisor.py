"""Starting and stopping the local cloud, and everything that can be wrong when that is asked for."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from alphaswarm_core.local_address import ADDRESS_FILE, LocalCloudAddress, read_local_address
from alphaswarm_core.target import local_client_environment
from alphaswarm_local import supervisor
from alphaswarm_local.errors import (
    LocalCloudConflictError,
    LocalCloudStartError,
    PortInUseError,
)
from alphaswarm_local.files import Files, live_server, take_lock, wait_until_dead

from .conftest import ACCOUNTS

_DEV = {"dev": ACCOUNTS["dev"]}
_BUCKET = f"alphaswarm-tfstate-{ACCOUNTS['dev']}"


def _up(home: Path, **options: Any) -> LocalCloudAddress:
    return supervisor.up(home, region="us-east-1", accounts=_DEV, **options)


def _s3(address: LocalCloudAddress) -> Any:
    keys = address.accounts["dev"]
    return boto3.client(
        "s3",
        endpoint_url=address.endpoint,
        region_name=address.region,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
    )


def test_state_is_kept_when_up_is_called_again_and_lost_when_reset(home: Path) -> None:
    sentences: list[str] = []
    first = _up(home, narrate=sentences.append)
    _s3(first).put_object(Bucket=_BUCKET, Key="kept", Body=b"1")
    again = _up(home)
    assert again == first
    assert _s3(again).get_object(Bucket=_BUCKET, Key="kept")["Body"].read() == b"1"
    fresh = supervisor.reset(home, region="us-east-1", accounts=_DEV)
    assert fresh.endpoint == first.endpoint
    assert fresh.accounts != first.accounts
    with pytest.raises(ClientError, match="NoSuchKey"):
        _s3(fresh).get_object(Bucket=_BUCKET, Key="kept")
    assert any("ready after" in sentence for sentence in sentences)


def test_status_tells_all_when_it_runs_and_little_when_not(home: Path) -> None:
    assert supervisor.status(home) == supervisor.LocalCloudStatus(running=False, log_path=supervisor.log_path(home))
    address = _up(home)
    found = supervisor.status(home)
    assert (found.running, found.endpoint, found.pid) == (True, address.endpoint, address.pid)
    assert found.accounts == _DEV
    assert found.memory_mb is None or found.memory_mb > 10
    assert supervisor.down(home) is True
    assert supervisor.down(home) is False
    assert not supervisor.status(home).running
    assert not (home / ADDRESS_FILE).exists()


def test_keys_are_private_to_the_owner_when_they_are_published(home: Path) -> None:
    address = _up(home)
    assert stat.S_IMODE((home / ADDRESS_FILE).stat().st_mode) == 0o600
    keys = address.accounts["dev"]
    assert keys.secret_access_key not in supervisor.log_path(home).read_text()
    command_line = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(address.pid)], capture_output=True, check=True)
    assert keys.secret_access_key.encode() not in command_line.stdout
    assert b"alphaswarm_local.server" in command_line.stdout


def test_it_listens_on_loopback_only_when_it_runs(home: Path) -> None:
    import psutil

    address = _up(home)
    listening = [each.laddr.ip for each in psutil.Process(address.pid).net_connections() if each.status == "LISTEN"]
    assert listening == ["127.0.0.1"]


def test_up_names_port_and_way_out_when_the_port_is_in_use(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"Port {port} is in use") as caught:
            _up(home, port=port)
    assert "--port" in str(caught.value.fix)
    assert not supervisor.status(home).running


@pytest.mark.parametrize("port", [-1, 65536])
def test_up_refuses_a_port_when_it_is_none(home: Path, port: int) -> None:
    with pytest.raises(PortInUseError):
        _up(home, port=port)


def test_up_takes_the_port_when_it_is_given(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert _up(home, port=port).endpoint == f"http://127.0.0.1:{port}"


def test_up_refuses_when_another_port_or_other_accounts_are_asked_for(home: Path) -> None:
    address = _up(home)
    port = int(address.endpoint.rpartition(":")[2])
    with pytest.raises(LocalCloudConflictError, match="port"):
        _up(home, port=port + 1 if port < 65535 else port - 1)
    with pytest.raises(LocalCloudConflictError, match="accounts"):
        supervisor.up(home, region="us-east-1", accounts=ACCOUNTS)
    with pytest.raises(LocalCloudConflictError, match="region"):
        supervisor.up(home, region="eu-west-1", accounts=_DEV)
    assert _up(home, port=port) == address


def test_one_server_is_made_when_up_is_called_twice_at_once(home: Path) -> None:
    found: list[LocalCloudAddress] = []
    threads = [threading.Thread(target=lambda: found.append(_up(home))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 2
    assert found[0] == found[1]


def test_up_starts_anew_when_the_server_was_killed(home: Path) -> None:
    first = _up(home)
    os.kill(first.pid, signal.SIGKILL)
    os.waitpid(first.pid, 0)
    assert wait_until_dead(Files(home), seconds=10)
    assert not supervisor.status(home).running
    second = _up(home)
    assert second.pid != first.pid
    assert supervisor.status(home).running


def test_no_stranger_is_signalled_when_the_pid_is_stale(home: Path) -> None:
    """The id in the lock file now belongs to somebody else; only a held lock makes it ours."""
    files = Files(home)
    files.make_directory()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        files.server_lock.write_text(str(stranger.pid))
        assert live_server(files) is None
        assert supervisor.down(home) is False
        assert stranger.poll() is None
        address = _up(home)
        assert address.pid != stranger.pid
        assert supervisor.down(home) is True
        assert stranger.poll() is None
        stranger.communicate(b"\n", timeout=30)


def test_up_starts_when_the_published_address_is_garbage(home: Path) -> None:
    files = Files(home)
    files.make_directory()
    files.address.write_text("{")
    assert not supervisor.status(home).running
    assert _up(home) == read_local_address(home)


def test_up_says_so_when_a_server_lives_that_published_nothing(home: Path) -> None:
    address = _up(home)
    Files(home).address.unlink()
    with pytest.raises(LocalCloudStartError, match="has not published its address"):
        _up(home)
    supervisor.reset(home, region="us-east-1", accounts=_DEV)
    assert read_local_address(home).pid != address.pid


def test_up_shows_the_end_of_the_log_when_the_server_dies_at_the_start(home: Path) -> None:
    with pytest.raises(LocalCloudStartError) as caught:
        supervisor.up(home, region="us-east-1", accounts={"dev": "not a bucket name !"})
    assert "StateBucketError" in str(caught.value.why)
    assert live_server(Files(home)) is None
    assert not (home / ADDRESS_FILE).exists()
    assert _up(home)


def test_up_gives_up_when_the_server_is_not_ready_in_time(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = Files(home)
    files.make_directory()
    monkeypatch.setattr(supervisor, "START_SECONDS", 0.0)
    with pytest.raises(LocalCloudStartError, match="did not start"):
        supervisor._start(files, supervisor._Wish("us-east-1", _DEV, home.parent), None, lambda _: None)
    assert live_server(files) is None


def test_server_is_killed_when_it_does_not_end_by_itself(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = _up(home)
    monkeypatch.setattr(supervisor, "_STOP_SECONDS", 0.3)
    os.kill(address.pid, signal.SIGSTOP)  # it cannot act on SIGTERM now
    assert supervisor.down(home) is True
    assert live_server(Files(home)) is None


def test_server_inherits_nothing_of_the_host_when_it_is_started(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    for name in ("AWS_ACCESS_KEY_ID", "AWS_CA_BUNDLE", "HTTPS_PROXY", "MOTO_ACCOUNT_ID", "PYTHONPATH"):
        monkeypatch.setenv(name, "/nonexistent")
    address = _up(home)
    environment = psutil.Process(address.pid).environ()
    assert {name for name in environment if environment[name] == "/nonexistent"} == set()
    assert local_client_environment(address, "dev")["AWS_ENDPOINT_URL"] == address.endpoint


def test_lock_is_refused_when_somebody_holds_it(tmp_path: Path) -> None:
    with take_lock(tmp_path / "lock", seconds=0), pytest.raises(Exception, match="lock"):
        take_lock(tmp_path / "lock", seconds=0)


def test_supervisor_is_light_when_it_is_imported() -> None:
    code = "import sys, alphaswarm_local.supervisor; print({name.split('.')[0] for name in sys.modules})"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60)
    for heavy in ("moto", "boto3", "botocore", "flask", "werkzeug", "cryptography"):
        assert f"'{heavy}'" not in result.stdout
