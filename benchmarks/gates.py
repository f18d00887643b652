"""How fast the gate decides, and how much the webhook of the protection rule takes: `python -m benchmarks gates`.

The decision is measured with everything it reads from the ledger, which holds ten thousand approvals. The webhook is
measured over HTTP on the loopback address, with a durable SQLite ledger, by a client that sends at a steady rate from
another process: a request that waits in a queue is slow from the moment when it should have been sent.
"""

import asyncio
import hashlib
import hmac
import json
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from alphaswarm_core.gates.asking import question_about
from alphaswarm_core.gates.deciding import decide
from alphaswarm_core.ledger.records import Actor, ActorKind, Decision, NewRun, Part, Run, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.ledger.times import utc_now
from alphaswarm_core.settings import Settings
from alphaswarm_core.target import Target
from benchmarks.measurement import CannotMeasureError, Measurement

STORED, A_PLAN, DECISIONS = 10_000, 5, 500
DECISION_MS = 5.0
RATE, SECONDS, ROUNDS, P99_MS = 200, 8, 3, 100.0
SECRET = "benchmark-" + "x" * 30
_API = "https://api.github.com"
_CONNECTIONS = 32
_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_SETTINGS = {
    "schema": 1,
    "project": "example",
    "environments": {"prod": {"account_id": "333333333333", "approvals": 2, "promoted_from": None}},
    "github": {"repositories": {"platform": {"name": "o/r", "id": 7, "owner_id": 8}}},
    "trees": {"alphaswarm_platform": {"path": "terraform/{env}", "applied_by": "runtime"}},
}


