"""Names on the registry's wire: accounts, repositories, tags, digests. Source: OCI Distribution Specification 1.1.

On AWS a registry is a host, `ACCOUNT.dkr.ecr.REGION.amazonaws.com`. Here the account is the first part of the name, so
that a reference stays byte for byte production's and a client maps its host to `127.0.0.1:PORT/ACCOUNT`.
"""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import unquote

_NAME = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"(?P<account>[0-9]{{12}})/(?P<name>{_NAME}(?:/{_NAME})*)")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LONGEST_NAME = 256


@dataclass(frozen=True, slots=True)
class RepositoryKey:
    """A repository of ECR: unique in its account and region."""

    account: str
    region: str
    name: str

    @property
    def arn(self) -> str:
        """`arn:aws:ecr:REGION:ACCOUNT:repository/NAME`."""
        return f"arn:aws:ecr:{self.region}:{self.account}:repository/{self.name}"

    @property
    def path(self) -> str:
        """The name on the wire: `ACCOUNT/NAME`."""
        return f"{self.account}/{self.name}"


@dataclass(frozen=True, slots=True)
class Place:
    """What a path means: `kind` is `blobs`, `uploads`, `manifests`, `referrers` or `tags`; `reference` what follows."""

    repository: RepositoryKey
    kind: str
    reference: str


_ROUTES = (
    ("uploads", re.compile(r"(?P<repository>.+)/blobs/uploads/(?P<reference>[0-9a-f-]{0,64})")),
    ("uploads", re.compile(r"(?P<repository>.+)/blobs/uploads(?P<reference>)")),
    ("blobs", re.compile(r"(?P<repository>.+)/blobs/(?P<reference>[^/]+)")),
    ("manifests", re.compile(r"(?P<repository>.+)/manifests/(?P<reference>[^/]+)")),
    ("referrers", re.compile(r"(?P<repository>.+)/referrers/(?P<reference>[^/]+)")),
    ("tags", re.compile(r"(?P<repository>.+)/tags/(?P<reference>list)")),
)


def place_of(path: str, region: str) -> Place | None:
    """What the raw path below `/v2/` means; None if nothing."""
    text = unquote(path)
    for kind, pattern in _ROUTES:
        match = pattern.fullmatch(text)
        if match is not None and (key := repository_of(match["repository"], region)) is not None:
            return Place(key, kind, match["reference"])
    return None


def repository_of(text: str, region: str) -> RepositoryKey | None:
    """The repository that `ACCOUNT/NAME` means; None if it is no such name."""
    match = _REPOSITORY.fullmatch(text)
    if match is None or len(match["name"]) > _LONGEST_NAME:
        return None
    return RepositoryKey(match["account"], region, match["name"])


def is_tag(text: str) -> bool:
    """Whether `text` may be a tag."""
    return _TAG.fullmatch(text) is not None


def is_digest(text: str) -> bool:
    """Whether `text` is a digest; SHA-256 is the one algorithm here, as on ECR."""
    return _DIGEST.fullmatch(text) is not None


def digest_of(content: bytes) -> str:
    """`sha256:…` of `content`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
