"""Answers of the index on the wire: sentences and pages, with entity tags. Source: RFC 9110."""

from alphaswarm_local.aws.file_answers import KEEP, has
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.packages.pages import Page


def said(status: int, sentence: str) -> HttpResponse:
    """A sentence as an answer; for 401 with what a client needs to try again with a token."""
    headers = [("Content-Type", "text/plain; charset=utf-8")]
    if status == 401:  # noqa: PLR2004 - HTTP's own number
        headers.append(("WWW-Authenticate", 'Basic realm="CodeArtifact"'))
    return HttpResponse(status, headers, f"{sentence}\n".encode())


def page_answer(request: HttpRequest, page: Page) -> HttpResponse:
    """A page, or 304 when the client has it."""
    headers = [("ETag", page.etag), ("Cache-Control", KEEP), ("Vary", "Accept, Authorization")]
    if has(request, page.etag):
        return HttpResponse(304, headers)
    length = str(len(page.body))
    headers += [("Content-Type", f"{page.form}; charset=utf-8"), ("Content-Length", length)]
    return HttpResponse(200, headers, page.body)
