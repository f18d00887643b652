"""Between RPC v2 CBOR and the JSON protocol of the same operation.

Both carry the same members; they differ in bytes (plain in CBOR, base64 in JSON) and in times (tagged in CBOR, numbers
in JSON). The way back is led by the output shape of botocore's model.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from alphaswarm_local.aws import cbor
from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import Operation


def to_json(document: Mapping[str, Any]) -> bytes:
    """The parameters of a CBOR request as the body of a JSON request."""
    return json.dumps(document, default=_bytes_as_text).encode()


def to_cbor(response: HttpResponse, operation: Operation) -> HttpResponse:
    """A JSON answer as the CBOR answer of the same operation; an error keeps its status."""
    document = json.loads(response.body) if response.body else {}
    shapes = _shapes(operation.service.name)
    shape = shapes.outputs.get(operation.name) if response.status < 400 else None  # noqa: PLR2004 - HTTP's errors
    body = cbor.encode(_typed(document, shape, shapes.shapes) if shape else document)
    kept = [pair for pair in response.headers if pair[0].lower() not in {"content-type", "content-length"}]
    headers = [*kept, ("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
    return HttpResponse(response.status, headers, body)


class _Shapes:
    def __init__(self, model: Mapping[str, Any]) -> None:
        self.shapes: Mapping[str, Any] = model["shapes"]
        self.outputs = {
            name: operation["output"]["shape"]
            for name, operation in model["operations"].items()
            if "output" in operation
        }


@cache
def _shapes(service: str) -> _Shapes:
    from botocore.loaders import Loader  # noqa: PLC0415 - only for clients that speak CBOR

    return _Shapes(Loader(include_default_search_paths=True).load_service_model(service, "service-2"))


def _typed(value: Any, name: str, shapes: Mapping[str, Any]) -> Any:  # noqa: PLR0911 - one branch a kind of shape
    shape = shapes[name]
    match shape["type"], value:
        case "structure", dict():
            members = shape["members"]
            known = ((key, item) for key, item in value.items() if key in members and item is not None)
            return {key: _typed(item, members[key]["shape"], shapes) for key, item in known}
        case "list", list():
            return [_typed(item, shape["member"]["shape"], shapes) for item in value]
        case "map", dict():
            return {key: _typed(item, shape["value"]["shape"], shapes) for key, item in value.items()}
        case "timestamp", int() | float():
            return cbor.Timestamp(value)
        case "blob", str():
            return _decoded(value)
        case "double" | "float", int() | float():
            return float(value)
        case _:
            return value


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return text.encode()


def _bytes_as_text(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    message = f"no JSON form for {type(value).__name__}"
    raise TypeError(message)
