"""Files as answers on the wire: whole or a range, with entity tags. Source: RFC 9110."""

import re
from dataclasses import dataclass
from pathlib import Path

from alphaswarm_local.aws.messages import FileBody, HttpRequest, HttpResponse

_RANGE = re.compile(r"bytes=(?P<first>[0-9]{0,15})-(?P<last>[0-9]{0,15})")
KEEP = "private, no-cache"
"""Clients may keep an answer, and ask each time whether it still holds: another start of the cloud is another one."""


@dataclass(frozen=True, slots=True)
class Held:
    """A file that can be sent."""

    path: Path
    size: int
    sha256: str


def file_answer(request: HttpRequest, held: Held, content_type: str) -> HttpResponse:
    """A file or the part of it that was asked for; 304 when the client has it."""
    etag = f'"{held.sha256}"'
    headers = [("ETag", etag), ("Cache-Control", KEEP), ("Accept-Ranges", "bytes"), ("Content-Type", content_type)]
    if has(request, etag):
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


def has(request: HttpRequest, etag: str) -> bool:
    """Whether the client has what `etag` stands for."""
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
