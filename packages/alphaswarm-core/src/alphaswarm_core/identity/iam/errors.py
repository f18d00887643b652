"""Errors of the policy language."""

from alphaswarm_core.errors import AlphaSwarmError, ExitCode


class MalformedPolicyError(AlphaSwarmError):
    """A document that is no IAM policy. It decides nothing, so whoever relies on it gets a denial.

    Args:
        what: The rule that the document breaks.
        where: The place inside the document, such as `Statement[2] (Apply).Condition.StringLike`.
        fix: What to write instead.
    """

    code = "AS-IAM-001"
    exit_code = ExitCode.REFUSED
    summary = "A document is not a valid IAM policy, so it allows nothing"

    def __init__(self, what: str, *, where: str = "", fix: str | None = None) -> None:
        super().__init__(f"Malformed policy: {where}: {what}" if where else f"Malformed policy: {what}", fix=fix)
        self.where = where


class MalformedRequestError(AlphaSwarmError):
    """A request that cannot be put to a policy, because its context is ambiguous or of the wrong type."""

    code = "AS-IAM-002"
    exit_code = ExitCode.REFUSED
    summary = "A request context is ambiguous or of the wrong type, so nothing is decided about it"
