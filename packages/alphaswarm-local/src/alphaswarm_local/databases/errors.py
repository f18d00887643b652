"""What can go wrong with the local cloud's database server."""

from alphaswarm_core.errors import UnavailableError


class NoDatabaseServerError(UnavailableError):
    """There is no PostgreSQL on this machine, or it does not start."""

    code = "AS-LOC-040"
    summary = "The local cloud's PostgreSQL is not there or does not start"
