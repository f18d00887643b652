"""The private index as installers and publishers see it: addresses, variables, and what still has to be uploaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit

from alphaswarm_core.delivery.errors import PublishedOtherwiseError
from alphaswarm_core.delivery.wheels import Wheel

_HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class IndexLogin:
    """The way into a repository. `endpoint` ends in a slash; `token` is a secret."""

    endpoint: str
    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"IndexLogin({self.endpoint}, until {self.expires_at:%Y-%m-%dT%H:%M:%SZ})"

    @property
    def index_url(self) -> str:
        """What pip and uv are given: the simple index, with the token."""
        return _with_password(self.endpoint, quote(self.token, safe="")) + "simple/"

    @property
    def shown_url(self) -> str:
        """The same without the token, for people and logs."""
        return _with_password(self.endpoint, _HIDDEN) + "simple/"

    def variables(self) -> dict[str, str]:
        """What makes pip and uv install from this index and from nowhere else.

        pip's configuration files are switched off: an `extra-index-url` or `find-links` there would be a second source,
        and the higher version of the two would win (dependency confusion).
        """
        return {
            "PIP_INDEX_URL": self.index_url,
            "PIP_CONFIG_FILE": "/dev/null",
            "UV_DEFAULT_INDEX": self.index_url,
            "UV_NO_CONFIG": "1",
        }


OTHER_SOURCES = (
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_NO_INDEX",
    "UV_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
)
"""Variables that would add sources beside the index, or close it; they are unset with it."""


def to_upload(wheels: Sequence[Wheel], held: Mapping[str, Mapping[str, str]]) -> list[Wheel]:
    """Those that the index does not have yet.

    Args:
        wheels: What was built.
        held: Package → file name → SHA-256 of what the index has of that version.

    Raises:
        PublishedOtherwiseError: it has one under the same name with other content.
    """
    missing = []
    for wheel in wheels:
        digest = held.get(wheel.package, {}).get(wheel.filename)
        if digest is None:
            missing.append(wheel)
        elif digest != wheel.sha256:
            raise PublishedOtherwiseError(
                f"The index has {wheel.filename} already, with other content",
                why=f"its SHA-256 is {digest}, and that of the wheel that was built here is {wheel.sha256}",
                fix="A published version is never replaced: commit, or give the release another version",
            )
    return missing


def _with_password(endpoint: str, password: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://aws:{password}@{parts.netloc}{parts.path}"
