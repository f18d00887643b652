"""Answers of the REST API: documents, refusals in GitHub's words, pages with links."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

DOCUMENTATION = "https://docs.github.com/rest"
MOST_PER_PAGE = 100
_PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a document; `content` instead of a document for what is not JSON."""

    status: int = HTTPStatus.OK
    document: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """GitHub does not do it.

    Args:
        status: The HTTP status.
        message: GitHub's sentence.
        errors: What is wrong, field by field.
        headers: Besides the usual ones.
    """

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[Mapping[str, str] | str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.errors, self.headers = status, message, tuple(errors), dict(headers or {})

    def answer(self) -> Answer:
        """As it is sent."""
        document: dict[str, Any] = {"message": self.message}
        if self.errors:
            document["errors"] = list(self.errors)
        document |= {"documentation_url": DOCUMENTATION, "status": str(int(self.status))}
        return Answer(self.status, document, self.headers)


def not_found() -> Refusal:
    """There is none, or the caller may not know of it: one answer for both."""
    return Refusal(HTTPStatus.NOT_FOUND, "Not Found")


def invalid(message: str = "Validation Failed", **fields: str) -> Refusal:
    """422. `fields`: field → what is wrong with it."""
    errors = [{"field": name, "code": "invalid", "message": text} for name, text in fields.items()]
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, message, errors)


def created(document: Any) -> Answer:
    """201."""
    return Answer(HTTPStatus.CREATED, document)


def no_content() -> Answer:
    """204."""
    return Answer(HTTPStatus.NO_CONTENT)


def page(items: Sequence[Any], query: Mapping[str, str], url: str, *, key: str | None = None, **beside: Any) -> Answer:
    """One page of a list, with the links to the others.

    Args:
        items: All of them.
        query: Of the request: `per_page` (1-100) and `page`.
        url: Of the list, without its query.
        key: Where the items stand, beside `total_count`; None: the document is the list itself.
        beside: What else stands in the document.
    """
    size = min(max(_number(query.get("per_page"), _PER_PAGE), 1), MOST_PER_PAGE)
    number = max(_number(query.get("page"), 1), 1)
    shown = list(items[(number - 1) * size : number * size])
    last = max(1, -(-len(items) // size))
    wanted = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    there = [name for name in wanted if (number < last if name in {"next", "last"} else number > 1)]
    links = [f'<{url}?{urlencode({**query, "per_page": size, "page": wanted[each]})}>; rel="{each}"' for each in there]
    document = shown if key is None else {"total_count": len(items), **beside, key: shown}
    return Answer(HTTPStatus.OK, document, {"Link": ", ".join(links)} if links else {})


def encoded(document: Any) -> bytes:
    """A document as bytes."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default  # noqa: PLR2004
