"""`python -m alphaswarm_admin`, `alphaswarm-admin`: serve the console."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from alphaswarm_core.errors import AlphaSwarmError

if TYPE_CHECKING:
    from alphaswarm_core.settings import Settings

HOST, PORT = "127.0.0.1", 8900


def main() -> None:
    """Serve until told to stop; settings and secrets come from where the command line's come from."""
    words = _parser().parse_args()
    try:
        serve(words.config, words.host, words.port)
    except AlphaSwarmError as error:
        parts = [f"Error: {error.what} [{error.code}]", *(f"  why: {error.why}" for _ in [0] if error.why)]
        print("\n".join([*parts, *(f"  fix: {error.fix}" for _ in [0] if error.fix)]), file=sys.stderr)
        sys.exit(error.exit_code)


def serve(config: str | None, host: str, port: int) -> None:
    """Serve the console of the project whose `alphaswarm.toml` is `config`, or the nearest one above."""
    from alphaswarm_core.settings import find_settings_file, load_settings

    path = Path(config) if config else find_settings_file(Path.cwd())
    serve_project(load_settings(path, os.environ), host, port)


def serve_project(settings: "Settings", host: str, port: int) -> None:
    """Serve the console of a project until told to stop.

    Raises:
        ConfigurationError: it would not be safe to start like this.
    """
    import uvicorn

    from alphaswarm_admin.application import application
    from alphaswarm_admin.starting import console_of

    console = console_of(settings, os.environ, host)
    uvicorn.run(
        application(console), host=host, port=port, log_level="warning", server_header=False, proxy_headers=False
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="alphaswarm-admin", description="Serve the console's backend.")
    parser.add_argument("--config", metavar="FILE", help="the alphaswarm.toml to use (default: the nearest one above)")
    parser.add_argument("--host", default=HOST, help="where it listens (default: %(default)s)")
    parser.add_argument("--port", default=PORT, type=int, help="on which port (default: %(default)s)")
    return parser


if __name__ == "__main__":
    main()
