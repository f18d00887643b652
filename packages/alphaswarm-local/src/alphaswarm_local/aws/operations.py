"""What a request asks for: service, operation, IAM action, parameters.

moto finds its operation in other ways and other places than we do (a query parameter, a form field or even a *header*
called `Action` wins over the path), so two things keep us of one mind: a request that could be read in two ways is
refused here, and `backend.py` passes on only what was read here. Otherwise a caller who may `GetParameter` could
smuggle in a `DeleteParameter`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from alphaswarm_local.aws import cbor
from alphaswarm_local.aws.catalogue import Service
from alphaswarm_local.aws.faults import AwsFault, malformed, not_implemented
from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.aws.protocols import Protocol
from alphaswarm_local.aws.routes import AmbiguousRequestError, route_table
from alphaswarm_local.aws.s3_actions import s3_action
from alphaswarm_local.aws.sessions import Identity

_CBOR_PATH = re.compile(r"/service/(?P<service>[A-Za-z0-9_.]+)/operation/(?P<operation>[A-Za-z0-9_]+)/?")
_BUCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked for, before it is known who asks.

    Attributes:
        name: The operation's name in botocore's model.
        action: The IAM action, such as `s3:ListBucket`.
        parameters: The decoded body of JSON and CBOR, the flat form of query protocols, the labels of the path
            elsewhere.
    """

    service: Service
    protocol: Protocol
    name: str
    action: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.service.iam_prefix}:{self.name}"


@dataclass(frozen=True, slots=True)
class ApiCall:
    """An operation, asked for by a verified caller: what authorization decides on and the backend carries out."""

    operation: Operation
    identity: Identity
    region: str
    request: HttpRequest


def identify(request: HttpRequest, service: Service, protocol: Protocol) -> Operation:
    """The one operation that `request` names.

    Raises:
        AwsFault: it names none, or could be read in more than one way.
    """
    if protocol is Protocol.CBOR:
        return _from_cbor(request, service)
    if protocol is Protocol.JSON:
        return _from_target(request, service)
    if protocol.is_form:
        return _from_form(request, service, protocol)
    return _from_route(request, service, protocol)


def refuse_unsupported(operation: Operation) -> None:
    """Let only the operations of the allow-list through.

    Raises:
        AwsFault: 501 with the operation's name and, where there is one, the reason.
    """
    if operation.name in operation.service.operations:
        return
    reason = operation.service.refused.get(operation.name)
    raise not_implemented(f"{operation}: {reason}" if reason else str(operation))


def unsigned_query(request: HttpRequest) -> list[tuple[str, str]]:
    """The query without what a presigned address adds: `X-Amz-…` parameters belong to the signature."""
    return [(name, value) for name, value in request.query if not name.startswith("X-Amz-")]


def _operation(service: Service, protocol: Protocol, name: str, parameters: Mapping[str, Any]) -> Operation:
    return Operation(service, protocol, name, f"{service.iam_prefix}:{name}", parameters)


def _from_target(request: HttpRequest, service: Service) -> Operation:
    prefix, _, name = request.headers.get("x-amz-target", "").rpartition(".")
    # CloudTrail's is com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101; newer SDKs write its last part alone.
    if prefix not in (service.target_prefix, service.target_prefix.rpartition(".")[2]) or not name.isalnum():
        raise AwsFault("UnknownOperationException", 400, f"X-Amz-Target does not name an operation of {service.name}")
    if unsigned_query(request) or request.raw_path != "/":
        raise malformed(Protocol.JSON, "A request of the JSON protocol is a POST to / without a query")
    return _operation(service, Protocol.JSON, name, _json_object(request.body))


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise malformed(Protocol.JSON, "The body is not JSON") from None
    if not isinstance(document, dict):
        raise malformed(Protocol.JSON, "The body is not a JSON object")
    return document


def _from_cbor(request: HttpRequest, service: Service) -> Operation:
    match = _CBOR_PATH.fullmatch(request.raw_path)
    if match is None or match["service"] != service.target_prefix or unsigned_query(request):
        raise AwsFault("UnknownOperationException", 400, f"The path does not name an operation of {service.name}")
    try:
        document = cbor.decode(request.body) if request.body else {}
    except cbor.CborError as error:
        raise malformed(Protocol.JSON, f"The body cannot be read: {error}") from None
    if not isinstance(document, dict):
        raise malformed(Protocol.JSON, "The body is not a CBOR map")
    return _operation(service, Protocol.CBOR, match["operation"], document)


def _from_form(request: HttpRequest, service: Service, protocol: Protocol) -> Operation:
    pairs = _form_pairs(request, protocol)
    form = dict(pairs)
    if len(form) != len(pairs):
        raise malformed(protocol, "A parameter is there twice")
    name = form.get("Action", "")
    if not name.isalnum():
        raise AwsFault("MissingAction", 400, "The request must contain the parameter Action")
    version = form.get("Version", service.api_version)
    if version != service.api_version:
        # Classic Load Balancing shares its address and its signature with the new one and differs by this only.
        raise not_implemented(f"version {version} of {service.iam_prefix}")
    return _operation(service, protocol, name, form)


def _form_pairs(request: HttpRequest, protocol: Protocol) -> list[tuple[str, str]]:
    in_address = unsigned_query(request)
    if in_address and request.body:
        raise malformed(protocol, "Parameters stand in the address and in the body")
    if request.raw_path != "/":
        raise malformed(protocol, "A request of the query protocol goes to /")
    if in_address or not request.body:
        return in_address
    if request.media_type != _FORM:
        raise malformed(protocol, f"The body must be {_FORM}")
    try:
        return parse_qsl(request.body.decode(), keep_blank_values=True)
    except ValueError:
        raise malformed(protocol, "The body is not a form") from None


def _from_route(request: HttpRequest, service: Service, protocol: Protocol) -> Operation:
    _refuse_smuggling(request, protocol)
    try:
        routed = route_table(service.name).find(request)
    except AmbiguousRequestError as error:
        raise malformed(protocol, f"The request names more than one operation: {error}") from None
    if routed is None:
        raise AwsFault("MethodNotAllowed", 405, f"No operation of {service.name} has this method and path")
    if protocol is not Protocol.S3:
        return _operation(service, protocol, routed.operation, routed.labels)
    bucket = routed.labels.get("Bucket")
    if bucket is not None and not _BUCKET_NAME.fullmatch(bucket):
        raise AwsFault("InvalidBucketName", 400, "The specified bucket is not valid.", {"BucketName": bucket})
    action = s3_action(routed.operation, dict(request.query))
    return Operation(service, protocol, routed.operation, action, routed.labels)


def _refuse_smuggling(request: HttpRequest, protocol: Protocol) -> None:
    names = [name for name, _ in request.query]
    if "Action" in names or (protocol is Protocol.S3 and len(names) != len(set(names))):
        raise malformed(protocol, "A query parameter is there twice, or is not one of this service")
    if protocol is not Protocol.S3 and request.media_type == _FORM:
        raise malformed(protocol, "This service takes no forms")
    if protocol is Protocol.S3 and request.body and request.media_type in {_FORM, "multipart/form-data"}:
        # moto would parse the object's bytes as a form and store something else.
        raise not_implemented(f"an object of the type {request.media_type}")
    if protocol is Protocol.S3 and (request.raw_path.startswith("//") or "x-amz-account-id" in request.headers):
        raise not_implemented("s3control, or an empty bucket name")
