"""What the embedded GitHub refuses to its own process. Over HTTP it answers with a status instead."""

from alphaswarm_core.errors import RefusedError, UsageError


class TokenNotGrantedError(RefusedError):
    """GitHub gives this job no token."""

    code = "AS-LOC-020"
    summary = "The job gets no OIDC token"


class AudienceError(UsageError):
    """The audience is empty or too long."""

    code = "AS-LOC-021"
    summary = "A token was asked for with an audience that cannot be"


class RoleRefusedError(RefusedError):
    """A role does not trust the job, or the exchange was refused for another reason."""

    code = "AS-LOC-022"
    summary = "A session of a role was refused"