def measure() -> list[Measurement]:
    """Both promises."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        return [_decision(root), *_webhooks(root)]


def _decision(root: Path) -> Measurement:
    """The median of a decision on a plan with five approvals and its author, among ten thousand stored approvals."""
    settings = Settings.model_validate({**_SETTINGS, "root": root})
    with Ledger.open(f"sqlite:///{root}/decisions.db") as ledger:
        runs = [_plan(ledger, number) for number in range(20)]
        for run in runs:
            for person in range(10, 10 + A_PLAN):
                ledger.add_approval(
                    run.id, str(run.plan_digest), f"github:{person}", Decision.approve, source="github_review"
                )
        _store_others(root / "decisions.db", STORED - A_PLAN * len(runs))
        taken = []
        for number in range(DECISIONS):
            started = time.perf_counter()
            question = question_about(runs[number % len(runs)], ledger, settings, Target.AWS, ledger.now())
            go = decide(question).go
            taken.append((time.perf_counter() - started) * 1000)
            if not go:
                raise CannotMeasureError("a plan with all its approvals may not be applied")
    detail = (
        f"median of {DECISIONS}, slowest {max(taken):.1f} ms; {len(question.approvals)} approvals of the plan itself"
    )
    what = f"gate decision, {STORED:,} approvals stored"
    return Measurement(what, statistics.median(taken), DECISION_MS, "ms", at_least=False, detail=detail)


def _plan(ledger: Ledger, number: int) -> Run:
    actor = Actor(ActorKind.github_actions, "github:1", "ann", f"https://github.com/o/r/actions/runs/{number + 1}")
    new = NewRun("alphaswarm_platform", "prod", RunKind.plan, actor, None, commit="c" * 40, target="aws")
    run = ledger.open_run(new, exclusive=False)
    ledger.transition(run.id, RunStatus.running)
    columns: dict[str, Any] = {"plan_digest": f"{number:064x}", "policy_result": {"allowed": True}}
    run = ledger.transition(run.id, RunStatus.awaiting_approval, changes=columns)
    ledger.add_involvements(run.id, [("github:2", Part.author)], source="git")
    return run


def _store_others(path: Path, count: int) -> None:
    """Approvals of other plans, written at once: the ledger's own way would take a commit each."""
    with closing(sqlite3.connect(path)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(approvals)")]
        row = dict(zip(columns, connection.execute("SELECT * FROM approvals LIMIT 1").fetchone(), strict=True))
        rows = [{**row, "id": f"other-{number}", "run_id": f"other-{number // A_PLAN}"} for number in range(count)]
        rows = [{**each, "approver": f"github:{number}"} for number, each in enumerate(rows)]
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join(f":{name}" for name in columns)
        connection.executemany(f"INSERT INTO approvals ({names}) VALUES ({values})", rows)
        connection.commit()


def _webhooks(root: Path) -> list[Measurement]:
    with _served(root) as port:
        command = [sys.executable, "-m", "benchmarks.gates", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    if done.returncode != 0:
        raise CannotMeasureError(done.stderr.strip()[-500:] or "the client failed")
    told = json.loads(done.stdout)
    rounds = [sorted(each["milliseconds"]) for each in told]
    p99s = [each[int(len(each) * 0.99) - 1] for each in rounds]
    p99, middle = statistics.median(p99s), statistics.median(each for one in rounds for each in one)
    rate = sum(map(len, rounds)) / sum(each["seconds"] for each in told)
    detail = (
        f"{sum(map(len, rounds)):,} taken of {RATE * SECONDS * ROUNDS:,} sent at {RATE}/s, SQLite, every commit on disk"
    )
    spread = f"{min(p99s):.0f}-{max(p99s):.0f} ms in {ROUNDS} rounds; half of all took at most {middle:.1f} ms"
    return [
        Measurement("webhooks taken", rate, RATE * 0.99, "1/s", at_least=True, detail=detail),
        Measurement("webhook p99", p99, P99_MS, "ms", at_least=False, detail=spread),
    ]


@contextmanager
def _served(root: Path) -> Iterator[int]:
    """The endpoint of the rule behind a real server; nobody answers GitHub, which is no part of the promise."""
    import uvicorn
    from fastapi import FastAPI

    from alphaswarm_core.adapters.github import GithubClient, GithubRunsApi, static_token
    from alphaswarm_core.adapters.protection_endpoint import protection_router
    from alphaswarm_core.gates.protection_rule import ProtectionRule
    from alphaswarm_core.gates.webhook import rules_of

    settings = Settings.model_validate({**_SETTINGS, "root": root})
    with Ledger.open(f"sqlite:///{root}/webhooks.db") as ledger, GithubClient(static_token("t")) as client:
        rule = ProtectionRule(ledger, settings, Target.AWS, GithubRunsApi(client), rules_of(settings, [SECRET], _API))
        app = FastAPI()
        app.include_router(protection_router(rule, lambda _: None))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            try:
                yield listening.getsockname()[1]
            finally:
                server.should_exit = True
                thread.join(30)


async def _send_rounds(port: int) -> list[dict[str, Any]]:
    """The rounds, over connections of its own: a client takes time too."""
    free: asyncio.LifoQueue[_Connection] = asyncio.LifoQueue()
    for _ in range(_CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    count = RATE * SECONDS
    requests = [_request(number) for number in range(count * ROUNDS + 1)]
    await _send(free, requests.pop())
    return [await _send_steadily(free, requests[each * count :][:count]) for each in range(ROUNDS)]


async def _send_steadily(free: "asyncio.LifoQueue[_Connection]", requests: list[bytes]) -> dict[str, Any]:
    """Send at a steady rate, whatever the answers do."""
    taken: list[float] = []
    start = time.perf_counter()

    async def one(number: int) -> None:
        due = start + number / RATE
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if await _send(free, requests[number]):
            taken.append((time.perf_counter() - due) * 1000)

    await asyncio.gather(*(one(number) for number in range(len(requests))))
    return {"seconds": time.perf_counter() - start, "milliseconds": taken}


async def _send(free: "asyncio.LifoQueue[_Connection]", request: bytes) -> bool:
    """Whether the webhook was taken."""
    reader, writer = connection = await free.get()
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
    free.put_nowait(connection)
    return b" 202 " in head.split(b"\r\n", 1)[0]


def _request(number: int) -> bytes:
    body = json.dumps(_document(number)).encode()
    lines = [
        "POST /webhooks/github HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        "X-GitHub-Event: deployment_protection_rule",
        f"X-GitHub-Delivery: delivery-{number:08d}",
        "X-Hub-Signature-256: sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest(),
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _document(number: int) -> dict[str, Any]:
    """As large as GitHub's: most of it is about the repository and the sender."""
    return {
        "action": "requested",
        "environment": "prod",
        "event": "workflow_dispatch",
        "deployment_callback_url": f"{_API}/repos/o/r/actions/runs/{number + 1}/deployment_protection_rule",
        "deployment": {"created_at": (utc_now() - timedelta(seconds=1)).isoformat()},
        "repository": {"id": 7, "full_name": "o/r", "about": "x" * 12_000},
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_send_rounds(int(sys.argv[1])))))
