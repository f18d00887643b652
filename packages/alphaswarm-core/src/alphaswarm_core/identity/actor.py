"""Who starts a run: a workflow job, a build, or a person at a workstation."""

import getpass
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from alphaswarm_core.identity.tokens.verified import VerifiedClaims
from alphaswarm_core.ledger.records import Actor, ActorKind

_GITHUB = "https://github.com"


@dataclass(frozen=True, slots=True)
class Initiator:
    """Who starts runs, and the digest of the token's claims that prove it; None where nothing does."""

    actor: Actor
    claims_digest: str | None = None


def initiator_of_token(claims: VerifiedClaims, *, server: str = _GITHUB) -> Initiator:
    """The person for whom a workflow job runs, as GitHub's signed token says.

    The person is named by the account's number: a login can be given up and taken by somebody else.
    """
    login, number = claims.text("actor") or "?", claims.text("actor_id") or "?"
    run_url = f"{server}/{claims.text('repository')}/actions/runs/{claims.text('run_id')}"
    return Initiator(Actor(ActorKind.github_actions, f"github:{number}", login, run_url), claims.digest)


def is_workflow_job(environ: Mapping[str, str]) -> bool:
    """Whether this process says that it runs in a job of GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"


def actor_from_environment(environ: Mapping[str, str]) -> Actor:
    """The actor as the process environment presents it: a description, not a proof.

    Enough where nothing is shared. Source: docs.github.com (default environment variables),
    docs.aws.amazon.com/codebuild (environment variables).
    """
    if environ.get("CODEBUILD_BUILD_ID"):
        build = environ["CODEBUILD_BUILD_ID"]
        return Actor(ActorKind.codebuild, f"codebuild:{build}", environ.get("CODEBUILD_INITIATOR", build))
    if is_workflow_job(environ):
        return _workflow_job(environ)
    user = _user()
    return Actor(ActorKind.person, f"person:{user}@{socket.gethostname()}", user)


def _workflow_job(environ: Mapping[str, str]) -> Actor:
    login = environ.get("GITHUB_ACTOR", "?")
    run = environ.get("GITHUB_RUN_ID")
    place = f"{environ.get('GITHUB_SERVER_URL', _GITHUB)}/{environ.get('GITHUB_REPOSITORY', '?')}"
    url = f"{place}/actions/runs/{run}" if run else None
    return Actor(ActorKind.github_actions, f"github:{environ.get('GITHUB_ACTOR_ID', login)}", login, url)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container user without a name
        return "unknown"
