"""What AWS answers becomes the door's own error; a caller that may not is told apart from everything else."""

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from alphaswarm_core.adapters.aws_answers import Refusal, asking
from alphaswarm_core.errors import RefusedError, UnavailableError


def refused(code: str, message: str = "as AWS says it") -> Refusal:
    """The refusal that a real client's error becomes."""
    sns = boto3.client("sns", region_name="us-east-1", aws_access_key_id="any", aws_secret_access_key="any")
    found: list[Refusal] = []

    def told(refusal: Refusal) -> Exception:
        found.append(refusal)
        return RefusedError("no")

    with Stubber(sns) as stub:
        stub.add_client_error("list_topics", code, message, 403)
        with pytest.raises(RefusedError), asking(told, UnavailableError):
            sns.list_topics()
    return found[0]


@pytest.mark.parametrize(
    "code",
    [
        *("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "ExpiredToken", "ExpiredTokenException"),
        *("UnrecognizedClientException", "InvalidClientTokenId"),
    ],
)
def test_a_caller_that_may_not_is_a_denial(code: str) -> None:
    assert refused(code).is_denial


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ThrottlingException", "InternalFailure", ""])
def test_everything_else_is_none(code: str) -> None:
    assert not refused(code).is_denial


def test_a_refusal_says_what_aws_said_and_of_what() -> None:
    found = refused("ThrottlingException", "Slow down")

    assert (found.told, found.operation) == ("ThrottlingException: Slow down", "ListTopics")
    assert "ThrottlingException" in found.text
    assert "Slow down" in found.text


def test_no_answer_is_not_a_refusal() -> None:
    with pytest.raises(UnavailableError, match=r"no\.example"), asking(lambda _: RefusedError("no"), UnavailableError):
        raise EndpointConnectionError(endpoint_url="https://no.example")


def test_what_is_not_of_aws_goes_through() -> None:
    with pytest.raises(ZeroDivisionError), asking(lambda _: RefusedError("no"), UnavailableError):
        raise ZeroDivisionError
