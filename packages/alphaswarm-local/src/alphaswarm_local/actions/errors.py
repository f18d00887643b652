"""What the Actions runner refuses. Inside a run these become a failed step or job, and an annotation."""

from alphaswarm_core.errors import AlphaSwarmError, ExitCode, RefusedError, UnavailableError


class ExpressionError(AlphaSwarmError):
    """An expression is malformed or cannot be evaluated.

    Args:
        position: The character at which, counted from 1 in the expression; None where there is no one place.
        expression: As written.
    """

    code = "AS-ACT-001"
    exit_code = ExitCode.REFUSED
    summary = "An expression of a workflow is malformed or cannot be evaluated"

    def __init__(self, what: str, *, position: int | None = None, expression: str = "") -> None:
        shown = expression if len(expression) <= _LONGEST_SHOWN else expression[:_LONGEST_SHOWN] + "…"
        place = f", at character {position}" if position is not None else ""
        super().__init__(f"{what}{place}", why=f"in the expression {shown}" if shown else None)
        self.position = position


class WorkflowFileError(AlphaSwarmError):
    """A workflow or action file that GitHub would not run, or that this runner does not do.

    Args:
        path: The file.
        line: Counted from 1.
    """

    code = "AS-ACT-002"
    exit_code = ExitCode.REFUSED
    summary = "A workflow or action file is invalid, or says something that the runner does not do"

    def __init__(self, what: str, *, path: str = "", line: int = 1, why: str | None = None) -> None:
        super().__init__(f"{path or 'workflow'}, line {line}: {what}", why=why, fix="Correct the file")
        self.path, self.line, self.problem = path, line, what


class InputRefusedError(RefusedError):
    """An input that the workflow does not have, needs, or takes in another form."""

    code = "AS-ACT-003"
    summary = "An input of a workflow or action is unknown, missing or of the wrong type"


class UnsupportedActionError(RefusedError):
    """An action that this runner neither has nor can run."""

    code = "AS-ACT-004"
    summary = "The runner cannot run an action that a workflow uses"


class ActionFailedError(AlphaSwarmError):
    """An action ran and could not do what it was asked for."""

    code = "AS-ACT-005"
    summary = "An action of a workflow failed"


class ArtifactExistsError(AlphaSwarmError):
    """An artifact's name is taken: artifacts do not change."""

    code = "AS-ACT-006"
    summary = "An artifact with this name exists already in the run"


class ToolMissingError(UnavailableError):
    """A shell or tool that a step needs is not on this machine."""

    code = "AS-ACT-007"
    summary = "A shell or tool that a workflow step needs is not on this machine"


class CommandFileError(AlphaSwarmError):
    """A step wrote something unreadable to `GITHUB_ENV`, `GITHUB_OUTPUT` or their like."""

    code = "AS-ACT-008"
    summary = "A step wrote an unreadable line to one of its command files"


class DeadlockError(RefusedError):
    """A job, or a workflow that is called, wants a concurrency group that is held until it ends."""

    code = "AS-ACT-009"
    summary = "A job wants the concurrency group that its own run holds"


_LONGEST_SHOWN = 200
