"""A buildspec that cannot be run."""

from alphaswarm_core.errors import ConfigurationError


class BuildspecError(ConfigurationError):
    """The buildspec is no YAML, has a part that does not exist, or asks for what the local cloud does not do."""

    code = "AS-LOC-031"
    summary = "A buildspec cannot be read, or asks for what the local cloud does not do"
