"""How fast the ledger appends and verifies, against what its database can do at all.

Appending is compared with a bare INSERT of the same bytes, with the same durability, into the same database, in
alternating rounds of the same run: `python -m benchmarks.ledger`.
"""

import multiprocessing
import secrets
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, TypeAlias

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.chain import canonical_text, entry_hash
from alphaswarm_core.ledger.records import Actor, ActorKind, NewRun, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger

Result: TypeAlias = tuple[str, float, float, str]
Work: TypeAlias = Callable[[str, int], None]

ROUNDS = 3
APPENDS = {1: 1500, 8: 150}
"""Appends a writer makes in a round, by the number of writers."""
VERIFIED_ENTRIES = 100_000
PATIENCE = timedelta(seconds=120)

_KIND = "run:apply:refused"
_SUBJECT = "alphaswarm_platform/dev"
_FACTS = {
    "actor": "repo:Alpha-Swarm-ai/alphaswarm_platform:environment:dev",
    "code": "AS-GATE-001",
    "plan_digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "what": "The environment's gate asks for approvals that are not there yet",
    "why": "2 distinct approvals of this plan are needed and 1 is there: the starter's own does not count",
}
_BARE = "CREATE TABLE IF NOT EXISTS bare (sequence INTEGER PRIMARY KEY, {rest})".format(
    rest="at TEXT, kind TEXT, body TEXT, previous_hash TEXT, hash TEXT"
)
_BARE_POSTGRES = _BARE.replace("INTEGER PRIMARY KEY", "BIGSERIAL PRIMARY KEY")
_BARE_INSERT = "INSERT INTO bare (at, kind, body, previous_hash, hash) VALUES ({0}, {0}, {0}, {0}, {0})"
_BODY = canonical_text({"facts": _FACTS, "subject": _SUBJECT})
_VALUES = ("2025-01-31T08:15:00.000000Z", _KIND, _BODY, "0" * 64, "f" * 64)


def measure() -> list[Result]:
    """The ratios: (name, value, target, explanation)."""
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{directory}/ledger.db"
        Ledger.open(url).close()
        with closing(sqlite3.connect(_path(url))) as connection:
            connection.execute(_BARE)
        results = [append_ratio(url, writers, bare_sqlite, "SQLite") for writers in APPENDS]
        return [*results, verification_speed(f"sqlite:///{directory}/long.db")]


