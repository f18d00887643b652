"""What the local cloud's builds refuse to our own commands. Over the AWS protocol they answer with AWS's errors."""

from alphaswarm_core.errors import RefusedError


class BuildRehearsalRefusedError(RefusedError):
    """The session may not start the build, or the build would get no session of its service role."""

    code = "AS-LOC-030"
    summary = "A build's authority was not given: its caller may not start it, or its role does not trust CodeBuild"


class BuildQuotaNotSetError(RefusedError):
    """There is no such quota, environment or value."""

    code = "AS-LOC-032"
    summary = "A quota of builds was not set: there is no such environment or kind, or the number is out of bounds"
