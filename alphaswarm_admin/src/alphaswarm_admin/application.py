"""The application: its routes, what stands before them, and the one form of refusals."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from alphaswarm_admin import __version__, envelope
from alphaswarm_admin.console import Console
from alphaswarm_admin.front import Front
from alphaswarm_admin.routes import (
    decisions,
    environments,
    images,
    ledger,
    plans,
    platform,
    runs,
    session,
    streams,
    trust,
)
from alphaswarm_admin.routes.common import REFUSALS
from alphaswarm_core.errors import AlphaSwarmError

_TITLE = "AlphaSwarm console"
_DESCRIPTION = (
    "The console of AlphaSwarm Delivery. Names are in snake_case, times are RFC 3339 in UTC. Every answer that is no "
    "success is an `ErrorEnvelope`, with the codes of the command line. Everything but GET needs the header "
    "`X-CSRF-Token` with the token of `GET /admin/session`."
)
ROUTERS: tuple[APIRouter, ...] = (
    session.router,
    environments.router,
    runs.router,
    plans.router,
    decisions.router,
    ledger.router,
    trust.router,
    images.router,
    platform.router,
    streams.router,
)


def application(console: Console) -> FastAPI:
    """The console's application."""

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        yield
        console.ledger.close()

    app = _routed(lifespan=running)
    app.state.console = console
    app.add_middleware(Front, public_url=console.settings.admin.public_url)
    return app


def _routed(**options: object) -> FastAPI:
    """The routes, without a console: also what the OpenAPI document is made from. Nobody is served pages of docs."""
    app = FastAPI(
        title=_TITLE,
        version=__version__,
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        **options,  # type: ignore[arg-type]
    )
    app.add_exception_handler(AlphaSwarmError, envelope.on_error)
    app.add_exception_handler(RequestValidationError, envelope.on_malformed)
    app.add_exception_handler(HTTPException, envelope.on_http_error)
    app.include_router(session.health)
    for router in ROUTERS:
        app.include_router(router, responses=dict(REFUSALS))
    return app


def openapi_document() -> dict[str, object]:
    """The OpenAPI document."""
    return _routed().openapi()
