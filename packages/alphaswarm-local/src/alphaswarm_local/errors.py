"""What can go wrong with starting and stopping the local cloud."""

from alphaswarm_core.errors import UnavailableError, UsageError


class LocalCloudStartError(UnavailableError):
    """The process of the local cloud did not become ready."""

    code = "AS-LOC-002"
    summary = "The local cloud did not start"


class PortInUseError(UnavailableError):
    """Somebody listens on the port that was asked for."""

    code = "AS-LOC-003"
    summary = "The port of the local cloud is taken, or may not be used"


class LocalCloudConflictError(UsageError):
    """A local cloud runs already, but not the one that was asked for."""

    code = "AS-LOC-004"
    summary = "A local cloud runs already with another port, region or other accounts"


class LocalCloudStopError(UnavailableError):
    """The process of the local cloud does not end, or another command holds it."""

    code = "AS-LOC-005"
    summary = "The local cloud cannot be stopped or is held by another command"
