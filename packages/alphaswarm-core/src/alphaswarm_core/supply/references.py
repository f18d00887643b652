"""References to images: `REGISTRY/NAME`, with a tag, a digest or both. Source: OCI Distribution Specification 1.1."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

from alphaswarm_core.supply.errors import ImageReferenceError, MovedTagError

_NAME = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    r"(?P<registry>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?)/"
    rf"(?P<name>{_NAME}(?:/{_NAME})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_ECR = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of images: `REGISTRY/NAME`."""

    registry: str
    name: str

    def __str__(self) -> str:
        return f"{self.registry}/{self.name}"

    @property
    def account(self) -> str | None:
        """The AWS account whose registry it is, if it is one of ECR's."""
        match = _ECR.fullmatch(self.registry)
        return match["account"] if match else None

    @property
    def region(self) -> str | None:
        """ECR's region."""
        match = _ECR.fullmatch(self.registry)
        return match["region"] if match else None


@dataclass(frozen=True, slots=True)
class ImageReference:
    """An image by tag, by digest, or by both, which then have to agree."""

    repository: Repository
    tag: str | None
    digest: str | None

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.repository}{tag}{f'@{self.digest}' if self.digest else ''}"

    def resolved(self, source: "TagSource") -> str:
        """The digest that is meant.

        Raises:
            MovedTagError: there are both, and the tag names another image by now.
            AlphaSwarmError: the registry does not have the tag, or does not answer.
        """
        if self.tag is None:
            return str(self.digest)
        found: str = source.manifest(self.repository, self.tag).digest
        if self.digest not in {None, found}:
            raise MovedTagError(
                f"The tag {self.tag} names another image by now",
                why=f"it is {found}, and {self.digest} was meant",
                fix="Find out who moved it; deploy by digest",
            )
        return found


class TagSource(Protocol):
    """Where tags are looked up; `images.ImageSource` is one."""

    def manifest(self, repository: Repository, reference: str) -> Any:
        """The manifest with that tag; it has a `digest`."""


def parse_reference(text: str) -> ImageReference:
    """The image that `text` names.

    Raises:
        ImageReferenceError: it names none.
    """
    match = _REFERENCE.fullmatch(text)
    if match is None or not (match["tag"] or match["digest"]):
        raise ImageReferenceError(
            f"'{text[:200]}' names no image",
            fix="Write REGISTRY/NAME@sha256:DIGEST, or REGISTRY/NAME:TAG",
        )
    return ImageReference(Repository(match["registry"], match["name"]), match["tag"], match["digest"])


def ecr_repository(account: str, region: str, name: str) -> Repository:
    """The repository called `name` in the ECR of an account."""
    return Repository(f"{account}.dkr.ecr.{region}.amazonaws.com", name)
