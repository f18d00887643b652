"""The session's cookie: signed, for this host alone, out of reach of scripts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from alphaswarm_admin.identity.people import SignedIn, signed_in_of
from alphaswarm_admin.identity.signing import Signer

_PURPOSE = "session"


@dataclass(frozen=True, slots=True)
class SessionCookies:
    """Sets and reads the cookie of a session.

    `__Host-` binds it to this host, to https and to all paths: no neighbour's subdomain can plant one. On
    loopback there is no https, and the name goes without.

    Attributes:
        signer: Signs it.
        secure: Whether the console is reached by https.
    """

    signer: Signer
    secure: bool

    def name(self, what: str) -> str:
        """The name of a cookie of ours."""
        return f"{'__Host-' if self.secure else ''}alphaswarm-{what}"

    def read(self, request: Request, now: datetime) -> SignedIn | None:
        """Who is signed in, by the cookie."""
        token = request.cookies.get(self.name("session"))
        document = self.signer.open(_PURPOSE, token, now) if token else None
        return signed_in_of(document, UTC) if document else None

    def write(self, response: Response, person: SignedIn, now: datetime) -> None:
        """Keep the person signed in."""
        token = self.signer.sign(_PURPOSE, person.document(), person.expires_at)
        self.put(response, "session", token, int((person.expires_at - now).total_seconds()))

    def put(self, response: Response, what: str, value: str, seconds: int) -> None:
        """Set a cookie of ours. `Lax`: a link from a mail finds people signed in; what changes things has a token."""
        response.set_cookie(
            self.name(what), value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def end_load_balancers(self, response: Response, names: Iterable[str]) -> None:
        """End the load balancer's own session: it asks the user pool again."""
        for name in names:
            response.set_cookie(name, "", max_age=0, path="/", secure=True, httponly=True)

    def clear(self, response: Response, what: str) -> None:
        """Take it away."""
        response.delete_cookie(self.name(what), path="/", secure=self.secure, httponly=True, samesite="lax")
