"""Errors of building images."""

from alphaswarm_core.errors import AlphaSwarmError, ConfigurationError, RefusedError, UnavailableError


class BuilderMissingError(UnavailableError):
    """No builder is installed, or none that can do what is asked."""

    code = "AS-IMG-030"
    summary = "No builder of images is here, or none that can reach the registry"


class ImageBuildFailedError(AlphaSwarmError):
    """The builder ended badly, or took too long."""

    code = "AS-IMG-031"
    summary = "The build of an image failed; nothing was pushed under its tag"


class BuildOrderError(ConfigurationError):
    """What is to be built cannot be built as it is described."""

    code = "AS-IMG-032"
    summary = "The description of an image's build does not hold"


class UnexpectedImageError(RefusedError):
    """What is in the registry after the push is not what was built."""

    code = "AS-IMG-033"
    summary = "The pushed image is not the one that was ordered"
