"""All records together, under one lock: every request sees the state between two others, never in the middle of one."""

import copy
import itertools
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from alphaswarm_local.github.state.accounts import Account, App
from alphaswarm_local.github.state.repositories import Environment, Repository
from alphaswarm_local.github.state.runs import Artifact, Deployment, Job, Run

_FIRST_IDS = {"run": 10_000_000_001, "job": 20_000_000_001, "repository": 910_000_001, "environment": 7_000_000_001}
_FIRST_OTHER = 1_000_001


@dataclass
class Records:
    """Plain data: what a snapshot holds."""

    accounts: dict[str, Account] = field(default_factory=dict)
    apps: dict[int, App] = field(default_factory=dict)
    repositories: dict[int, Repository] = field(default_factory=dict)
    runs: dict[int, Run] = field(default_factory=dict)
    deployments: dict[int, Deployment] = field(default_factory=dict)
    artifacts: dict[int, Artifact] = field(default_factory=dict)


class Store:
    """The records, their lock, ids and time.

    Args:
        clock: Now, in UTC. `advance` moves it on: wait timers and expiries need no waiting in a rehearsal.
    """

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.records = Records()
        self._clock, self._ahead = clock, timedelta()
        self._ids: dict[str, Iterator[int]] = {}
        self._numbers: dict[tuple[int, str], Iterator[int]] = defaultdict(lambda: itertools.count(1))

    def __enter__(self) -> Records:
        self.changed.acquire()
        return self.records

    def __exit__(self, *_: object) -> None:
        self.changed.notify_all()
        self.changed.release()

    def now(self) -> datetime:
        """The time, to the second: what GitHub's API shows."""
        return (self._clock() + self._ahead).replace(microsecond=0)

    def advance(self, seconds: float) -> datetime:
        """Move the clock on."""
        with self:
            self._ahead += timedelta(seconds=seconds)
            return self.now()

    def new_id(self, kind: str) -> int:
        """An id that no other record of that kind has."""
        with self.changed:
            ids = self._ids.setdefault(kind, itertools.count(_FIRST_IDS.get(kind, _FIRST_OTHER)))
            return next(ids)

    def next_run_number(self, repository: int, workflow_path: str) -> int:
        """Runs count per workflow, from 1."""
        with self.changed:
            return next(self._numbers[repository, workflow_path])

    def snapshot(self) -> Records:
        """A copy of everything, as it is between two requests."""
        with self.changed:
            return copy.deepcopy(self.records)

    def account(self, login: str) -> Account | None:
        """Somebody by login, in any case."""
        return self.records.accounts.get(login.lower())

    def account_by_id(self, number: int) -> Account | None:
        """Somebody by id."""
        return next((each for each in self.records.accounts.values() if each.id == number), None)

    def add_account(self, account: Account) -> Account:
        """Take somebody in."""
        with self:
            self.records.accounts[account.login.lower()] = account
        return account

    def repository(self, owner: str, name: str) -> Repository | None:
        """A repository by name, in any case."""
        wanted = f"{owner}/{name}".lower()
        return next((each for each in self.records.repositories.values() if each.full_name.lower() == wanted), None)

    def runs_of(self, repository: Repository) -> list[Run]:
        """Its runs, the newest first."""
        found = [each for each in self.records.runs.values() if each.repository == repository.id]
        return sorted(found, key=lambda each: each.id, reverse=True)

    def job(self, repository: Repository, number: int) -> tuple[Run, Job] | None:
        """A job and its run."""
        for run in self.records.runs.values():
            if run.repository == repository.id and number in run.jobs:
                return run, run.jobs[number]
        return None

    @staticmethod
    def environment_by_id(repository: Repository, number: int) -> Environment | None:
        """The environment with that id, or None."""
        return next((each for each in repository.environments.values() if each.id == number), None)
