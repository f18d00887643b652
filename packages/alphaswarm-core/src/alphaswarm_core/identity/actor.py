"""Who starts a run: a workflow job, a build, or a person at a workstation."""

import getpass
import socket
from collections.abc import Mapping

from alphaswarm_core.ledger.records import Actor, ActorKind


def actor_from_environment(environ: Mapping[str, str]) -> Actor:
    """The actor as the process environment presents it.

    GitHub Actions and CodeBuild set these variables in every job and build. They are a description, not a proof: what
    protects a shared environment is the role that only a verified token can assume.
    Source: docs.github.com (default environment variables), docs.aws.amazon.com/codebuild (environment variables).
    """
    if environ.get("CODEBUILD_BUILD_ID"):
        build = environ["CODEBUILD_BUILD_ID"]
        return Actor(ActorKind.codebuild, f"codebuild:{build}", environ.get("CODEBUILD_INITIATOR", build))
    if environ.get("GITHUB_ACTIONS") == "true":
        return _workflow_job(environ)
    user = _user()
    return Actor(ActorKind.person, f"person:{user}@{socket.gethostname()}", user)


def _workflow_job(environ: Mapping[str, str]) -> Actor:
    repository = environ.get("GITHUB_REPOSITORY", "?")
    login = environ.get("GITHUB_ACTOR", "?")
    server = environ.get("GITHUB_SERVER_URL", "https://github.com")
    run = environ.get("GITHUB_RUN_ID")
    url = f"{server}/{repository}/actions/runs/{run}" if run else None
    return Actor(ActorKind.github_actions, f"github:{repository}:{environ.get('GITHUB_ACTOR_ID', login)}", login, url)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container user without a name
        return "unknown"
