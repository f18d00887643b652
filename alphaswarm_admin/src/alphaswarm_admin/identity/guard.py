"""What stands before each operation: who is it, may that person, does the request come from our own pages.

Operations name what they need: `Annotated[SignedIn, Depends(allowed(Permission.read))]`.
"""

import hmac
from collections.abc import Callable
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import Depends, Request

from alphaswarm_admin.console import Console
from alphaswarm_admin.contract.session import Permission
from alphaswarm_admin.errors import (
    ForeignRequestError,
    FreshSignInNeededError,
    NotSignedInError,
    PermissionMissingError,
)
from alphaswarm_admin.identity.people import FRESH_FOR, SignedIn
from alphaswarm_core.target import is_loopback

CSRF_HEADER = "x-csrf-token"
_CSRF = "csrf"
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_OWN_PAGES = frozenset({"same-origin", "none"})


def console_of(request: Request) -> Console:
    """The console that answers."""
    return cast("Console", request.app.state.console)


ConsoleHere = Annotated[Console, Depends(console_of)]


def signed_in(request: Request, console: ConsoleHere) -> SignedIn:
    """Who asks.

    Raises:
        NotSignedInError: nobody is signed in.
    """
    now = console.clock()
    person = console.door.identify(request, now)
    if person is None or now >= person.expires_at:
        raise NotSignedInError("Nobody is signed in", fix=f"Sign in: {console.door.offer().url}")
    return person


def allowed(permission: Permission, *, fresh: bool = False) -> Callable[..., SignedIn]:
    """A dependency: the person, who may do this; with `fresh`, who signed in a moment ago."""

    def check(request: Request, console: ConsoleHere) -> SignedIn:
        person = signed_in(request, console)
        if request.method not in _SAFE_METHODS:
            require_own_page(request, console, person)
        if permission not in person.permissions:
            raise PermissionMissingError(
                f"{person.name} may not do this",
                why=f"it needs '{permission}', and the roles are {', '.join(sorted(person.roles)) or 'none'}",
                fix="Ask an administrator of the user pool for the role",
            )
        if fresh and console.clock() >= person.fresh_until:
            raise FreshSignInNeededError(
                f"The sign-in is more than {FRESH_FOR.total_seconds():.0f} seconds old",
                why="whoever finds an unlocked screen must not do this",
                fix=f"Sign in once more: {console.door.step_up_url()}",
            )
        return person

    return check


def csrf_token(console: Console, person: SignedIn) -> str:
    """The token that pages of ours send with everything that changes something; bound to the sign-in."""
    return console.signer.mark(_CSRF, person.session)


def require_own_page(request: Request, console: Console, person: SignedIn | None) -> None:
    """Refuse what another site lets the browser send: wrong origin, or no token.

    Args:
        request: It.
        console: The console.
        person: Who is signed in; None before the sign-in, when there is no token yet.

    Raises:
        ForeignRequestError: it does not come from a page of ours.
    """
    require_own_origin(request, console)
    if person is None:
        return
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), csrf_token(console, person).encode()):
        raise ForeignRequestError(
            "The request has no valid CSRF token",
            why="another site may have made the browser send it, or the sign-in was renewed",
            fix="Read it from GET /admin/session and send it as X-CSRF-Token",
        )


def require_own_origin(request: Request, console: Console) -> None:
    """Refuse a request that the browser says comes from elsewhere.

    Raises:
        ForeignRequestError: it does.
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if site is not None and site not in _OWN_PAGES:
        raise ForeignRequestError("Another site sent this", why=f"the browser says: {site}")
    if origin is not None and not _is_own(origin, console.settings.admin.public_url):
        raise ForeignRequestError("Another site sent this", why="its origin is not the console's")


def _is_own(origin: str, public_url: str) -> bool:
    if is_loopback(public_url):  # the frontend's development server has a port of its own
        return is_loopback(origin) and urlsplit(origin).scheme == urlsplit(public_url).scheme
    return origin == public_url
