"""Every answer that is no success has one form, with the codes of the command line."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request

from alphaswarm_admin.contract.common import ErrorDetail, ErrorEnvelope, Problem
from alphaswarm_admin.errors import (
    FreshSignInNeededError,
    IdentityForgedError,
    NotFoundError,
    NotKeptHereError,
    NotSignedInError,
    PlanChangedError,
    TooLargeError,
)
from alphaswarm_admin.request_context import request_id
from alphaswarm_core.delivery.services import ServiceNotRunningError
from alphaswarm_core.errors import AlphaSwarmError, ExitCode, UsageError
from alphaswarm_core.gates.errors import PlanNotWaitingError
from alphaswarm_core.ledger.errors import (
    ApprovalExistsError,
    ApprovalsChangedError,
    IllegalTransitionError,
    LedgerRecordError,
    PlanAlreadyUsedError,
    RunNotFoundError,
    StackBusyError,
)

_STATUS: Mapping[type[AlphaSwarmError], int] = {
    NotSignedInError: 401,
    IdentityForgedError: 401,
    FreshSignInNeededError: 403,
    NotFoundError: 404,
    NotKeptHereError: 404,
    RunNotFoundError: 404,
    ServiceNotRunningError: 404,
    PlanChangedError: 409,
    PlanNotWaitingError: 409,
    ApprovalExistsError: 409,
    ApprovalsChangedError: 409,
    PlanAlreadyUsedError: 409,
    StackBusyError: 409,
    IllegalTransitionError: 409,
    LedgerRecordError: 409,
    TooLargeError: 413,
}
_BY_EXIT_CODE: Mapping[int, int] = {
    ExitCode.USAGE: 400,
    ExitCode.REFUSED: 403,
    ExitCode.APPROVAL_MISSING: 409,
    ExitCode.UNAVAILABLE: 503,
}
_MOST_PROBLEMS = 20


def status_of(error: AlphaSwarmError) -> int:
    """The HTTP status of an error: its own, or that of its exit code."""
    own = next((number for kind, number in _STATUS.items() if isinstance(error, kind)), None)
    return own or _BY_EXIT_CODE.get(error.exit_code, 500)


def answer(error: AlphaSwarmError, status: int | None = None, problems: Sequence[Problem] = ()) -> JSONResponse:
    """The answer for an error."""
    detail = ErrorDetail(
        code=error.code,
        what=error.what,
        why=error.why,
        fix=error.fix,
        exit_code=int(error.exit_code),
        request_id=request_id(),
        problems=list(problems),
    )
    return JSONResponse(ErrorEnvelope(error=detail).model_dump(mode="json"), status_code=status or status_of(error))


async def on_error(_: Request, error: Exception) -> JSONResponse:
    """For every error of ours."""
    assert isinstance(error, AlphaSwarmError)  # noqa: S101 - it is registered for these alone
    return answer(error)


async def on_malformed(_: Request, error: Exception) -> JSONResponse:
    """For a request that does not have its form."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    problems = [_problem(each) for each in error.errors()[:_MOST_PROBLEMS]]
    told = UsageError("The request does not have its form", why="; ".join(f"{p.where}: {p.what}" for p in problems))
    return answer(told, 422, problems)


async def on_http_error(_: Request, error: Exception) -> JSONResponse:
    """For what the framework refuses: an unknown address, a wrong method."""
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 404:  # noqa: PLR2004
        return answer(NotFoundError("There is nothing at this address"))
    kind = TooLargeError if error.status_code == 413 else UsageError  # noqa: PLR2004
    response = answer(kind(str(error.detail)), error.status_code)
    response.headers.update(error.headers or {})
    return response


def _problem(detail: Mapping[str, Any]) -> Problem:
    """What was given is not repeated: it may be a secret, and it is long enough already."""
    where = ".".join(str(part) for part in detail.get("loc", ()))
    return Problem(where=where[:200], what=str(detail.get("msg", ""))[:300])
