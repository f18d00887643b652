"""What moto answers otherwise than Amazon S3."""

from http import HTTPStatus

from alphaswarm_local.aws.corrections.registry import Asked, corrects
from alphaswarm_local.aws.faults import AwsFault, render
from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.aws.protocols import Protocol

_NAME_TAKEN = (
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
    "Please select a different name and try again."
)


@corrects("s3", "CreateBucket", failures=True)
def s3_name_of_another_account(_call: ApiCall, response: HttpResponse, _asked: Asked) -> None:
    """A bucket name that another account has is `BucketAlreadyExists`.

    moto, told to keep accounts apart, answers `AccessDenied`. Source: Amazon S3 API reference, CreateBucket.
    """
    if response.status == HTTPStatus.FORBIDDEN:
        taken = AwsFault("BucketAlreadyExists", HTTPStatus.CONFLICT, _NAME_TAKEN)
        rendered = render(taken, Protocol.S3, response.header("x-amz-request-id") or "")
        response.status, response.headers, response.body = rendered.status, rendered.headers, rendered.body
