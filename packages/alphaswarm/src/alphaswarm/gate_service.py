"""`alphaswarm gate serve`: the deployment protection rule as a service of its own."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alphaswarm.composition import Session
from alphaswarm.github_door import api_of_target
from alphaswarm_core.errors import ConfigurationError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from alphaswarm_core.adapters.github import GithubClient, TokenSource
    from alphaswarm_core.gates.protection_rule import ProtectionRule

SECRET, OLD_SECRET = "ALPHASWARM_WEBHOOK_SECRET", "ALPHASWARM_WEBHOOK_SECRET_BEFORE"
APP_ID, APP_KEY = "ALPHASWARM_GITHUB_APP_ID", "ALPHASWARM_GITHUB_APP_KEY_FILE"
INSTALLATION = "ALPHASWARM_GITHUB_INSTALLATION_ID"
VARIABLES = (SECRET, OLD_SECRET, APP_ID, APP_KEY, INSTALLATION)
"""What the service reads from its environment: secrets, and the name of the file of one; no settings of the project."""


def serve(here: Session, host: str, port: int) -> None:
    """Serve until told to stop."""
    import uvicorn

    with protection_rule(here, os.environ) as rule:
        here.output.narrate(f"Answering for GitHub at {rule.rules.api_url}, on http://{host}:{port}/webhooks/github")
        uvicorn.run(application(rule), host=host, port=port, log_level="warning", server_header=False)


def application(rule: "ProtectionRule") -> "FastAPI":
    """The rule's endpoint, with its worker behind it, and `GET /health`."""
    from fastapi import FastAPI

    from alphaswarm_core.adapters.protection_endpoint import AnsweringWorker, protection_router

    worker = AnsweringWorker(rule)

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        worker.start()
        yield
        worker.stop()

    app = FastAPI(title="AlphaSwarm gate", lifespan=running, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(protection_router(rule, worker.submit))

    @app.get("/health")
    def health() -> dict[str, int]:
        """Whether the ledger answers: how many entries it has."""
        return {"entries": rule.ledger.head()[0]}

    return app


@contextmanager
def protection_rule(here: Session, environ: Mapping[str, str]) -> Iterator["ProtectionRule"]:
    """The rule of this project, with an open ledger and the way to GitHub.

    Raises:
        ConfigurationError: the secret, or what proves to GitHub who answers, is missing or no use.
    """
    from alphaswarm_core.adapters.github import GithubClient, GithubRunsApi
    from alphaswarm_core.gates.protection_rule import ProtectionRule
    from alphaswarm_core.gates.webhook import rules_of

    api = api_of_target(here, here.settings.target)
    secrets = [environ[name] for name in (SECRET, OLD_SECRET) if environ.get(name)]
    rules = rules_of(here.settings, secrets, api)
    with GithubClient(_token(environ, api), api_url=api) as client, here.ledger() as ledger:
        ledger.learn_secrets(secrets)
        yield ProtectionRule(ledger, here.settings, here.settings.target, GithubRunsApi(client), rules)


def _token(environ: Mapping[str, str], api: str) -> "TokenSource":
    """That of the GitHub App whose rule it is: GitHub takes an answer from nobody else."""
    from alphaswarm_core.adapters.github import AppToken, GithubClient, environment_token

    if not environ.get(APP_ID):
        return environment_token(environ)
    installation = environ.get(INSTALLATION, "")
    if not installation.isdecimal():
        raise ConfigurationError(
            f"{INSTALLATION} is not a number", fix="GitHub shows it in the app's installation page"
        )

    def client(token: "TokenSource") -> "GithubClient":
        return GithubClient(token, api_url=api)

    return AppToken(environ[APP_ID], _key(environ), int(installation), client)


def _key(environ: Mapping[str, str]) -> str:
    place = environ.get(APP_KEY, "")
    try:
        return Path(place).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"The GitHub App's key {place or '(none named)'} cannot be read",
            why=error.strerror,
            fix=f"Set {APP_KEY} to the PEM file that GitHub made for the app",
        ) from error
