"""What an index says about one package, from either form of its page: PEP 691's JSON or PEP 503's HTML.

Only files that can be checked are taken: those with a SHA-256, of a known kind, whose name says which version they are.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from alphaswarm_local.packages.files import version_in

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPES = ("application/vnd.pypi.simple.v1+html", "text/html")
ACCEPT = f"{JSON_TYPE}, {HTML_TYPES[0]};q=0.2, {HTML_TYPES[1]};q=0.1"
_DIGITS = frozenset("0123456789abcdef")


class UnreadablePageError(Exception):
    """The index answered with something that is no package page."""


@dataclass(frozen=True, slots=True)
class UpstreamFile:
    """One file of an index.

    Attributes:
        url: Where it is, absolute, without a fragment.
        metadata_sha256: The digest of the metadata file beside it (PEP 658), where the index says it.
        yanked: Why it was yanked, empty for no reason given; None if it was not.
    """

    name: str
    version: str
    url: str
    sha256: str
    requires_python: str | None = None
    metadata_sha256: str | None = None
    yanked: str | None = None


def read_page(package: str, url: str, content_type: str, body: bytes) -> tuple[UpstreamFile, ...]:
    """The files of `package` on the page at `url`.

    Args:
        package: Normalised.
        url: The page's address, after redirects: relative links start there.
        content_type: As the index sent it.
        body: The page.

    Raises:
        UnreadablePageError: it is no package page.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == JSON_TYPE:
        entries = _from_json(body)
    elif kind in HTML_TYPES:
        entries = _from_html(body)
    else:
        raise UnreadablePageError(f"the index answered with the type '{kind}'")
    return tuple(file for each in entries if (file := _file(package, url, each)) is not None)


def _from_json(body: bytes) -> list[dict[str, Any]]:
    try:
        document = json.loads(body)
        if str(document["meta"]["api-version"]).partition(".")[0] != "1":
            raise UnreadablePageError("the index speaks another version of the simple API")
        return [_entry(each) for each in document["files"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadablePageError(f"the index's page cannot be read: {error}") from error


def _entry(file: Mapping[str, Any]) -> dict[str, Any]:
    metadata = file.get("core-metadata", file.get("dist-info-metadata"))
    yanked = file.get("yanked", False)
    return {
        "name": file["filename"],
        "url": file["url"],
        "sha256": file["hashes"].get("sha256"),
        "requires_python": file.get("requires-python"),
        "metadata": metadata.get("sha256") if isinstance(metadata, dict) else None,
        "yanked": None if yanked is False else (yanked if isinstance(yanked, str) else ""),
    }


class _Links(HTMLParser):
    """The anchors of a PEP 503 page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an anchor with an address."""
        given = dict(attrs)
        href = given.get("href")
        if tag != "a" or not href:
            return
        address, fragment = urldefrag(href)
        metadata = given.get("data-core-metadata") or given.get("data-dist-info-metadata") or ""
        self.found.append(
            {
                "name": unquote(urlsplit(address).path.rpartition("/")[2]),
                "url": address,
                "sha256": fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else None,
                "requires_python": given.get("data-requires-python"),
                "metadata": metadata.removeprefix("sha256=") if metadata.startswith("sha256=") else None,
                "yanked": (given["data-yanked"] or "") if "data-yanked" in given else None,
            }
        )


def _from_html(body: bytes) -> list[dict[str, Any]]:
    links = _Links()
    links.feed(body.decode("utf-8", "replace"))
    return links.found


def _file(package: str, page: str, entry: Mapping[str, Any]) -> UpstreamFile | None:
    url = urljoin(page, str(entry["url"]))
    name = str(entry["name"])
    version = version_in(name, package)
    allowed = {urlsplit(page).scheme, "https"}  # never from a checked connection to one that is not
    if version is None or not _is_sha256(entry["sha256"]) or urlsplit(url).scheme not in allowed:
        return None
    metadata = entry["metadata"] if _is_sha256(entry["metadata"]) else None
    requires = entry["requires_python"]
    return UpstreamFile(
        name=name,
        version=version,
        url=urldefrag(url)[0],
        sha256=str(entry["sha256"]),
        requires_python=str(requires) if requires else None,
        metadata_sha256=metadata,
        yanked=entry["yanked"],
    )


def _is_sha256(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and _DIGITS.issuperset(value)  # noqa: PLR2004 - SHA-256's digits
