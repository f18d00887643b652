"""The sign-in by a load balancer that asks Cognito: its signed header says who, the access token says which groups.

A header is only text until it is verified: signed with the key of that load balancer (ES256), by the one load balancer
that is ours (`signer`; anybody may own another), for our client, of our pool, not over. The groups and the time of the
sign-in are in the access token, which the pool signed; both have to be about the same person.

Source: docs.aws.amazon.com, "Authenticate users using an Application Load Balancer"; "Using tokens with user pools".
"""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from starlette.requests import Request

from alphaswarm_admin.contract.session import Role, SignIn
from alphaswarm_admin.errors import IdentityForgedError
from alphaswarm_admin.identity.people import SignedIn
from alphaswarm_core.gates.counting import Source
from alphaswarm_core.settings import AdminSettings

IDENTITY, ACCESS = "x-amzn-oidc-data", "x-amzn-oidc-accesstoken"
STEP_UP_PATH = "/admin/session/step-up"
ALB_COOKIES = tuple(f"AWSELBAuthSessionCookie-{number}" for number in range(4))
_LASTS = timedelta(hours=8)
_LONGEST = 16_384
_KEY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST_KEYS = 32

Fetch = Callable[[str], bytes]
"""What is at an address.

Raises:
    UnavailableError: it does not answer.
"""


@dataclass
class LoadBalancerDoor:
    """Lets in whom the load balancer vouches for.

    Args:
        settings: Which load balancer, pool and client, and what their groups mean.
        fetch: Gets public keys.
    """

    settings: AdminSettings
    fetch: Fetch
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _keys: dict[str, Any] = field(default_factory=dict)

    def identify(self, request: Request, now: datetime) -> SignedIn | None:
        """Who asks; None where the load balancer vouches for nobody.

        Raises:
            IdentityForgedError: a header does not hold.
        """
        identity, access = request.headers.get(IDENTITY), request.headers.get(ACCESS)
        if identity is None and access is None:
            return None
        if identity is None or access is None or max(len(identity), len(access)) > _LONGEST:
            raise IdentityForgedError("One of the load balancer's two headers is missing, or too long")
        vouched, granted = self._identity(identity, now), self._access(access, now)
        if not vouched.get("sub") or vouched["sub"] != granted.get("sub"):
            raise IdentityForgedError("The load balancer's two headers are about different people")
        return self._person(vouched, granted)

    def offer(self) -> SignIn:
        """The frontend's pages lead to the sign-in by themselves."""
        return SignIn(kind="load_balancer", url="/")

    def step_up_url(self) -> str:
        """Where to sign in once more."""
        return STEP_UP_PATH

    def _identity(self, token: str, now: datetime) -> Mapping[str, Any]:
        header = _header(token)
        expected = {
            "alg": "ES256",
            "signer": self.settings.trusted_alb_arn,
            "client": self.settings.client_id,
            "iss": self.settings.issuer,
        }
        wrong = next((name for name, value in expected.items() if header.get(name) != value), None)
        key_id = str(header.get("kid"))
        if wrong or not _KEY_ID.fullmatch(key_id):
            raise IdentityForgedError(f"The identity header's '{wrong or 'kid'}' is not that of our load balancer")
        region = str(self.settings.trusted_alb_arn).split(":")[3]
        address = f"https://public-keys.auth.elb.{region}.amazonaws.com/{key_id}"
        key = self._key(address, lambda content: content.decode("ascii"))
        return _verified(token, key, "ES256", str(self.settings.issuer), now)

    def _access(self, token: str, now: datetime) -> Mapping[str, Any]:
        key_id = str(_header(token).get("kid"))
        address = f"{self.settings.issuer}/.well-known/jwks.json"
        found = self._key(f"{address}#{key_id}", lambda content: _of_set(content, key_id))
        claims = _verified(token, found, "RS256", str(self.settings.issuer), now)
        if claims.get("token_use") != "access" or claims.get("client_id") != self.settings.client_id:
            raise IdentityForgedError("The access token is of another kind or client")
        return claims

    def _key(self, name: str, read: Callable[[bytes], Any]) -> Any:
        with self._guard:
            known = self._keys.get(name)
        if known is None:
            known = read(self.fetch(name.partition("#")[0]))
            with self._guard:
                if len(self._keys) >= _MOST_KEYS:
                    self._keys.clear()
                self._keys[name] = known
        return known

    def _person(self, vouched: Mapping[str, Any], granted: Mapping[str, Any]) -> SignedIn:
        groups = granted.get(self.settings.role_claim)
        named = [self.settings.roles.get(str(each)) for each in groups] if isinstance(groups, list) else []
        signed_in_at = _moment(granted.get("auth_time"))
        email = vouched.get("email") if str(vouched.get("email_verified")).lower() == "true" else None
        return SignedIn(
            subject=f"admin:{vouched['sub']}",
            source=Source.admin_console,
            name=str(email or vouched.get("username") or vouched["sub"])[:200],
            email=str(email)[:200] if email else None,
            roles=frozenset(Role(each) for each in named if each),
            signed_in_at=signed_in_at,
            expires_at=signed_in_at + _LASTS,
        )


def _header(token: str) -> Mapping[str, Any]:
    try:
        return jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise IdentityForgedError("A header of the load balancer's is no token", why=str(error)) from error


def _verified(token: str, key: Any, algorithm: str, issuer: str, now: datetime) -> Mapping[str, Any]:
    """The claims of a token that holds. Its end is compared here: by the console's clock, not the library's."""
    options: Any = {"require": ["exp", "iss", "sub"], "verify_exp": False, "verify_aud": False, "verify_iat": False}
    try:
        claims: dict[str, Any] = jwt.decode(token, key, algorithms=[algorithm], issuer=issuer, options=options)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise IdentityForgedError("A token of the load balancer's does not hold", why=str(error)) from error
    ends = claims["exp"]
    if not isinstance(ends, int | float) or now.timestamp() >= ends:
        raise IdentityForgedError("A token of the load balancer's is over", fix="Reload the page")
    return claims


def _of_set(content: bytes, key_id: str) -> Any:
    try:
        found = jwt.PyJWKSet.from_json(content.decode("utf-8"))
        return found[key_id].key
    except (KeyError, jwt.PyJWTError, ValueError) as error:
        raise IdentityForgedError("The access token is signed with no key of the pool", why=str(error)) from error


def _moment(value: Any) -> datetime:
    if not isinstance(value, int | float):
        raise IdentityForgedError("The access token does not say when the person signed in")
    return datetime.fromtimestamp(value, UTC)