def append_ratio(url: str, writers: int, bare: Work, database: str) -> Result:
    """Entries appended per second, as a multiple of bare INSERTs per second."""
    pairs = [(_per_second(url, writers, append), _per_second(url, writers, bare)) for _ in range(ROUNDS)]
    ours, theirs = sorted(pairs, key=lambda pair: pair[0] / pair[1])[ROUNDS // 2]  # the round in the middle
    plural = "s" if writers > 1 else ""
    explanation = f"x bare INSERT, same bytes and durability ({ours:,.0f}/s against {theirs:,.0f}/s)"
    return (f"ledger append, {database}, {writers} writer{plural}", ours / theirs, 0.5, explanation)


def append(url: str, count: int) -> None:
    """Append entries to the ledger."""
    with Ledger.open(url, busy_timeout=PATIENCE) as ledger:
        for _ in range(count):
            ledger.note(_KIND, _SUBJECT, _FACTS)


def bare_sqlite(url: str, count: int) -> None:
    """Insert the same bytes with nothing around them."""
    with closing(sqlite3.connect(_path(url), isolation_level=None, timeout=PATIENCE.total_seconds())) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        sql = _BARE_INSERT.format("?")
        for _ in range(count):
            connection.execute(sql, _VALUES)


def bare_postgres(url: str, count: int) -> None:
    """Insert the same bytes with nothing around them."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        sql = _BARE_INSERT.format("%s").encode()
        for _ in range(count):
            connection.execute(sql, _VALUES)


def _per_second(url: str, writers: int, work: Work) -> float:
    """Writes per second by `writers` processes, from the moment that all are ready until the last is done."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(writers + 1)
    count = APPENDS[writers]
    processes = [context.Process(target=_write, args=(url, count, work, barrier)) for _ in range(writers)]
    for process in processes:
        process.start()
    barrier.wait(120)
    started = time.perf_counter()
    for process in processes:
        process.join()
    elapsed = time.perf_counter() - started
    if any(process.exitcode for process in processes):
        raise RuntimeError(f"a writer failed: {[process.exitcode for process in processes]}")
    return writers * count / elapsed


def _write(url: str, count: int, work: Work, barrier: Barrier) -> None:
    work(url, 1)  # connected, imported, compiled
    barrier.wait(120)
    work(url, count)


def verification_speed(url: str) -> Result:
    """Entries verified per second on one core: chain, and every row compared, of a ledger made of whole runs."""
    fill(url, VERIFIED_ENTRIES)
    speeds = []
    with Ledger.open(url) as ledger:
        for _ in range(3):
            started = time.perf_counter()
            report = ledger.verify()
            speeds.append(report.entries / (time.perf_counter() - started))
            if not report.ok:
                raise RuntimeError(f"the benchmark's ledger does not verify: {report.problems[:3]}")
    return ("ledger verify, SQLite", statistics.median(speeds), 50_000, f"entries/s of {report.entries:,}, one core")


def fill(url: str, entries: int) -> None:
    """Make a ledger of plan runs, five entries each."""
    with Ledger.open(url) as ledger, closing(sqlite3.connect(_path(url), isolation_level=None)) as connection:
        _copy_runs(ledger, connection, entries)


def _copy_runs(ledger: Ledger, connection: sqlite3.Connection, entries: int) -> None:
    """Record some runs through the ledger itself, then repeat their entries and rows under new ids, chained anew."""
    templates = [_one_run(ledger) for _ in range(10)]
    rows = [connection.execute("SELECT * FROM terraform_runs WHERE id = ?", (run,)).fetchone() for run in templates]
    bodies = [[(entry.at, entry.kind, entry.body) for entry in ledger.entries_for(run)] for run in templates]
    sequence, previous = ledger.head()
    connection.execute("BEGIN")
    insert_row = f"INSERT INTO terraform_runs VALUES ({', '.join('?' * len(rows[0]))})"
    while sequence < entries:
        which = sequence % len(templates)
        run = secrets.token_hex(16)
        connection.execute(insert_row, (run, *rows[which][1:]))
        for at, kind, body in bodies[which]:
            text, sequence = body.replace(templates[which], run), sequence + 1
            digest = entry_hash(sequence, at, kind, previous, text)
            values: tuple[Any, ...] = (sequence, at, kind, text, previous, digest)
            connection.execute("INSERT INTO ledger_entries VALUES (?, ?, ?, ?, ?, ?)", values)
            previous = digest
    connection.execute("UPDATE ledger_head SET sequence = ?, hash = ?", (sequence, previous))
    connection.execute("COMMIT")


def _one_run(ledger: Ledger) -> str:
    actor = Actor(ActorKind.person, "ann@example.com", "Ann Example")
    new = NewRun("alphaswarm_platform", "dev", RunKind.plan, actor, None, commit="4b825dc6" * 5, ref="refs/heads/main")
    run = ledger.open_run(new, exclusive=False)
    ledger.transition(run.id, RunStatus.running, changes={"engine": "terraform", "engine_version": "1.11.4"})
    summary: Json = {"add": 3, "by_type": {"aws_ecs_service": 1, "aws_lb": 2}, "change": 0, "destroy": 0, "replace": 0}
    place = "s3://alphaswarm-plans/dev/plan"
    learned: dict[str, Json] = {"plan_digest": secrets.token_hex(32), "plan_place": place, "plan_summary": summary}
    ledger.transition(run.id, RunStatus.awaiting_approval, changes=learned)
    ledger.transition(run.id, RunStatus.approved)
    ledger.transition(run.id, RunStatus.stale, changes={"error": "The state has moved on since the plan was made"})
    return run.id


def measure_postgres(url: str) -> list[Result]:
    """The append ratios on the PostgreSQL server at `url`, whose tables are made."""
    import psycopg

    Ledger.migrate(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_BARE_POSTGRES.encode())
    return [append_ratio(url, writers, bare_postgres, "PostgreSQL") for writers in APPENDS]


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def show(results: list[Result]) -> None:
    """Print results beside their targets."""
    for name, value, target, explanation in results:
        verdict = "ok  " if value >= target else "MISS"
        print(f"{verdict} {name:40} {value:12,.2f}  (target {target:,.2f})  {explanation}", flush=True)


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", metavar="URL", help="also measure on this server")
    arguments = parser.parse_args()
    show(measure())
    if arguments.postgres:
        show(measure_postgres(arguments.postgres))
