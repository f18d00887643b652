"""Who owns a shared ledger's database, and by which address the owner gets in."""

import os

from alphaswarm.composition import Session
from alphaswarm_core.errors import UsageError
from alphaswarm_core.target import Target

OWNER_URL = "ALPHASWARM_LEDGER_OWNER_URL"


def owner_address(here: Session, environment: str) -> str:
    """The owner's address of an environment's ledger database. It is a secret: never an option, never shown.

    Raises:
        UsageError: the target is AWS, and the environment does not hold it.
        NoDatabaseServerError: the local cloud has no PostgreSQL.
    """
    if here.settings.target is Target.AWS:
        if not os.environ.get(OWNER_URL):
            raise UsageError(
                f"{OWNER_URL} is not set",
                why="the ledger's database is set up by its owner, whose password no program of ours is given",
                fix="Put postgresql://OWNER:PASSWORD@HOST/DATABASE into it, from the master secret of the RDS instance",
            )
        return os.environ[OWNER_URL]
    from alphaswarm_core.local_address import read_local_address
    from alphaswarm_local.databases.client import owner_url

    return owner_url(read_local_address(here.settings.home_path), environment)
