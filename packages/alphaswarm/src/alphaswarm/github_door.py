"""The way to GitHub for commands: the API that belongs to the target, with the token of the environment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alphaswarm.composition import Session
from alphaswarm_core.target import Target, TargetRefusedError, is_loopback

if TYPE_CHECKING:
    from alphaswarm_core.adapters.github import GithubRunsApi


@contextmanager
def github_runs(here: Session, target: str) -> Iterator["GithubRunsApi"]:
    """Workflow runs of the GitHub that belongs to `target`.

    Raises:
        GithubTokenError: there is no token.
        TargetRefusedError: the API is that of the other target.
    """
    from alphaswarm_core.adapters.github import GithubClient, GithubRunsApi, environment_token

    with GithubClient(environment_token(os.environ), api_url=api_of_target(here, target)) as client:
        yield GithubRunsApi(client)


def api_of_target(here: Session, target: str) -> str:
    """Where GitHub's API is: what `GITHUB_API_URL` says; without it the local cloud's own, or github.com's.

    A rehearsal does not ask the real GitHub, and what is real does not believe a rehearsed one.
    """
    from alphaswarm_core.adapters.github import api_url
    from alphaswarm_core.local_address import read_local_address

    local = Target(target) is Target.LOCAL
    if local and not os.environ.get("GITHUB_API_URL"):
        return read_local_address(here.settings.home_path).url("github_api")
    url = api_url(os.environ)
    if is_loopback(url) is not local:
        raise TargetRefusedError(
            f"GITHUB_API_URL is {url}, and the target is {target}",
            why="a plan for AWS is approved in the real GitHub, a rehearsed one in the local cloud's",
            fix="Unset GITHUB_API_URL" if local else "Set GITHUB_API_URL to https://api.github.com, or unset it",
        )
    return url
