"""How a phase fails."""

from alphaswarm_local.builds.phases import Context
from alphaswarm_local.builds.worker.cloud import CloudError


class PhaseFailedError(Exception):
    """The phase fails; the build goes on as the order of phases says.

    Args:
        code: CodeBuild's status code (`COMMAND_EXECUTION_ERROR`, `YAML_FILE_ERROR`, `CLIENT_ERROR`, …).
        message: Why.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.context = Context(code, message)


def client_error(problem: CloudError | str) -> PhaseFailedError:
    """The failure of something that the build's owner has set up."""
    return PhaseFailedError("CLIENT_ERROR", str(problem))
