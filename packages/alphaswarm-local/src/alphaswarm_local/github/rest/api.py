"""The REST API as something that answers requests. Whatever is not declared as an endpoint is 404, with the reason."""

import logging
from http import HTTPStatus

from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.github.authority.principals import Principal
from alphaswarm_local.github.git import GitError
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.rest.answers import Answer, Refusal, encoded, not_found
from alphaswarm_local.github.rest.authentication import caller
from alphaswarm_local.github.rest.endpoints import ENDPOINTS
from alphaswarm_local.github.rest.faults import Faults
from alphaswarm_local.github.rest.routing import Call, Endpoint, allowed

REASON = "X-AlphaSwarm-Reason"
_LOG = logging.getLogger("alphaswarm_local.github")
_LIMIT = "5000"


class RestApi:
    """GitHub's REST API under one path.

    Args:
        prefix: That path.
        hosts: The values of `Host` that are ours.
    """

    def __init__(self, hub: Hub, prefix: str, hosts: frozenset[str], faults: Faults) -> None:
        self._hub, self._prefix, self._hosts, self._faults = hub, prefix, hosts, faults

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer; never an exception."""
        path = request.raw_path.removeprefix(self._prefix) or "/"
        try:
            answer = self._faults.strike(path, self._hub.store.now().timestamp()) or self._answer(request, path)
        except Refusal as refusal:
            answer = refusal.answer()
        except GitError as problem:
            answer = Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"git refused: {problem}").answer()
        except Exception:  # noqa: BLE001 - the caller gets a status, the log the traceback
            _LOG.exception("%s failed in the embedded GitHub itself", request.method)
            answer = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "Server Error").answer()
        _LOG.info("github %s %s", request.method, int(answer.status))
        return _framed(answer)

    def _answer(self, request: HttpRequest, path: str) -> Answer:
        if request.headers.get("host", "").lower() not in self._hosts:  # a web page could have its own name point here
            raise Refusal(HTTPStatus.FORBIDDEN, "This is the local cloud; it answers only under its own address")
        found = ENDPOINTS.find("GET" if request.method == "HEAD" else request.method, path.rstrip("/") or "/")
        if isinstance(found, set):
            reason = "no such endpoint" if not found else f"not with {request.method}; here: {', '.join(sorted(found))}"
            raise Refusal(
                HTTPStatus.NOT_FOUND, "Not Found",
                headers={REASON: f"the embedded GitHub has {reason}; see docs/reference/local-github.md"},
            )  # fmt: skip
        by = caller(self._hub, request.headers)
        return self._called(request, path, found, by)

    def _called(self, request: HttpRequest, path: str, found: tuple[Endpoint, dict[str, str]], by: Principal) -> Answer:
        endpoint, parts = found
        repository = None
        if "owner" in parts and "repo" in parts:
            with self._hub.store:
                repository = self._hub.store.repository(parts["owner"], parts["repo"])
            if repository is None:
                raise not_found()
            if endpoint.need is not None:
                allowed(by, repository, endpoint.need)
        call = Call(
            hub=self._hub,
            method=request.method,
            url=f"{self._hub.addresses.api}{path}",
            path=parts,
            query=dict(request.query),
            headers=request.headers,
            content=request.body,
            by=by,
            found=repository,
        )
        return endpoint.handler(call)


def _framed(answer: Answer) -> HttpResponse:
    body = (
        b""
        if answer.status == HTTPStatus.NO_CONTENT or (answer.document is None and answer.content is None)
        else (answer.content if answer.content is not None else encoded(answer.document))
    )
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Cache-Control": "no-store",
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-RateLimit-Limit": _LIMIT,
        "X-RateLimit-Remaining": _LIMIT,
        **answer.headers,
    }
    return HttpResponse(int(answer.status), list(headers.items()), body)
