"""Processes that write at once, and processes that die while they write."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from alphaswarm_core.ledger.errors import PlanAlreadyUsedError, StackBusyError
from alphaswarm_core.ledger.records import RunKind, RunStatus, SpecRecord
from alphaswarm_core.ledger.store import Ledger

from .databases import TestDatabase
from .samples import TREE, approved, new_run

PREAMBLE = """
import json, sys
from alphaswarm_core.ledger.records import *
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.errors import AlphaSwarmError
new = lambda kind, environment="dev": NewRun("alphaswarm_platform", environment, kind,
    Actor(ActorKind.person, "ann", "Ann"), None)
ledger = Ledger.open(sys.argv[1])
print("ready", flush=True); sys.stdin.readline()
"""
WRITER = """
for number in range(12):
    run = ledger.open_run(new(RunKind.plan), exclusive=False)
    ledger.transition(run.id, RunStatus.running)
    ledger.register_spec(SpecRecord("alphaswarm_platform", "dev", f"{number:064}", {"number": number}))
    ledger.note("run:refused", "x", {"number": number})
"""
CLAIMER = """
try:
    run = ledger.claim_plan(sys.argv[2], new(RunKind.apply))
    print(json.dumps(["claimed", run.id]))
except AlphaSwarmError as error:
    print(json.dumps([error.code, str(error)]))
"""
OPENER = """
try:
    run = ledger.open_run(new(RunKind.refresh), exclusive=True)
    print(json.dumps(["opened", run.id])); sys.stdout.flush(); sys.stdin.readline()
except AlphaSwarmError as error:
    print(json.dumps([error.code, str(error)]))
"""
ENDLESS = """
while True:
    run = ledger.open_run(new(RunKind.plan), exclusive=False)
    ledger.transition(run.id, RunStatus.running, changes={"plan_summary": {"add": 1}})
"""
IN_THE_MIDDLE = """
import os, signal
from alphaswarm_core.ledger.store import appending
append = appending.Transaction._append
def die(self, *entry): append(self, *entry); os.kill(os.getpid(), signal.SIGKILL)
appending.Transaction._append = die
ledger.open_run(new(RunKind.plan), exclusive=True)
"""


def start(script: str, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PREAMBLE + script, *arguments]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def go(processes: Sequence["subprocess.Popen[str]"]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def outcome(process: "subprocess.Popen[str]") -> list[str]:
    answer: list[str] = json.loads(process.communicate(timeout=120)[0])
    return answer


def test_chain_stays_whole_when_eight_processes_write_at_once(database: TestDatabase) -> None:
    processes = [start(WRITER, database.url) for _ in range(8)]
    go(processes)
    assert [(process.communicate(timeout=200)[1], process.returncode) for process in processes] == [("", 0)] * 8
    with Ledger.open(database.url) as ledger:
        report = ledger.verify()
    assert report.ok, report.problems
    assert (report.runs, report.entries) == (96, 96 * 3 + 12)


def test_exactly_one_claim_wins_when_processes_race_for_a_plan(database: TestDatabase) -> None:
    with Ledger.open(database.url) as ledger:
        plan = approved(ledger)
        processes = [start(CLAIMER, database.url, plan.id) for _ in range(4)]
        go(processes)
        outcomes = [outcome(process)[0] for process in processes]
        assert sorted(outcomes) == [PlanAlreadyUsedError.code] * 3 + ["claimed"]
        assert len(ledger.runs(kind=RunKind.apply)) == 1
        assert ledger.verify().ok


def test_exactly_one_run_gets_the_stack_when_processes_race_for_it(database: TestDatabase) -> None:
    processes = [start(OPENER, database.url) for _ in range(4)]
    go(processes)
    first_lines = [json.loads(process.stdout.readline()) for process in processes if process.stdout]
    for process in processes:
        process.communicate("\n", timeout=60)
    codes = sorted(line[0] for line in first_lines)
    assert codes == [StackBusyError.code] * 3 + ["opened"]
    with Ledger.open(database.url) as ledger:
        assert ledger.verify().ok
        assert [run.status for run in ledger.interrupt_dead_runs()] == [
            RunStatus.interrupted
        ]  # it left without ending it


def test_nothing_of_a_transaction_stays_when_its_process_is_killed_inside(database: TestDatabase) -> None:
    process = start(IN_THE_MIDDLE, database.url)
    go([process])
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    with Ledger.open(database.url) as ledger:
        assert (ledger.runs(), ledger.leases(), ledger.entries()) == ([], [], [])
        ledger.open_run(new_run(), exclusive=True)
        assert ledger.verify().ok


@pytest.mark.parametrize("delay", [0.02, 0.05, 0.11])
def test_ledger_is_whole_and_runs_are_interrupted_when_a_writer_is_killed_at_any_moment(
    database: TestDatabase, delay: float
) -> None:
    process = start(ENDLESS, database.url)
    go([process])
    time.sleep(delay)
    process.kill()
    process.communicate(timeout=60)
    with Ledger.open(database.url) as ledger:
        report = ledger.verify()
        assert report.ok, report.problems
        left = {run.id for run in ledger.runs(limit=10_000)}
        assert {run.id for run in ledger.interrupt_dead_runs()} == left
        assert ledger.verify().ok


def test_threads_share_a_ledger_when_one_beats_while_another_writes(database: TestDatabase) -> None:
    with Ledger.open(database.url) as ledger:
        run = ledger.open_run(new_run(), exclusive=False)
        stop = threading.Event()

        def beat() -> int:
            count = 1
            assert ledger.beat(run.id)
            while not stop.wait(0.002):
                assert ledger.beat(run.id)
                count += 1
            return count

        with ThreadPoolExecutor() as pool:
            beating = pool.submit(beat)
            try:
                for number in range(40):
                    ledger.register_spec(SpecRecord(TREE, "dev", f"{number:064}", {"number": number}))
            finally:
                stop.set()
            assert beating.result(timeout=60) > 0
        assert ledger.verify().ok
