"""From settings and the process environment to a console that may be served."""

import secrets
from collections.abc import Mapping

from alphaswarm_admin.console import Console, LedgerSource
from alphaswarm_admin.identity.cookies import SessionCookies
from alphaswarm_admin.identity.development import DevelopmentDoor, require_harmless
from alphaswarm_admin.identity.signing import Signer
from alphaswarm_core.settings import Settings
from alphaswarm_core.target import Target

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
    return Console(
        settings=settings,
        ledger=LedgerSource(settings.ledger_url, create=settings.target is Target.LOCAL, known_secrets=[key]),
        signer=signer,
        cookies=cookies,
        door=DevelopmentDoor(cookies, list(settings.people)),
    )
