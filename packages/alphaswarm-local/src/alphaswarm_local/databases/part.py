"""The database server as a part of the local cloud: started when somebody first asks for a ledger's database."""

import json
import logging
import secrets
import threading
from http import HTTPStatus

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_local.aws import signature
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.databases.client import DATABASES_PATH
from alphaswarm_local.databases.server import Owner, RunningServer, start
from alphaswarm_local.world import Part, World

_LARGEST = 4 * 1024
_LOG = logging.getLogger("alphaswarm_local.databases")


class Databases:
    """Answers `POST` with `{"environment"}`, to who knows the admin token, with the owner's address of its database."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._guard = threading.Lock()
        self._server: RunningServer | None = None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The address, or why there is none. Never an exception."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if request.headers.get("host", "").lower() not in self._world.hosts:
            return _answer(HTTPStatus.FORBIDDEN, {"message": "This is the local cloud"})
        if scheme.lower() != "bearer" or not signature.equal(token.strip(), self._world.admin_token):
            return _answer(HTTPStatus.UNAUTHORIZED, {"message": "The admin token is missing or wrong"})
        environment = _environment(request)
        if environment not in self._world.accounts:
            return _answer(HTTPStatus.BAD_REQUEST, {"message": f"There is no environment {environment!r}"})
        try:
            return _answer(HTTPStatus.OK, {"owner_url": self._running().owner_url(database_name(str(environment)))})
        except AlphaSwarmError as error:
            return _answer(HTTPStatus.SERVICE_UNAVAILABLE, {"message": error.what, "why": error.why or ""})

    def _running(self) -> RunningServer:
        """The server, started now if it does not run. One that died is not replaced: its rows are gone with it."""
        with self._guard:
            if self._server is None:
                names = [database_name(each) for each in self._world.accounts]
                self._server = start({name: Owner(f"{name}_owner", secrets.token_urlsafe(24)) for name in names})
                _LOG.info("PostgreSQL listens on port %s", self._server.port)
            return self._server

    def close(self) -> None:
        """Stop the server, if it runs."""
        with self._guard:
            if self._server is not None:
                self._server.stop()


def database_name(environment: str) -> str:
    """The name of an environment's ledger database."""
    return f"alphaswarm_{environment.replace('-', '_')}"


def databases(world: World) -> Part:
    """PostgreSQL, one database for each environment."""
    made = Databases(world)
    return Part(urls={"databases": world.endpoint + DATABASES_PATH}, routes={DATABASES_PATH: made}, close=made.close)


def _environment(request: HttpRequest) -> object:
    if request.method != "POST" or len(request.body) > _LARGEST:
        return None
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    asked = document.get("environment") if isinstance(document, dict) else None
    return asked if isinstance(asked, str) else None


def _answer(status: HTTPStatus, document: dict[str, str]) -> HttpResponse:
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    return HttpResponse(int(status), headers, json.dumps(document).encode())
