"""The wire protocols that AWS services speak, and which one a request speaks."""

from enum import StrEnum

from alphaswarm_local.aws.messages import HttpRequest

CBOR_HEADER = "smithy-protocol"


class Protocol(StrEnum):
    """The names are botocore's, except `s3`: its errors differ from every other `rest-xml` service's."""

    QUERY = "query"
    EC2 = "ec2"
    JSON = "json"
    REST_JSON = "rest-json"
    REST_XML = "rest-xml"
    S3 = "s3"
    CBOR = "smithy-rpc-v2-cbor"

    @property
    def is_rest(self) -> bool:
        """Whether method and path name the operation."""
        return self in {Protocol.REST_JSON, Protocol.REST_XML, Protocol.S3}

    @property
    def is_form(self) -> bool:
        """Whether a form parameter `Action` names the operation."""
        return self in {Protocol.QUERY, Protocol.EC2}


def spoken(request: HttpRequest, offered: tuple[Protocol, ...]) -> Protocol:
    """The protocol of `request` to a service that offers `offered` (never empty): a service may speak several."""
    if Protocol.CBOR in offered and CBOR_HEADER in request.headers:
        return Protocol.CBOR
    if Protocol.JSON in offered and "x-amz-target" in request.headers:
        return Protocol.JSON
    if Protocol.QUERY in offered:
        return Protocol.QUERY
    return next((one for one in offered if one is not Protocol.CBOR), offered[0])


def guessed(request: HttpRequest) -> Protocol:
    """The protocol to answer in when the service is not known, for instance because there is no signature."""
    if CBOR_HEADER in request.headers:
        return Protocol.CBOR
    if "x-amz-target" in request.headers or request.media_type.startswith("application/x-amz-json"):
        return Protocol.JSON
    if request.media_type == "application/x-www-form-urlencoded" or any(name == "Action" for name, _ in request.query):
        return Protocol.QUERY
    if request.media_type == "application/json":
        return Protocol.REST_JSON
    return Protocol.S3
