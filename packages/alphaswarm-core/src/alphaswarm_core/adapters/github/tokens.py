"""Where the token comes from: the environment, or a GitHub App's key. Asked anew for each request."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol, TypeAlias

import jwt

from alphaswarm_core.adapters.github.errors import GithubTokenError

TokenSource: TypeAlias = Callable[[], str]

_JWT_SECONDS = 540  # GitHub takes ten minutes at most; clocks differ
_CLOCK_SKEW = 60
_RENEW_BEFORE = 300


class _Client(Protocol):
    def post(self, path: str, document: object = None) -> object: ...


def static_token(token: str) -> TokenSource:
    """A token that is known already.

    Raises:
        GithubTokenError: it is empty or could not stand in a header.
    """
    if not token or any(letter.isspace() or not letter.isprintable() for letter in token):
        raise GithubTokenError(
            "The GitHub token is empty or holds characters that no token has",
            fix="Set GITHUB_TOKEN to the token alone, without quotes or line breaks",
        )
    return lambda: token


def environment_token(environ: Mapping[str, str]) -> TokenSource:
    """`GITHUB_TOKEN`, else `GH_TOKEN`.

    Raises:
        GithubTokenError: neither is set.
    """
    token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN")
    if not token:
        raise GithubTokenError(
            "There is no GitHub token",
            why="neither GITHUB_TOKEN nor GH_TOKEN is set",
            fix="In a workflow: env: GITHUB_TOKEN: ${{ github.token }}; elsewhere: a fine-grained token of your own",
        )
    return static_token(token)


class AppToken:
    """The tokens of one installation of a GitHub App, each renewed before it expires.

    Args:
        app_id: The app's id or client id.
        private_key: Its key, PEM.
        installation_id: Whose repositories.
        client: Makes a client that authenticates with the token source it is given.
        clock: Seconds since the epoch.

    Raises:
        GithubTokenError: the key is none.
    """

    def __init__(
        self,
        app_id: str,
        private_key: str,
        installation_id: int,
        client: Callable[[TokenSource], _Client],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app_id, self._key, self._installation = app_id, private_key, installation_id
        self._clock = clock
        self._client = client(self.app_jwt)
        self._token, self._expires = "", 0.0
        self.app_jwt()

    def __call__(self) -> str:
        """A token that is good for five minutes at least."""
        if self._clock() >= self._expires - _RENEW_BEFORE:
            self._renew()
        return self._token

    def app_jwt(self) -> str:
        """What the app shows to get tokens of its installations."""
        now = int(self._clock())
        document = {"iss": self._app_id, "iat": now - _CLOCK_SKEW, "exp": now + _JWT_SECONDS}
        try:
            return jwt.encode(document, self._key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as problem:
            raise GithubTokenError(
                "The private key of the GitHub App cannot be used",
                why=type(problem).__name__,
                fix="Give the PEM file that GitHub made for the app",
            ) from None  # the cause could quote the key

    def _renew(self) -> None:
        answer = self._client.post(f"/app/installations/{self._installation}/access_tokens")
        if not isinstance(answer, dict) or not {"token", "expires_at"} <= answer.keys():
            raise GithubTokenError("GitHub's answer holds no installation token")
        self._expires = datetime.fromisoformat(str(answer["expires_at"])).timestamp()
        self._token = static_token(str(answer["token"]))()
