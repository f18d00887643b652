"""Answers of the index on the wire: pages and files, with entity tags and ranges. Source: RFC 9110."""

import re

from alphaswarm_local.aws.messages import FileBody, HttpRequest, HttpResponse
from alphaswarm_local.packages.pages import Page
from alphaswarm_local.packages.shelf import Held

_RANGE = re.compile(r"bytes=(?P<first>[0-9]{0,15})-(?P<last>[0-9]{0,15})")
_KEEP = "private, no-cache"
"""Clients may keep an answer, and ask each time whether it still holds: another start of the cloud is another index."""


def said(status: int, sentence: str) -> HttpResponse:
    """A sentence as an answer; for 401 with what a client needs to try again with a token."""
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    if status == 401:  # noqa: PLR2004 - HTTP's own number
        headers.append(("WWW-Authenticate", 'Basic realm="CodeArtifact"'))
    return HttpResponse(status, headers, f"{sentence}\n".encode())


def page_answer(request: HttpRequest, page: Page) -> HttpResponse:
    """A page, or 304 when the client has it."""
    headers = [("ETag", page.etag), ("Cache-Control", _KEEP), ("Vary", "Accept, Authorization")]
    if _has(request, page.etag):
        return HttpResponse(304, headers)
    length = str(len(page.body))
    headers += [("Content-Type", f"{page.form}; charset=utf-8"), ("Content-Length", length)]
    return HttpResponse(200, headers, page.body)


def file_answer(request: HttpRequest, held: Held, content_type: str) -> HttpResponse:
    """A file or the part of it that was asked for; 304 when the client has it."""
    etag = f'"{held.sha256}"'
    headers = [("ETag", etag), ("Cache-Control", _KEEP), ("Accept-Ranges", "bytes"), ("Content-Type", content_type)]
    if _has(request, etag):
        return HttpResponse(304, headers)
    part = _part(request, held.size, etag)
    if part is None:
        return HttpResponse(416, [*headers, ("Content-Range", f"bytes */{held.size}")])
    start, length = part
    headers.append(("Content-Length", str(length)))
    body = FileBody(held.path, start, length)
    if "range" not in request.headers or length == held.size:
        return HttpResponse(200, headers, file=body)
    return HttpResponse(
        206, [*headers, ("Content-Range", f"bytes {start}-{start + length - 1}/{held.size}")], file=body
    )


def _has(request: HttpRequest, etag: str) -> bool:
    tags = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    return etag in tags or tags == ["*"]


def _part(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """Start and length of what is sent: everything, unless one range is asked for; None if that lies outside."""
    asked = request.headers.get("range", "")
    match = _RANGE.fullmatch(asked.replace(" ", ""))
    if match is None or asked == "bytes=-" or request.headers.get("if-range", etag) != etag:
        return 0, size
    first, last = match["first"], match["last"]
    if not first:
        length = min(int(last), size)
        return (size - length, length) if length else None
    start, end = int(first), min(int(last) if last else size - 1, size - 1)
    return (start, end - start + 1) if start <= end else None
