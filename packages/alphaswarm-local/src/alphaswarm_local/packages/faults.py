"""CodeArtifact's own errors. Source: AWS CodeArtifact API reference, "Errors" of each operation."""

from alphaswarm_local.aws.faults import AwsFault


def invalid(message: str, reason: str = "FIELD_VALIDATION_FAILED") -> AwsFault:
    """ValidationException: a parameter is off."""
    return AwsFault("ValidationException", 400, message, {"reason": reason})


def not_found(kind: str, name: str, message: str = "") -> AwsFault:
    """ResourceNotFoundException: no such `kind`: `domain`, `repository`, `package`, `package-version`, `asset`."""
    return AwsFault(
        "ResourceNotFoundException",
        404,
        message or f"{kind.capitalize()} not found. {kind.capitalize()} '{name}' does not exist",
        {"resourceId": name, "resourceType": kind},
    )


def conflict(kind: str, name: str, message: str) -> AwsFault:
    """ConflictException: what is there already does not let this happen."""
    return AwsFault("ConflictException", 409, message, {"resourceId": name, "resourceType": kind})


def denied(message: str) -> AwsFault:
    """AccessDeniedException."""
    return AwsFault("AccessDeniedException", 403, message)


def over_quota(message: str) -> AwsFault:
    """ServiceQuotaExceededException."""
    return AwsFault("ServiceQuotaExceededException", 402, message)
