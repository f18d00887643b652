"""The only door to GitHub's REST API: a client that tries again where that helps, and never gives its token away.

>>> client = GithubClient(environment_token(os.environ), api_url=api_url(os.environ))
>>> client.get("/repos/Alpha-Swarm-ai/alphaswarm_platform")
"""

from alphaswarm_core.adapters.github.address import GITHUB_COM_API, ApiAddress, api_url
from alphaswarm_core.adapters.github.client import GithubAnswer, GithubClient, Patience
from alphaswarm_core.adapters.github.errors import (
    GithubAddressError,
    GithubAnswerError,
    GithubApiError,
    GithubConflictError,
    GithubForbiddenError,
    GithubForeignHostError,
    GithubNotFoundError,
    GithubRateLimitedError,
    GithubTokenError,
    GithubUnavailableError,
)
from alphaswarm_core.adapters.github.local import local_client
from alphaswarm_core.adapters.github.runs import GithubRunsApi
from alphaswarm_core.adapters.github.tokens import AppToken, TokenSource, environment_token, static_token

__all__ = [
    "GITHUB_COM_API",
    "ApiAddress",
    "AppToken",
    "GithubAddressError",
    "GithubAnswer",
    "GithubAnswerError",
    "GithubApiError",
    "GithubClient",
    "GithubConflictError",
    "GithubForbiddenError",
    "GithubForeignHostError",
    "GithubNotFoundError",
    "GithubRateLimitedError",
    "GithubRunsApi",
    "GithubTokenError",
    "GithubUnavailableError",
    "Patience",
    "TokenSource",
    "api_url",
    "environment_token",
    "local_client",
    "static_token",
]
