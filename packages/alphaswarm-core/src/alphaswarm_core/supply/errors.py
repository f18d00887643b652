"""Errors about images."""

from alphaswarm_core.errors import AlphaSwarmError, ConfigurationError, RefusedError, UnavailableError, UsageError


class ImageReferenceError(UsageError):
    """The text does not name an image."""

    code = "AS-IMG-001"
    summary = "The text does not name an image of the registry"


class RegistryUnavailableError(UnavailableError):
    """The registry does not answer, or not as a registry does."""

    code = "AS-IMG-002"
    summary = "The image registry does not answer"


class RegistryRefusedError(RefusedError):
    """The registry does not let the caller do this."""

    code = "AS-IMG-003"
    summary = "The image registry refuses the caller"


class ImageMissingError(AlphaSwarmError):
    """The registry has no such image."""

    code = "AS-IMG-004"
    summary = "The registry does not have the image"


class BrokenImageError(RefusedError):
    """What the registry gives is not what its digest says, or cannot be read in one way only."""

    code = "AS-IMG-005"
    summary = "An image, or a part of it, is not what its digest says"


class UnverifiedImageError(RefusedError):
    """A check says no: the image is not known to be ours and sound."""

    code = "AS-IMG-006"
    summary = "An image did not pass verification; it is not deployed"


class TrustRootError(ConfigurationError):
    """There is no trust root, or it cannot be read: nothing can be verified."""

    code = "AS-IMG-007"
    summary = "The trust root for signatures is missing or unreadable"


class ImageToolMissingError(UnavailableError):
    """A builder, an SBOM generator or a scanner is not installed."""

    code = "AS-IMG-008"
    summary = "A tool that images are built or looked at with is not installed"


class ImageToolFailedError(AlphaSwarmError):
    """A tool ended badly, or gave an answer that is none."""

    code = "AS-IMG-009"
    summary = "A tool that images are built or looked at with failed, or gave no answer that can be believed"


class SigningError(UnavailableError):
    """No certificate or no log entry was to be had."""

    code = "AS-IMG-010"
    summary = "An image could not be signed: no job token, or Sigstore refuses or does not answer"


class ScanExceptionError(ConfigurationError):
    """An exception from a finding does not hold, or is over."""

    code = "AS-IMG-011"
    summary = "An exception from a vulnerability does not hold, or has expired"


class UndeclaredServiceError(UsageError):
    """No policy says who may sign this image."""

    code = "AS-IMG-012"
    summary = "The image belongs to no service that alphaswarm.toml declares"


class SbomMissingError(UsageError):
    """An SBOM that a step needs was not made."""

    code = "AS-IMG-013"
    summary = "An SBOM that is to be attested or scanned is missing"


class MovedTagError(RefusedError):
    """A tag names another image than the one that was looked at."""

    code = "AS-IMG-014"
    summary = "A tag names another image than the digest beside it"
