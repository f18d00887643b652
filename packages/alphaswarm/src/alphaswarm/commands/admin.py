"""`alphaswarm admin`: the console's backend."""

from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import options, session
from alphaswarm_core.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphaswarm_core.settings import Settings


@click.group()
def admin() -> None:
    """The console: look, approve, halt in a browser."""


@admin.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where it listens; TLS is the load balancer's.")
@click.option("--port", default=8900, show_default=True, type=click.IntRange(1, 65_535))
@options(target=True)
def serve(host: str, port: int, **common: Any) -> None:
    """Serve the console's backend until told to stop.

    How people sign in is in [admin] of alphaswarm.toml. Behind a load balancer it needs ALPHASWARM_ADMIN_SESSION_KEY.
    """
    here = session(**common)
    run = _server()
    here.output.narrate(f"The console's backend is on http://{host}:{port}/admin/health; stop it with Ctrl-C")
    run(here.settings, host, port)


def _server() -> "Callable[[Settings, str, int], None]":
    try:
        from alphaswarm_admin.__main__ import serve_project
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("alphaswarm_admin"):
            raise
        raise UnavailableError(
            "The console is not installed",
            why="the distribution alphaswarm-admin is the image of a service of its own",
            fix="Use a checkout of the project: make setup; source .venv/bin/activate",
        ) from None
    return serve_project
