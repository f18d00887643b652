"""The platform's own services on ECS: how they stand, their logs and measurements; redeployed and scaled by operators.

Nothing but the services that the project declares, in the environment that the console runs in, is looked at or
changed.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from alphaswarm_admin.auditing import intend, outcome
from alphaswarm_admin.console import Console
from alphaswarm_admin.contract import platform as contract
from alphaswarm_admin.contract.session import Permission
from alphaswarm_admin.identity.guard import ConsoleHere, allowed
from alphaswarm_admin.identity.people import SignedIn
from alphaswarm_admin.routes.common import NAME, Limit
from alphaswarm_admin.routes.readers import Reader
from alphaswarm_admin.views import platform as views
from alphaswarm_core.canonical import Json
from alphaswarm_core.delivery.services import PlatformServices
from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.ledger.times import format_time

router = APIRouter(tags=["platform"], prefix="/admin/platform/ecs")
ServiceName = Annotated[str, Path(pattern=NAME, description="The name of a service, as in `[images.services]`.")]
Minutes = Annotated[int, Query(ge=1, le=1440, description="How far back.")]
Redeployer = Annotated[SignedIn, Depends(allowed(Permission.redeploy, fresh=True))]
Scaler = Annotated[SignedIn, Depends(allowed(Permission.scale, fresh=True))]


@router.get("/services", operation_id="listPlatformServices")
def list_platform_services(console: ConsoleHere, _: Reader) -> contract.PlatformServiceList:
    """The services that run here."""
    found = console.platform.services().all()
    return contract.PlatformServiceList(items=[views.service(e) for e in found], as_of=format_time(console.clock()))


@router.get("/services/{service}", operation_id="getPlatformService")
def get_platform_service(service: ServiceName, console: ConsoleHere, _: Reader) -> contract.PlatformService:
    """One service, with its rollouts and what ECS says happened."""
    return views.service(console.platform.services().one(service))


@router.post("/services/{service}/redeploy", operation_id="redeployPlatformService")
def redeploy_platform_service(
    service: ServiceName, wanted: contract.RedeployRequest, console: ConsoleHere, person: Redeployer
) -> contract.PlatformService:
    """Start the service's tasks anew, with the same task definition."""

    def redeploy(services: PlatformServices) -> None:
        services.redeploy(service)

    return _changed(console, person, "redeploy", service, facts={"reason": wanted.reason}, change=redeploy)


@router.post("/services/{service}/scale", operation_id="scalePlatformService")
def scale_platform_service(
    service: ServiceName, wanted: contract.ScaleRequest, console: ConsoleHere, person: Scaler
) -> contract.PlatformService:
    """Let the service have that many tasks, until the app tier is applied the next time."""

    def scale(services: PlatformServices) -> None:
        services.scale(service, wanted.desired)

    facts: Mapping[str, Json] = {"reason": wanted.reason, "desired": wanted.desired}
    return _changed(console, person, "scale", service, facts=facts, change=scale)


@router.get("/services/{service}/logs", operation_id="readPlatformLog")
def read_platform_log(
    service: ServiceName,
    console: ConsoleHere,
    _: Reader,
    minutes: Minutes = 60,
    limit: Limit = 100,
    cursor: Annotated[
        str | None, Query(pattern=r"^\d{13}\.[!-~]{1,1000}$", description="`next_cursor` of the page before.")
    ] = None,
) -> contract.PlatformLogPage:
    """The service's log of the last `minutes`; with `cursor`, on from there."""
    since = console.clock() - timedelta(minutes=minutes)
    return views.log_page(service, console.platform.services().log(service, since, limit, cursor))


@router.get("/services/{service}/metrics", operation_id="readPlatformMetrics")
def read_platform_metrics(
    service: ServiceName, console: ConsoleHere, _: Reader, minutes: Minutes = 60
) -> contract.PlatformMetrics:
    """How much of its processors and memory the service used in the last `minutes`."""
    now = console.clock()
    found = console.platform.services().measured(service, now - timedelta(minutes=minutes), now)
    return contract.PlatformMetrics(service=service, metrics=[views.metric(each) for each in found])


@router.get("/alarms", operation_id="listPlatformAlarms")
def list_platform_alarms(console: ConsoleHere, _: Reader) -> contract.AlarmList:
    """The platform's alarms here."""
    return contract.AlarmList(items=[views.alarm(each) for each in console.platform.services().alarms()])


def _changed(
    console: Console,
    person: SignedIn,
    verb: str,
    service: str,
    *,
    facts: Mapping[str, Json],
    change: Callable[[PlatformServices], None],
) -> contract.PlatformService:
    """Recorded, then done, then recorded how it went. What is not ours is refused, and that stands in the chain too."""
    environment = console.platform.names.environment
    subject = f"{environment}/{service}"
    services = console.platform.services()
    with console.ledger.open() as ledger:
        intent = intend(ledger, person, f"platform:{verb}", subject, {"environment": environment, **facts})
        try:
            change(services)
        except AlphaSwarmError as error:
            outcome(ledger, intent, f"platform:{verb}_failed", subject, {"code": error.code, "why": error.what})
            raise
        outcome(ledger, intent, f"platform:{verb}_done", subject, {"environment": environment})
    return views.service(services.one(service))
