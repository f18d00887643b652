"""Refusals in the form of the OCI distribution API, with ECR's sentences.

Source: OCI Distribution Specification 1.1, "Error codes"; Amazon ECR user guide, troubleshooting of pushes and pulls.
"""

import json

from alphaswarm_local.aws.messages import HttpResponse

UNAUTHORIZED = 401
_CHALLENGE = 'Basic realm="http://{host}/",service="ecr.amazonaws.com"'


class RegistryRefusal(Exception):  # noqa: N818 - an answer, not a fault
    """The request is answered with one error.

    Args:
        status: Of HTTP.
        code: Of the specification: `NAME_UNKNOWN`, `DENIED`, …
        message: One sentence.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def answer_of(problem: RegistryRefusal, host: str) -> HttpResponse:
    """The refusal on the wire; for 401 with what a client needs to try again with a token."""
    headers = [("Content-Type", "application/json; charset=utf-8")]
    if problem.status == UNAUTHORIZED:
        headers.append(("WWW-Authenticate", _CHALLENGE.format(host=host)))
    document = {"errors": [{"code": problem.code, "message": problem.message}]}
    return HttpResponse(problem.status, headers, json.dumps(document).encode())


def not_found(code: str, message: str) -> RegistryRefusal:
    """404."""
    return RegistryRefusal(404, code, message)


def invalid(code: str, message: str) -> RegistryRefusal:
    """400."""
    return RegistryRefusal(400, code, message)


def unsupported(message: str) -> RegistryRefusal:
    """405."""
    return RegistryRefusal(405, "UNSUPPORTED", message)
