"""A client of the local cloud's GitHub, as one of its ready-made people."""

from alphaswarm_core.adapters.github.client import GithubClient
from alphaswarm_core.adapters.github.errors import GithubAnswerError
from alphaswarm_core.adapters.github.tokens import static_token
from alphaswarm_core.local_address import LocalCloudAddress


def local_client(address: LocalCloudAddress, login: str) -> GithubClient:
    """A client that acts as `login` at the local cloud's GitHub.

    Raises:
        GithubNotFoundError: the local cloud has no such person.
        LocalCloudError: it is too old to have a GitHub.
    """
    with GithubClient(static_token(address.admin_token or ""), api_url=address.url("github_admin")) as admin:
        answer = admin.post(f"/people/{login}/token")
    if not isinstance(answer, dict) or not isinstance(answer.get("token"), str):
        raise GithubAnswerError("The local cloud's answer holds no token")
    return GithubClient(static_token(answer["token"]), api_url=address.url("github_api"))
