"""The sign-in for development: be whom you like, on a machine where nothing is at stake."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from starlette.requests import Request

from alphaswarm_admin.contract.session import Role, SignIn
from alphaswarm_admin.errors import ConsoleSettingsError, NotSignedInError
from alphaswarm_admin.identity.cookies import SessionCookies
from alphaswarm_admin.identity.people import SignedIn
from alphaswarm_core.gates.counting import Source
from alphaswarm_core.settings import Settings
from alphaswarm_core.target import Target, is_loopback

SIGN_IN_PATH = "/admin/session/development"
_LASTS = timedelta(hours=8)


def require_harmless(settings: Settings, host: str) -> None:
    """Refuse to start a console that lets anybody be anybody where others could reach it.

    Raises:
        ConsoleSettingsError: the target is not the local cloud, or an address is not of this machine.
    """
    why = None
    if settings.target is not Target.LOCAL:
        why = f"the target is {settings.target}"
    elif not is_loopback(settings.admin.public_url):
        why = f"people would reach it at {settings.admin.public_url}"
    elif not is_loopback(f"http://{f'[{host}]' if ':' in host else host}"):
        why = f"it would listen at {host}"
    if why:
        raise ConsoleSettingsError(
            "The development sign-in does not start here",
            why=f"anybody could be anybody, and {why}",
            fix="Set admin.sign_in to load_balancer; or use --target local on a loopback address",
        )


class DevelopmentDoor:
    """Lets people in as whom they say they are.

    Args:
        cookies: Keeps them signed in.
        people: Whom to offer.
    """

    def __init__(self, cookies: SessionCookies, people: Sequence[str]) -> None:
        self._cookies = cookies
        self._people = list(people)

    def identify(self, request: Request, now: datetime) -> SignedIn | None:
        """Who asks; only from this machine, whoever listens where."""
        return self._cookies.read(request, now) if _from_here(request) else None

    def offer(self) -> SignIn:
        """How to sign in."""
        return SignIn(kind="development", url=SIGN_IN_PATH, people=self._people)

    def step_up_url(self) -> str:
        """Where to prove it again: the same."""
        return SIGN_IN_PATH

    def let_in(self, request: Request, name: str, roles: Sequence[Role], now: datetime) -> SignedIn:
        """Be `name`."""
        if not _from_here(request):
            raise NotSignedInError("The development sign-in is for this machine alone")
        subject = f"{Source.rehearsal}:{name.lower()}"
        return SignedIn(subject, Source.rehearsal, name, None, frozenset(roles), now, now + _LASTS)


def _from_here(request: Request) -> bool:
    """A proxy on this machine that lets others in adds whom it speaks for; then this is not for development."""
    peer = request.client.host if request.client else ""
    spoken_for = [each.strip() for each in request.headers.get("x-forwarded-for", "").split(",") if each.strip()]
    return all(is_loopback(f"http://{f'[{each}]' if ':' in each else each}") for each in (peer, *spoken_for))
