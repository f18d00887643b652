"""Errors of the proof."""

from alphaswarm_core.errors import AlphaSwarmError, ConfigurationError


class IntentError(ConfigurationError):
    """An intended set of tokens that is not well described."""

    code = "AS-PRF-001"
    summary = "The declared intent of a role's trust is incomplete or contradictory"


class TooLargeError(AlphaSwarmError):
    """A question whose automata grow beyond the bounds. Inside the proof it becomes the verdict `undecided`."""

    code = "AS-PRF-002"
    summary = "A policy's patterns are too many or too entangled to decide about"
