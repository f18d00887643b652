"""Where the API is, and which addresses belong to it: a token goes nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from alphaswarm_core.adapters.github.errors import GithubAddressError, GithubForeignHostError
from alphaswarm_core.target import is_loopback

GITHUB_COM_API = "https://api.github.com"
_PORTS = {"https": 443, "http": 80}


def api_url(environ: Mapping[str, str]) -> str:
    """`GITHUB_API_URL`, which the runner sets, or github.com's."""
    return environ.get("GITHUB_API_URL") or GITHUB_COM_API


@dataclass(frozen=True, slots=True)
class ApiAddress:
    """The base address of an API.

    Raises:
        GithubAddressError: not `https://HOST[/path]`; plain `http` is for this machine only.
    """

    url: str

    def __post_init__(self) -> None:
        place = _split(self.url)
        secure = place.scheme == "https" or (place.scheme == "http" and is_loopback(self.url))
        plain = not (place.username or place.password or place.query or place.fragment)
        if not (secure and place.hostname and plain):
            raise GithubAddressError(
                f"{_shown(place)} cannot be the address of GitHub's API",
                why="a token is sent there: it has to be https://HOST, or http on this machine",
                fix="Set GITHUB_API_URL to https://api.github.com, or unset it",
            )

    def resolve(self, path: str) -> str:
        """The full address of `path`: a path of the API, or a full address that GitHub itself gave.

        Raises:
            GithubForeignHostError: it leads to another scheme, host or port, or above the API's own path.
        """
        base = self.url.rstrip("/")
        url = path if "://" in path else f"{base}/{path.lstrip('/')}"
        if not self.owns(url):
            raise GithubForeignHostError(
                f"{_shown(_split(url))} does not belong to {base}",
                why="the token is for that API alone; a link or redirect elsewhere would give it away",
                fix="If the API has moved, set GITHUB_API_URL to its new address",
            )
        return url

    def owns(self, url: str) -> bool:
        """Whether a request to `url` reaches this API and nobody else."""
        mine, other = _split(self.url), _split(url)
        within = f"{other.path}/".startswith(f"{mine.path.rstrip('/')}/") and ".." not in other.path.split("/")
        return _origin(mine) == _origin(other) and within and not (other.username or other.password)


def _split(url: str) -> SplitResult:
    try:
        place = urlsplit(url)
        _ = place.port  # read here, because it raises on a port that is none
    except ValueError:
        return urlsplit("")
    return place


def _origin(place: SplitResult) -> tuple[str, str, int | None]:
    return place.scheme, (place.hostname or "").lower(), place.port or _PORTS.get(place.scheme)


def _shown(place: SplitResult) -> str:
    """Without user, password and query: an address may carry secrets there."""
    return f"{place.scheme}://{place.hostname}{place.path}"
