"""Names and ARNs. Source: AWS CodeArtifact user guide; Service Authorization Reference; PEP 503 for package names."""

import re
from dataclasses import dataclass

PYPI = "pypi"
"""The one package format that is served here."""

PUBLIC_PYPI = "public:pypi"
"""The external connection that stands for the public Python package index."""

_SEPARATORS = re.compile(r"[-_.]+")
_PACKAGE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


def normalized(name: str) -> str:
    """The package's name as indexes compare it (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def is_package_name(name: str) -> bool:
    """Whether `name` is one that a Python package may have."""
    return len(name) <= 214 and _PACKAGE.fullmatch(name) is not None  # noqa: PLR2004 - as package indexes limit it


@dataclass(frozen=True, slots=True)
class DomainKey:
    """A domain's place: names are unique in an account and region."""

    account: str
    region: str
    domain: str

    @property
    def arn(self) -> str:
        """`arn:aws:codeartifact:REGION:ACCOUNT:domain/NAME`."""
        return f"{self._prefix}domain/{self.domain}"

    def repository_arn(self, repository: str) -> str:
        """The ARN of a repository of the domain."""
        return f"{self._prefix}repository/{self.domain}/{repository}"

    def package_arn(self, repository: str, package: str, form: str = PYPI, namespace: str = "") -> str:
        """The ARN of a package; Python's have no namespace, so two slashes follow each other."""
        return f"{self._prefix}package/{self.domain}/{repository}/{form}/{namespace}/{package}"

    @property
    def _prefix(self) -> str:
        return f"arn:aws:codeartifact:{self.region}:{self.account}:"
