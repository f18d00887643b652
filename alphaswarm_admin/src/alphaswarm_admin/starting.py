"""From settings and the process environment to a console that may be served."""

import secrets
from collections.abc import Mapping, Sequence

from alphaswarm_admin.console import Console, LedgerSource
from alphaswarm_admin.identity.cookies import SessionCookies
from alphaswarm_admin.identity.development import DevelopmentDoor, require_harmless
from alphaswarm_admin.identity.signing import Signer
from alphaswarm_admin.live import LiveLedger
from alphaswarm_admin.trust_policies import PolicyReader, TrustReader
from alphaswarm_core.identity.trust import RolePolicy
from alphaswarm_core.settings import Settings
from alphaswarm_core.target import Target, local_client_environment

SESSION_KEY = "ALPHASWARM_ADMIN_SESSION_KEY"
VARIABLES = (SESSION_KEY,)
"""What the console reads from its environment besides settings: secrets."""


def console_of(settings: Settings, environ: Mapping[str, str], host: str) -> Console:
    """The console of this project.

    Args:
        settings: The project's.
        environ: Holds the secrets.
        host: Where it will listen.

    Raises:
        ConfigurationError: it would not be safe to start like this.
    """
    require_harmless(settings, host)
    key = environ.get(SESSION_KEY) or secrets.token_hex(32)  # a restart signs everybody out; here nobody minds
    signer = Signer(key)
    cookies = SessionCookies(signer, secure=settings.admin.public_url.startswith("https://"))
    ledger = LedgerSource(settings.ledger_url, create=settings.target is Target.LOCAL, known_secrets=[key])
    return Console(
        settings=settings,
        ledger=ledger,
        live=LiveLedger(ledger.open),
        signer=signer,
        cookies=cookies,
        trust=TrustReader(settings, _local_policies(settings) if settings.target is Target.LOCAL else None),
        door=DevelopmentDoor(cookies, list(settings.people)),
    )


def _local_policies(settings: Settings) -> PolicyReader:
    """Reads the policies of the local cloud's accounts."""

    def read(environment: str) -> Sequence[RolePolicy]:
        from alphaswarm_core.adapters.iam_roles import live_policies  # noqa: PLC0415 - slow to load
        from alphaswarm_core.local_address import read_local_address  # noqa: PLC0415

        address = read_local_address(settings.home_path)
        return live_policies(local_client_environment(address, environment), environment)

    return read
