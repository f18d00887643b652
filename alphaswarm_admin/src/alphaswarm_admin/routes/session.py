"""Who is signed in, signing in and out, and what this console is about. `GET /admin/health` is open to all."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from alphaswarm_admin import __version__
from alphaswarm_admin.console import Console
from alphaswarm_admin.contract import session as contract
from alphaswarm_admin.errors import NotFoundError
from alphaswarm_admin.identity.development import SIGN_IN_PATH, DevelopmentDoor
from alphaswarm_admin.identity.guard import ConsoleHere, csrf_token, require_own_origin, require_own_page
from alphaswarm_admin.identity.load_balancer import ALB_COOKIES, STEP_UP_PATH, LoadBalancerDoor
from alphaswarm_admin.identity.people import SignedIn
from alphaswarm_core.ledger.times import format_time

health = APIRouter(tags=["health"])
router = APIRouter(tags=["session"])


@health.get("/admin/health", operation_id="getHealth")
def get_health() -> contract.Health:
    """Whether the process lives. For load balancers; it asks nothing and tells nothing."""
    return contract.Health(version=__version__)


@router.get("/admin/session", operation_id="getSession")
def get_session(request: Request, console: ConsoleHere) -> contract.Session:
    """Who is signed in in this browser; also where nobody is."""
    now = console.clock()
    person = console.door.identify(request, now)
    if person is None or now >= person.expires_at:
        return contract.Session(signed_in=False, sign_in=console.door.offer())
    return session_of(console, person)


@router.get("/admin/console", operation_id="getConsole")
def get_console(console: ConsoleHere) -> contract.ConsoleInfo:
    """What this console is about; for the page before the sign-in too."""
    settings = console.settings
    return contract.ConsoleInfo(
        project=settings.project,
        version=__version__,
        target=settings.target,
        region=settings.region,
        environments=list(settings.environments),
        trees=list(settings.trees),
        repositories=[each.name for each in settings.github.repositories.values()],
    )


@router.post(SIGN_IN_PATH, operation_id="signInForDevelopment")
def sign_in_for_development(
    wanted: contract.DevelopmentSignIn, request: Request, response: Response, console: ConsoleHere
) -> contract.Session:
    """Be somebody; only where the console runs for development."""
    require_own_origin(request, console)
    if not isinstance(console.door, DevelopmentDoor):
        raise NotFoundError("There is no development sign-in here")
    now = console.clock()
    person = console.door.let_in(request, wanted.person, wanted.roles, now)
    console.cookies.write(response, person, now)
    return session_of(console, person)


@router.get(STEP_UP_PATH, operation_id="stepUp", status_code=303, response_class=RedirectResponse)
def step_up(console: ConsoleHere) -> RedirectResponse:
    """End the load balancer's session, so that the next page asks for a fresh sign-in. Changes nothing else."""
    if not isinstance(console.door, LoadBalancerDoor):
        raise NotFoundError("No load balancer signs people in here")
    response = RedirectResponse(f"{console.settings.admin.public_url}/", status_code=303)
    console.cookies.end_load_balancers(response, ALB_COOKIES)
    return response


@router.post("/admin/session/sign-out", operation_id="signOut")
def sign_out(request: Request, response: Response, console: ConsoleHere) -> contract.SignedOut:
    """Forget the sign-in of this browser."""
    require_own_page(request, console, console.door.identify(request, console.clock()))
    console.cookies.clear(response, "session")
    if isinstance(console.door, LoadBalancerDoor):
        console.cookies.end_load_balancers(response, ALB_COOKIES)
    return contract.SignedOut(redirect_to=None)


def session_of(console: Console, person: SignedIn) -> contract.Session:
    """The session of somebody who is signed in."""
    key = console.people.key(person.subject)
    declared = next((name for name, each in console.people.declared.items() if each == key), None)
    return contract.Session(
        signed_in=True,
        sign_in=console.door.offer(),
        person=contract.Person(
            subject=person.subject, name=person.name, email=person.email, key=key, declared_name=declared
        ),
        roles=sorted(person.roles),
        permissions=sorted(person.permissions),
        csrf_token=csrf_token(console, person),
        signed_in_at=format_time(person.signed_in_at),
        fresh_until=format_time(person.fresh_until),
        expires_at=format_time(person.expires_at),
        step_up_url=console.door.step_up_url(),
    )
