"""Where GitHub's tokens come from: github.com, an enterprise's own path, data residency, Enterprise Server.

Source: docs.github.com, "OpenID Connect reference". AWS writes the issuer without its scheme before each condition key
(a path stays in: `token.actions.githubusercontent.com/octo-inc:sub`).
"""

import re
from dataclasses import dataclass

from alphaswarm_core.identity.github import names

STS_AUDIENCE = "sts.amazonaws.com"
"""The audience that AWS's clients ask for. In the partition aws-cn it is `sts.amazonaws.com.cn`."""

_GITHUB_COM = "https://token.actions.githubusercontent.com"
_HOST = re.compile(r"(?=.{1,253}(?::|$))[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer of GitHub tokens.

    Args:
        url: The claim `iss`, compared exactly; no slash at the end.
        server_url: The GitHub that belongs to it; owners live under it.
    """

    url: str
    server_url: str

    @property
    def discovery_url(self) -> str:
        """The discovery document."""
        return f"{self.url}/.well-known/openid-configuration"

    @property
    def jwks_url(self) -> str:
        """The public keys."""
        return f"{self.url}/.well-known/jwks"

    @property
    def condition_prefix(self) -> str:
        """What AWS writes before `:sub`; also the last part of the provider's ARN."""
        return self.url.removeprefix("https://")

    def default_audience(self, owner: str) -> str:
        """The audience of a token that was asked for without one: the owner's page."""
        return f"{self.server_url}/{owner}"


GITHUB_COM = Issuer(_GITHUB_COM, "https://github.com")


def enterprise_issuer(slug: str) -> Issuer:
    """The issuer of an enterprise on github.com that has its slug included.

    Raises:
        GithubNameError: no such slug can exist.
    """
    names.require(_LABEL.fullmatch(slug.lower()) is not None, "an enterprise", slug, "letters, digits and hyphens")
    return Issuer(f"{_GITHUB_COM}/{slug}", "https://github.com")


def data_residency_issuer(subdomain: str) -> Issuer:
    """The issuer of an enterprise on `SUBDOMAIN.ghe.com`.

    Raises:
        GithubNameError: not the label of a host.
    """
    names.require(_LABEL.fullmatch(subdomain) is not None, "a subdomain", subdomain, "lower-case letters, digits, -")
    return Issuer(f"https://token.actions.{subdomain}.ghe.com", f"https://{subdomain}.ghe.com")


def enterprise_server_issuer(host: str) -> Issuer:
    """The issuer of a GitHub Enterprise Server. It has no immutable subjects.

    Raises:
        GithubNameError: not a host.
    """
    names.require(_HOST.fullmatch(host) is not None, "a host", host, "lower-case letters, digits, '.' and -")
    return Issuer(f"https://{host}/_services/token", f"https://{host}")
