"""The platform's services without AWS: kept in memory, refusing as the door does, failing when told to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from alphaswarm_core.delivery.services import (
    AlarmState,
    Deployment,
    Happening,
    LogLine,
    LogLines,
    PlatformNames,
    Series,
    Service,
    ServiceNotRunningError,
)
from alphaswarm_core.errors import AlphaSwarmError

THEN = datetime(2026, 1, 5, 8, tzinfo=UTC)
IMAGE = f"r.example.org/admin@sha256:{'a' * 64}"


@dataclass
class PlatformDouble:
    """One service, `admin`, runs; `admin-frontend` is declared and does not."""

    desired: int = 2
    asked: list[tuple[str, ...]] = field(default_factory=list)
    failure: AlphaSwarmError | None = None
    names: PlatformNames = field(default_factory=lambda: PlatformNames("", "", ()))

    def opened(self, names: PlatformNames) -> "PlatformDouble":
        self.names = names
        return self

    def all(self) -> Sequence[Service]:
        self._require("admin")
        return [self._service()]

    def one(self, name: str) -> Service:
        self._require(name)
        return self._service()

    def redeploy(self, name: str) -> None:
        self._require(name)
        self.asked.append(("redeploy", name))

    def scale(self, name: str, desired: int) -> None:
        self._require(name)
        self.asked.append(("scale", name, str(desired)))
        self.desired = desired

    def log(self, name: str, since: datetime, most: int, cursor: str | None) -> LogLines:
        self._require(name)
        self.asked.append(("log", since.isoformat(), str(most), cursor or ""))
        return LogLines((LogLine(THEN, "admin/admin/1", "<script>"),), f"{int(THEN.timestamp() * 1000)}.next")

    def measured(self, name: str, since: datetime, until: datetime) -> Sequence[Series]:
        self._require(name)
        return [Series("cpu_percent", ((since, 12.5), (until, 50.0))), Series("memory_percent", ())]

    def alarms(self) -> Sequence[AlarmState]:
        self._require("admin")
        return [AlarmState("example-dev-backups", "ALARM", "too old", THEN), AlarmState("b", "OK", "", None)]

    def _require(self, name: str) -> None:
        self.names.service(name)
        if self.failure is not None:
            raise self.failure
        if name != "admin":
            raise ServiceNotRunningError(f"{name} does not run")

    def _service(self) -> Service:
        rollout = Deployment(
            "ecs-svc/1",
            "PRIMARY",
            "IN_PROGRESS",
            "",
            "admin:7",
            self.desired,
            1,
            1,
            0,
            THEN,
            THEN + timedelta(minutes=1),
        )
        old = Deployment("ecs-svc/0", "ACTIVE", "", "", "admin:6", 0, 0, 0, 0, None, None)
        events = (Happening(THEN, "(service admin) has started 1 tasks"),)
        place = (self.names.environment, self.names.cluster)
        return Service("admin", *place, "ACTIVE", self.desired, 1, 1, (IMAGE,), (rollout, old), events)
