"""The simple index's pages: HTML (PEP 503, 592, 658, 714) and JSON (PEP 691). Links are relative: they keep the host.

Which of them a client gets is decided by its `Accept` header, as PEP 691 says.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from urllib.parse import quote

from alphaswarm_local.packages.offers import Offer


class Form(StrEnum):
    """The forms of a page, by their content type."""

    JSON = "application/vnd.pypi.simple.v1+json"
    HTML = "application/vnd.pypi.simple.v1+html"
    TEXT = "text/html"


_ALIASES = {
    "application/vnd.pypi.simple.latest+json": Form.JSON,
    "application/vnd.pypi.simple.latest+html": Form.HTML,
    "text/*": Form.TEXT,
    "*/*": Form.TEXT,
    "application/*": Form.HTML,
}
_QUALITY = re.compile(r"q=(?P<value>0(\.[0-9]{0,3})?|1(\.0{0,3})?)")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is sent."""

    form: Form
    body: bytes
    etag: str


def preferred(accept: str) -> Form | None:
    """The form that the client likes best; None if it takes none of them. Without a header, plain HTML."""
    best: tuple[float, Form] | None = None
    for part in (accept or "*/*").split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        form = _ALIASES.get(kind) or (Form(kind) if kind in set(Form) else None)
        quality = _quality(parameters)
        if form is not None and quality > 0 and (best is None or quality > best[0]):
            best = (quality, form)
    return best[1] if best is not None else None


def package_page(name: str, offers: Iterable[Offer], form: Form) -> Page:
    """The page of one package, its files in the order of their names."""
    listed = sorted((each for each in offers if each.listed), key=lambda each: each.name)
    if form is Form.JSON:
        document = {"meta": {"api-version": "1.0"}, "name": name, "files": [_json_file(each) for each in listed]}
        return _page(form, json.dumps(document))
    return _page(form, _html(f"Links for {name}", [_anchor(each) for each in listed]))


def root_page(names: Sequence[str], form: Form) -> Page:
    """The page of all packages that the repository itself has."""
    if form is Form.JSON:
        document = {"meta": {"api-version": "1.0"}, "projects": [{"name": name} for name in names]}
        return _page(form, json.dumps(document))
    return _page(form, _html("Simple index", [f'<a href="{quote(name)}/">{escape(name)}</a>' for name in names]))


def _page(form: Form, text: str) -> Page:
    body = text.encode()
    return Page(form, body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _quality(parameters: Sequence[str]) -> float:
    for each in parameters:
        if each.startswith("q="):
            match = _QUALITY.fullmatch(each)
            return float(match["value"]) if match else 0.0
    return 1.0


def _link(offer: Offer) -> str:
    return f"{quote(offer.version, safe='!+')}/{quote(offer.name, safe='!+')}"


def _json_file(offer: Offer) -> dict[str, object]:
    file: dict[str, object] = {
        "filename": offer.name,
        "url": _link(offer),
        "hashes": {"sha256": offer.sha256},
        "yanked": False if offer.yanked is None else offer.yanked or True,
    }
    if offer.requires_python:
        file["requires-python"] = offer.requires_python
    if offer.metadata_sha256:
        file["core-metadata"] = file["dist-info-metadata"] = {"sha256": offer.metadata_sha256}
    return file


def _anchor(offer: Offer) -> str:
    attributes = [f'href="{escape(_link(offer))}#sha256={offer.sha256}"']
    if offer.requires_python:
        attributes.append(f'data-requires-python="{escape(offer.requires_python)}"')
    if offer.yanked is not None:
        attributes.append(f'data-yanked="{escape(offer.yanked)}"')
    if offer.metadata_sha256:
        value = f"sha256={offer.metadata_sha256}"
        attributes += [f'data-core-metadata="{value}"', f'data-dist-info-metadata="{value}"']
    return f"<a {' '.join(attributes)}>{escape(offer.name)}</a>"


def _html(title: str, anchors: Sequence[str]) -> str:
    links = "<br>\n".join(anchors)
    return (
        '<!DOCTYPE html>\n<html>\n<head>\n<meta name="pypi:repository-version" content="1.0">\n'
        f"<title>{escape(title)}</title>\n</head>\n<body>\n{links}\n</body>\n</html>\n"
    )
