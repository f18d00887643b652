"""The front door of the embedded AWS: every request passes here, in this order.

    authenticate ─▶ identify ─▶ authorized? ─▶ supported? ─▶ answer (ours or moto's) ─▶ correct

A request for a session of a role goes to the exchange instead, which decides by the role's trust policy. Whatever fails
is answered in the form of the protocol that the client speaks.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol as Interface
from uuid import uuid4

from alphaswarm_local.aws import answers
from alphaswarm_local.aws.authentication import Authenticator, presented_signature
from alphaswarm_local.aws.authorization import Authorizer, bootstrap_only, refuse_unauthorized
from alphaswarm_local.aws.catalogue import Catalogue, catalogue
from alphaswarm_local.aws.corrections import Asked, correct
from alphaswarm_local.aws.faults import (
    WRONG_SIGNATURE,
    AwsFault,
    fault,
    internal_failure,
    not_implemented,
    render,
)
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.aws.operations import ApiCall, identify, refuse_unsupported
from alphaswarm_local.aws.protocols import Protocol, guessed, spoken

_LOG = logging.getLogger("alphaswarm_local.requests")
_BACKEND_HEADERS = ("server", "date", "connection", "x-amzn-requestid", "x-amz-request-id", "status")

Backend = Callable[[ApiCall], HttpResponse]


class Exchange(Interface):
    """Gives sessions of roles, or raises the fault that AWS answers."""

    def with_web_identity(self, form: Mapping[str, str], request: HttpRequest) -> HttpResponse:
        """`AssumeRoleWithWebIdentity`, which nobody signs."""

    def with_session(self, call: ApiCall) -> HttpResponse:
        """`AssumeRole` by a verified caller."""


@dataclass(slots=True)
class _Note:
    """What the log will say of a request; filled in as it becomes known."""

    protocol: Protocol
    service: str = "-"
    operation: str = "-"
    account: str = "-"


class FrontDoor:
    """Answers requests of AWS clients.

    Args:
        authenticator: Knows the keys.
        backend: Carries out what was let through.
        authorizer: Decides on calls of verified callers.
        hosts: The values of `Host` that are ours; with any other a web page could make a browser call us under the
            page's own name (DNS rebinding).
        exchange: Gives sessions; without one nobody gets any.
        services: What answers a service's operations before moto is asked, by botocore's name of the service.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        backend: Backend,
        *,
        hosts: frozenset[str],
        authorizer: Authorizer = bootstrap_only,
        exchange: Exchange | None = None,
        services: Mapping[str, Callable[[ApiCall], HttpResponse | None]] | None = None,
    ) -> None:
        self._authenticator = authenticator
        self._backend = backend
        self._authorizer = authorizer
        self._hosts = hosts
        self._exchange = exchange
        self._services = services or {}
        self._asked = Asked()
        self._catalogue: Catalogue = catalogue()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to `request`: never an exception."""
        started = time.perf_counter()
        request_id = str(uuid4())
        note = _Note(guessed(request))
        try:
            response = self._answer(request, note)
        except AwsFault as problem:
            response = render(problem, note.protocol, request_id, head=request.method == "HEAD")
        except Exception:  # noqa: BLE001 - the client gets AWS's InternalFailure, the log the traceback
            _LOG.exception("request %s failed in the local cloud itself", request_id)
            response = render(internal_failure(), note.protocol, request_id, head=request.method == "HEAD")
        _finish(response, note.protocol, request_id)
        milliseconds = (time.perf_counter() - started) * 1000
        _log(request, response, note, request_id, milliseconds)
        return response

    def _answer(self, request: HttpRequest, note: _Note) -> HttpResponse:
        if request.headers.get("host", "").lower() not in self._hosts:
            raise AwsFault("InvalidRequest", 400, "This is the local cloud; it answers only under its own address")
        presented = presented_signature(request, note.protocol)
        if presented is None and (name := answers.unsigned_exchange(request)):
            note.protocol, note.service, note.operation = Protocol.QUERY, "sts", name
            return self._unsigned_exchange(name, request)
        service = self._catalogue.services.get(presented.scope.service) if presented else None
        if service is not None:
            note.service, note.protocol = service.name, spoken(request, service.protocols)
        elif presented is not None and note.protocol is Protocol.S3:
            note.protocol = Protocol.REST_JSON
        identity = self._authenticator.authenticate(request, presented, note.protocol)
        note.account = identity.account_id
        if service is None or presented is None:
            raise not_implemented(f"the service '{presented.scope.service if presented else ''}'")
        region = self._region(presented.scope.region, note.protocol)
        operation = identify(request, service, note.protocol)
        note.operation = operation.name
        return self._carry_out(ApiCall(operation, identity, region, request))

    def _carry_out(self, call: ApiCall) -> HttpResponse:
        service, operation = call.operation.service.name, call.operation.name
        if service == "sts" and operation in answers.EXCHANGES:
            return self._signed_exchange(call)
        # Authority first: a caller who may not start a build learns that, and not that builds are not run here.
        refuse_unauthorized(call, self._authorizer)
        refuse_unsupported(call.operation)
        own = answers.OWN_ANSWERS.get((service, operation)) or self._services.get(service)
        response = (own(call) if own else None) or self._backend(call)
        correct(call, response, self._asked)
        return response

    def _unsigned_exchange(self, name: str, request: HttpRequest) -> HttpResponse:
        service = self._catalogue.services["sts"]
        operation = identify(request, service, Protocol.QUERY)
        if self._exchange is None or operation.name != answers.WEB_IDENTITY:
            raise answers.token_exchange_refused(name)
        return self._exchange.with_web_identity(operation.parameters, request)

    def _signed_exchange(self, call: ApiCall) -> HttpResponse:
        if self._exchange is None or call.operation.name not in call.operation.service.operations:
            raise answers.token_exchange_refused(call.operation.name)
        if call.operation.name == answers.WEB_IDENTITY:
            return self._exchange.with_web_identity(call.operation.parameters, call.request)
        return self._exchange.with_session(call)

    def _region(self, region: str, protocol: Protocol) -> str:
        if region not in self._catalogue.regions:
            raise fault(WRONG_SIGNATURE, protocol, f"Credential should be scoped to a valid region, not '{region}'.")
        return region


def _finish(response: HttpResponse, protocol: Protocol, request_id: str) -> None:
    """Our own request id and server name, instead of whatever moto said."""
    response.headers = [(name, value) for name, value in response.headers if name.lower() not in _BACKEND_HEADERS]
    response.headers.append(("x-amzn-RequestId", request_id))
    if protocol is Protocol.S3:
        response.headers += [("x-amz-request-id", request_id), ("x-amz-id-2", request_id)]


def _log(request: HttpRequest, response: HttpResponse, note: _Note, request_id: str, milliseconds: float) -> None:
    """One line; no path, no query, no body: they can hold names of secrets, signatures and secrets."""
    _LOG.info(
        "%s %s %s account=%s status=%d %.1fms %s",
        request.method,
        note.service,
        note.operation,
        note.account,
        response.status,
        milliseconds,
        request_id,
    )
