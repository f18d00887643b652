"""What keeps a plan from being judged, or judges it unfit. All of them refuse: what was not judged is not allowed."""

from alphaswarm_core.errors import RefusedError


class PolicyUnusableError(RefusedError):
    """The policy directory is missing, empty, unreadable or contradicts itself."""

    code = "AS-POL-001"
    summary = "The policy cannot be read, so nothing is allowed"


class PolicyDeniedError(RefusedError):
    """The policy denies the plan."""

    code = "AS-POL-002"
    summary = "The policy denies the plan"


class PolicyExceptionError(RefusedError):
    """An exception from a rule has no owner, reason or last day, or its last day is over."""

    code = "AS-POL-003"
    summary = "An exception from the policy is over or incomplete"


class PolicyEngineError(RefusedError):
    """The policy engine is missing, does not understand the rules, crashed, or took too long."""

    code = "AS-POL-004"
    summary = "The policy engine did not come to a verdict"
