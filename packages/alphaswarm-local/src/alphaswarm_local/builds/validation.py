"""Whether a request has the shape of the API, by its own model; what does not fit is `InvalidInputException`."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from alphaswarm_local.aws.faults import AwsFault

_BAD_REQUEST = 400


def invalid(message: str) -> AwsFault:
    """CodeBuild's answer to a request that cannot be."""
    return AwsFault("InvalidInputException", _BAD_REQUEST, message)


def checked(
    operation: str, document: Mapping[str, Any], service: str = "codebuild", code: str = "InvalidInputException"
) -> dict[str, Any]:
    """The parameters of `operation`, without those that are null.

    Args:
        operation: Its name.
        document: What was sent.
        service: botocore's name of the service.
        code: The service's error code for what cannot be.

    Raises:
        AwsFault: a parameter is missing, unknown, or of another type, size or choice.
    """
    from botocore.validate import ParamValidator  # noqa: PLC0415 - only the process of the local cloud has it loaded

    given = {name: value for name, value in document.items() if value is not None}
    shape = _model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(given, shape)
    if report.has_errors():
        raise AwsFault(code, _BAD_REQUEST, f"Invalid request: {' '.join(report.generate_report().split())}")
    if problem := next(_choices(given, shape, ""), None):
        raise AwsFault(code, _BAD_REQUEST, f"Invalid request: {problem}")
    return given


@cache
def _model(service: str) -> Any:
    from botocore.loaders import Loader  # noqa: PLC0415
    from botocore.model import ServiceModel  # noqa: PLC0415

    loaded = Loader(include_default_search_paths=True).load_service_model(service, "service-2")
    return ServiceModel(loaded, service)


def _choices(value: Any, shape: Any, place: str) -> Iterator[str]:
    """Values that are none of an enumeration, and lists that are too long: botocore does not check these."""
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from _choices(member, shape.members[name], f"{place}.{name}".lstrip("."))
    elif shape.type_name == "list":
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{place} has more than {shape.metadata['max']} items"
        for item in value:
            yield from _choices(item, shape.member, place)
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"{value[:80]!r} is no {place}; choices are {', '.join(shape.enum)}"
    elif shape.type_name in ("integer", "long") and value > shape.metadata.get("max", value):
        yield f"{place} is at most {shape.metadata['max']}"
