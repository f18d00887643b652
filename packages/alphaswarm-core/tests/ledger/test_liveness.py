import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from alphaswarm_core.ledger.liveness import is_dead, process_is_alive, process_started, this_process
from alphaswarm_core.ledger.records import Lease, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.ledger.times import format_time

from .databases import TestDatabase
from .samples import approved, new_run, planned

NOW = datetime(2025, 1, 31, 12, 0, tzinfo=UTC)
TIMEOUT = timedelta(minutes=2)


def lease(host: str = "here", beat: timedelta = timedelta()) -> Lease:
    at = format_time(NOW - beat)
    return Lease("run", "tree/dev", True, host, 42, "boot:1", at, at, None)


@pytest.mark.parametrize("alive", [True, False])
@pytest.mark.parametrize("beat", [timedelta(), timedelta(days=3)])
def test_process_decides_when_it_is_on_this_host(alive: bool, beat: timedelta) -> None:
    asked: list[tuple[int, str]] = []

    def is_alive(pid: int, started: str) -> bool:
        asked.append((pid, started))
        return alive

    assert is_dead(lease(beat=beat), host="here", now=NOW, is_alive=is_alive, remote_timeout=TIMEOUT) == (not alive)
    assert asked == [(42, "boot:1")]


@pytest.mark.parametrize(
    ("silence", "dead"), [(timedelta(), False), (TIMEOUT, False), (TIMEOUT + timedelta(microseconds=1), True)]
)
def test_silence_decides_when_it_is_on_another_host(silence: timedelta, dead: bool) -> None:
    def never(pid: int, started: str) -> bool:
        raise AssertionError("a process id means nothing on another host")

    assert is_dead(lease("there", silence), host="here", now=NOW, is_alive=never, remote_timeout=TIMEOUT) == dead


def test_this_process_lives_when_asked() -> None:
    process = this_process()
    assert (process.host, process.pid) == (socket.gethostname(), os.getpid())
    assert process_is_alive(process.pid, process.started)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when a process started")
def test_process_is_gone_when_its_id_belongs_to_another_one() -> None:
    boot, ticks = process_started(os.getpid()).rsplit(":", 1)
    assert not process_is_alive(os.getpid(), f"{boot}:{int(ticks) + 1}")
    assert not process_is_alive(os.getpid(), f"another-boot:{ticks}")


def test_process_is_gone_when_it_ended_and_even_before_its_parent_noticed() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = process_started(child.pid)
    assert process_is_alive(child.pid, started)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, and still in the process table
    assert not process_is_alive(child.pid, started) or not started
    child.wait()
    assert not process_is_alive(child.pid, started)


def dead(pid: int, started: str) -> bool:
    return False


def test_run_becomes_interrupted_when_its_process_is_gone(ledger: Ledger) -> None:
    run = ledger.open_run(new_run(RunKind.refresh), exclusive=True)
    ledger.transition(run.id, RunStatus.running)
    assert ledger.set_terraform_lock(run.id, {"ID": "lock-1", "Who": "ann"})

    (interrupted,) = ledger.interrupt_dead_runs(is_alive=dead)

    assert (interrupted.id, interrupted.status) == (run.id, RunStatus.interrupted)
    assert interrupted.terraform_lock == {"ID": "lock-1", "Who": "ann"}
    assert str(os.getpid()) in str(interrupted.error)
    assert ledger.run(run.id) == interrupted
    assert ledger.leases() == []
    assert ledger.entries()[-1].kind == "run:refresh:interrupted"
    assert ledger.verify().ok
    ledger.open_run(new_run(RunKind.refresh), exclusive=True)


def test_run_goes_on_when_its_process_lives_or_nobody_drives_it(ledger: Ledger) -> None:
    planned(ledger)
    ledger.open_run(new_run(), exclusive=False)
    before = ledger.head()
    assert ledger.interrupt_dead_runs() == []
    assert ledger.head() == before


def test_plan_is_interrupted_too_when_its_apply_died(ledger: Ledger) -> None:
    plan = approved(ledger)
    apply = ledger.claim_plan(plan.id, new_run(RunKind.apply))
    ledger.transition(apply.id, RunStatus.applying)
    ended = ledger.interrupt_dead_runs(is_alive=dead)
    assert [run.id for run in ended] == [apply.id, plan.id]
    assert ledger.run(plan.id).status is RunStatus.interrupted
    assert ledger.interrupt_dead_runs(is_alive=dead) == []


@pytest.mark.parametrize("end", [RunStatus.completed, RunStatus.errored, RunStatus.cancelled])
def test_plan_ends_as_its_apply_did_when_the_process_died_between_the_two(
    database: TestDatabase, end: RunStatus
) -> None:
    now = NOW
    with Ledger.open(database.url, clock=lambda: now) as ledger:
        plan = approved(ledger)
        apply = ledger.claim_plan(plan.id, new_run(RunKind.apply))
        ledger.transition(apply.id, RunStatus.applying)
        ledger.transition(apply.id, end)
        assert ledger.interrupt_dead_runs() == []  # whoever ended the apply run may be about to end the plan
        now = NOW + TIMEOUT + timedelta(seconds=1)
        assert [run.id for run in ledger.interrupt_dead_runs()] == [plan.id]
        assert ledger.run(plan.id).status is end
        assert ledger.interrupt_dead_runs() == []
        assert ledger.verify().ok


def test_run_on_another_host_lives_when_it_beats_and_is_interrupted_when_it_falls_silent(
    database: TestDatabase,
) -> None:
    now = NOW
    with Ledger.open(database.url, clock=lambda: now) as ledger:
        run = ledger.open_run(new_run(), exclusive=True)
        now = NOW + timedelta(minutes=10)
        assert ledger.beat(run.id)
        now += TIMEOUT
        assert ledger.interrupt_dead_runs(host="elsewhere", is_alive=dead) == []
        now += timedelta(seconds=1)
        assert [ended.id for ended in ledger.interrupt_dead_runs(host="elsewhere", is_alive=dead)] == [run.id]
        assert not ledger.beat(run.id)
        assert not ledger.set_terraform_lock(run.id, None)


def test_beats_leave_no_entries_when_they_are_many(ledger: Ledger) -> None:
    run = ledger.open_run(new_run(), exclusive=False)
    head = ledger.head()
    assert all(ledger.beat(run.id) for _ in range(5))
    assert ledger.head() == head
    (found,) = ledger.leases()
    assert found.beat_at > found.acquired_at
