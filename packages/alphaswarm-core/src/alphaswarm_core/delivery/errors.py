"""What can go wrong with packages and their index."""

from alphaswarm_core.errors import AlphaSwarmError, RefusedError, UnavailableError


class IndexUnavailableError(UnavailableError):
    """CodeArtifact does not answer, or has no such domain or repository."""

    code = "AS-IDX-001"
    summary = "The private package index is not there or does not answer"


class IndexRefusedError(RefusedError):
    """The caller may not do that with the index."""

    code = "AS-IDX-002"
    summary = "The private package index refuses the caller"


class UncommittedSourceError(RefusedError):
    """A package that others will install has to be one that a commit names."""

    code = "AS-IDX-003"
    summary = "The source that would be published is not what a commit says"


class PublishedOtherwiseError(RefusedError):
    """The index has that file already, with other content."""

    code = "AS-IDX-004"
    summary = "The index has the same version with other content"


class WheelNotBuiltError(AlphaSwarmError):
    """A wheel of the workspace could not be built."""

    code = "AS-IDX-005"
    summary = "A wheel could not be built"
