"""From settings and the process environment to a console that may be served."""

import secrets
from collections.abc import Mapping, Sequence

from alphaswarm_admin.console import Console, Door, LedgerSource
from alphaswarm_admin.errors import ConsoleSettingsError
from alphaswarm_admin.identity.cookies import SessionCookies
from alphaswarm_admin.identity.development import DevelopmentDoor, require_harmless
from alphaswarm_admin.identity.load_balancer import LoadBalancerDoor
from alphaswarm_admin.identity.signing import Signer
from alphaswarm_admin.live import LiveLedger
from alphaswarm_admin.platform_access import ENVIRONMENT, PlatformAccess
from alphaswarm_admin.trust_policies import PolicyReader, TrustReader
from alphaswarm_core.errors import UnavailableError
from alphaswarm_core.identity.trust import RolePolicy
from alphaswarm_core.settings import Settings
from alphaswarm_core.target import Target, local_client_environment

SESSION_KEY = "ALPHASWARM_ADMIN_SESSION_KEY"
VARIABLES = (SESSION_KEY, ENVIRONMENT)
"""What the console reads from its environment besides settings: a secret, and the environment that it runs in."""


def console_of(settings: Settings, environ: Mapping[str, str], host: str) -> Console:
    """The console of this project.

    Args:
        settings: The project's.
        environ: Holds the secrets.
        host: Where it will listen.

    Raises:
        ConfigurationError: it would not be safe to start like this.
    """
    key = _session_key(settings, environ, host)
    signer = Signer(key)
    cookies = SessionCookies(signer, secure=settings.admin.public_url.startswith("https://"))
    ledger = LedgerSource(settings.ledger_url, create=settings.target is Target.LOCAL, known_secrets=[key])
    return Console(
        settings=settings,
        ledger=ledger,
        live=LiveLedger(ledger.open),
        platform=PlatformAccess(settings, environ),
        signer=signer,
        cookies=cookies,
        trust=TrustReader(settings, _local_policies(settings) if settings.target is Target.LOCAL else None),
        door=_door(settings, cookies),
    )


def _session_key(settings: Settings, environ: Mapping[str, str], host: str) -> str:
    """The key; in development one of this process: a restart signs everybody out, and nobody minds.

    Raises:
        ConsoleSettingsError: there is none, or the sign-in may not start here.
    """
    if settings.admin.sign_in == "development":
        require_harmless(settings, host)
        return environ.get(SESSION_KEY) or secrets.token_hex(32)
    if not environ.get(SESSION_KEY):
        raise ConsoleSettingsError(f"{SESSION_KEY} is not set", why="all tasks of the console sign with one key")
    return environ[SESSION_KEY]


def _door(settings: Settings, cookies: SessionCookies) -> Door:
    """The way in.

    Raises:
        ConsoleSettingsError: it is not said whom to believe.
    """
    if settings.admin.sign_in == "development":
        return DevelopmentDoor(cookies, list(settings.people))
    needed = ("trusted_alb_arn", "issuer", "client_id")
    missing = [f"admin.{name}" for name in needed if getattr(settings.admin, name) is None]
    if missing or not cookies.secure:
        raise ConsoleSettingsError(
            "The sign-in by a load balancer is not set up",
            why=f"not set: {', '.join(missing)}" if missing else "admin.public_url is not https",
            fix="Set it in [admin], or as ALPHASWARM_ADMIN_TRUSTED_ALB_ARN, …_ISSUER, …_CLIENT_ID, …_PUBLIC_URL",
        )
    return LoadBalancerDoor(settings.admin, public_keys)


def public_keys(address: str) -> bytes:
    """The public keys at an address.

    Raises:
        UnavailableError: it does not answer.
    """
    import httpx  # noqa: PLC0415 - slow to load, and in development nothing needs it

    try:
        answer = httpx.get(address, timeout=5, follow_redirects=False)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise UnavailableError("The keys that sign-ins are verified with cannot be read", why=str(error)) from error
    return answer.content


def _local_policies(settings: Settings) -> PolicyReader:
    """Reads the policies of the local cloud's accounts."""

    def read(environment: str) -> Sequence[RolePolicy]:
        from alphaswarm_core.adapters.iam_roles import live_policies  # noqa: PLC0415 - slow to load
        from alphaswarm_core.local_address import read_local_address  # noqa: PLC0415

        address = read_local_address(settings.home_path)
        return live_policies(local_client_environment(address, environment), environment)

    return read
