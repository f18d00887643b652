"""SBOMs as the ledger keeps them: by the SHA-256 of their canonical form, with an index of their packages.

The index is nothing but the documents read again, so that verification can compute it and compare.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from typing import Any

import orjson

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.chain import canonical_text
from alphaswarm_core.ledger.errors import LedgerRecordError
from alphaswarm_core.ledger.image_records import Package

SBOMS_TABLE, PACKAGES_TABLE = "sboms", "sbom_packages"
MOST_PACKAGES = 100_000
"""In one SBOM. Whoever signs it could otherwise fill the ledger with one document."""


@dataclass(frozen=True, slots=True)
class StoredSbom:
    """An SBOM in the form in which it is stored."""

    digest: str
    text: str
    packages: frozenset[Package]


def stored_sbom(document: Json) -> StoredSbom:
    """`document` as it is stored.

    Raises:
        LedgerRecordError: it is neither CycloneDX nor SPDX, or no JSON.
    """
    text = canonical_text(document)
    return StoredSbom(_digest(text), text, packages_of(document))


def packages_of(document: Any) -> frozenset[Package]:
    """The packages that an SBOM names, with their versions; names in lower case, `group/name` where there is a group.

    Raises:
        LedgerRecordError: it is neither CycloneDX nor SPDX: an SBOM that nobody can read answers no question.
    """
    found = frozenset(Package(wanted_name(name), version) for name, version in _named(document) if name)
    if len(found) > MOST_PACKAGES:
        raise LedgerRecordError(f"The SBOM names {len(found)} packages", why=f"at most {MOST_PACKAGES} are kept")
    return found


def wanted_name(name: str) -> str:
    """A package's name as it is compared: npm, PyPI and Debian all have names that differ in nothing but case."""
    return name.strip().lower()


def _named(document: Any) -> Iterable[tuple[str, str]]:
    if isinstance(document, Mapping) and document.get("bomFormat") == "CycloneDX":
        return _components(document.get("components") or ())
    if isinstance(document, Mapping) and str(document.get("spdxVersion", "")).startswith("SPDX-2"):
        return [(_text(each, "name"), _text(each, "versionInfo")) for each in _objects(document.get("packages") or ())]
    raise LedgerRecordError(
        "The SBOM cannot be read",
        why="it is neither CycloneDX nor SPDX 2 in JSON",
        fix="Make it with: alphaswarm image sbom",
    )


def _components(components: Any) -> Iterator[tuple[str, str]]:
    """Components and those inside of them. Files are no packages."""
    waiting = list(_objects(components))
    while waiting:
        each = waiting.pop()
        waiting += _objects(each.get("components") or ())
        if each.get("type") != "file":
            group, name = _text(each, "group"), _text(each, "name")
            yield (f"{group}/{name}" if group and name else name), _text(each, "version")


def _objects(value: Any) -> list[Mapping[str, Any]]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, Mapping) for each in value):
        raise LedgerRecordError("The SBOM cannot be read", why="its list of packages is not a list of objects")
    return list(value)


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""


@dataclass(slots=True)
class SbomCheck:
    """Compares stored SBOMs with their addresses, the index with the SBOMs, and both with the rows of images.

    Attributes:
        problem: Told of every problem: what, the table, the SBOM's digest.
    """

    problem: Callable[[str, str, str], None]
    _expected: dict[str, str] = field(default_factory=dict)

    def documents(self, rows: Iterable[Sequence[Any]]) -> None:
        """Check (digest, document) rows."""
        for digest, text in rows:
            try:
                right = _digest(str(text)) == digest
                self._expected[digest] = _fingerprint(packages_of(orjson.loads(str(text)))) if right else ""
            except (ValueError, LedgerRecordError):
                right = False
            if not right:
                self.problem("the document is not the one with that digest", SBOMS_TABLE, str(digest))

    def index(self, rows: Iterable[Sequence[Any]]) -> None:
        """Check (SBOM digest, name, version) rows, those of one SBOM together."""
        unseen = dict(self._expected)
        for digest, group in groupby(rows, key=lambda row: row[0]):
            found = _fingerprint(frozenset(Package(name, version) for _, name, version in group))
            if unseen.pop(digest, None) != found:
                self.problem("the index does not name the packages of the document", PACKAGES_TABLE, str(digest))
        for digest, expected in unseen.items():
            if expected != _fingerprint(frozenset()):
                self.problem("the index does not name the packages of the document", PACKAGES_TABLE, digest)

    def images(self, rows: Iterable[Sequence[Any]]) -> None:
        """Check that the SBOMs that the (sboms,) columns of images name are there.

        More may be there: a later verification can name a newer SBOM, and the entry of the earlier one still stands.
        """
        named: set[str] = set()
        for (text,) in rows:
            try:
                named |= set(orjson.loads(text).values())
            except (ValueError, AttributeError, TypeError):
                continue  # the row is not what its entries made, and named as such already
        for digest in sorted(named - self._expected.keys()):
            self.problem("an image names this SBOM, and it is missing", SBOMS_TABLE, str(digest))


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _fingerprint(packages: frozenset[Package]) -> str:
    listed = sorted((repr(each.name), repr(each.version)) for each in packages)
    return sha256(repr(listed).encode()).hexdigest()
