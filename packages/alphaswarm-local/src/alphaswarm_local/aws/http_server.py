"""HTTP/1.1 on loopback: threads, kept-alive connections, bounded bodies.

Not werkzeug's server: that closes the connection after every answer and waits ten milliseconds for stragglers first,
and Terraform makes thousands of calls. Not WSGI: signatures are over the request target and header names as sent, and
WSGI loses both.
"""

import logging
import re
import socket
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from alphaswarm_local.aws.messages import FileBody, HttpRequest, HttpResponse

LARGEST_BODY = 128 * 1024 * 1024
"""Bytes of one request: far above a state file, a plan or a packed source tree."""

_IDLE_SECONDS = 120
_LOG = logging.getLogger("alphaswarm_local.http")
_DIGITS = re.compile(r"[0-9]{1,12}")

Answerer = Callable[[HttpRequest], HttpResponse]


class RefusedBodyError(Exception):
    """A body that is not read: too large, or framed in a way that two readers could understand differently."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class LoopbackServer(ThreadingHTTPServer):
    """Serves `answer` on a socket that already listens on loopback.

    Args:
        listener: Bound and listening; whoever bound it made sure that the port is free.
        answer: Called in a thread of the connection; must not raise.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, listener: socket.socket, answer: Answerer) -> None:
        host, port = listener.getsockname()[:2]
        super().__init__((host, port), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_name, self.server_port = host, port
        self.answer = answer

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's
        """A client that went away is no news; anything else goes to the log."""
        _LOG.debug("connection of %s ended with an error", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "AlphaSwarmLocal"
    sys_version = ""
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    server: LoopbackServer

    def version_string(self) -> str:
        """The `Server` header; no version of Python."""
        return self.server_version

    def _serve(self) -> None:
        try:
            request = self._read()
        except RefusedBodyError as refusal:
            self.close_connection = True
            self._send(HttpResponse(refusal.status, [("Content-Type", "text/plain")], str(refusal).encode()))
            return
        self._send(self.server.answer(request))

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _serve  # noqa: N815 - http.server's names

    def handle_expect_100(self) -> bool:
        """Refuse a body that is too large before the client sends it."""
        length = self.headers.get("Content-Length", "")
        if _DIGITS.fullmatch(length) and int(length) > LARGEST_BODY:
            return True
        return super().handle_expect_100()

    def _read(self) -> HttpRequest:
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key, text = name.lower(), value.strip()
            headers[key] = f"{headers[key]},{text}" if key in headers else text
        body = self._body(headers)
        return HttpRequest(self.command, self.path, headers, body)

    def _body(self, headers: dict[str, str]) -> bytes:
        encoding, length = headers.get("transfer-encoding"), headers.get("content-length")
        if encoding is not None:
            if length is not None or encoding.lower() != "chunked":
                raise RefusedBodyError(HTTPStatus.BAD_REQUEST, "Transfer-Encoding other than a lone 'chunked'")
            return self._chunked_body()
        if length is None:
            return b""
        if not _DIGITS.fullmatch(length):
            raise RefusedBodyError(HTTPStatus.BAD_REQUEST, "Content-Length is not a number")
        return self._exactly(int(length))

    def _exactly(self, size: int, already: int = 0) -> bytes:
        if size + already > LARGEST_BODY:
            raise RefusedBodyError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The local cloud takes bodies up to {LARGEST_BODY} bytes"
            )
        data = self.rfile.read(size)
        if len(data) != size:
            raise RefusedBodyError(HTTPStatus.BAD_REQUEST, "The body is shorter than announced")
        return data

    def _chunked_body(self) -> bytes:
        body = bytearray()
        while True:
            text = self.rfile.readline(1024).split(b";")[0].strip()
            if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", text):
                raise RefusedBodyError(HTTPStatus.BAD_REQUEST, "A chunk has no length")
            size = int(text, 16)
            if size == 0:
                self._skip_trailer()
                return bytes(body)
            body += self._exactly(size, already=len(body))
            if self.rfile.readline(3).strip():
                raise RefusedBodyError(HTTPStatus.BAD_REQUEST, "A chunk is longer than it says")

    def _skip_trailer(self) -> None:
        for _ in range(100):
            if self.rfile.readline(8192) in {b"\r\n", b"\n", b""}:
                return
        raise RefusedBodyError(HTTPStatus.BAD_REQUEST, "The trailer has no end")

    def _send(self, response: HttpResponse) -> None:
        """Status, headers and body in one write, so that no acknowledgement is waited for in between."""
        self.send_response(response.status)
        has_body = self.command != "HEAD" and response.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
        for name, value in response.headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if self.command == "HEAD" and (length := response.header("content-length")) is not None:
            self.send_header("Content-Length", length)
        elif response.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(response.length))
        if self.close_connection:
            self.send_header("Connection", "close")
        buffered = b"".join([*self._headers_buffer, b"\r\n"])
        self._headers_buffer: list[bytes] = []
        self.wfile.write(buffered + response.body if has_body else buffered)
        if has_body and response.file is not None:
            self._send_file(response.file)

    def _send_file(self, body: FileBody) -> None:
        with body.path.open("rb") as file:
            if self.connection.sendfile(file, body.start, body.length) != body.length:
                self.close_connection = (
                    True  # the length was promised; a connection that ends early says that it was not kept
                )

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """The front door logs; what http.server would say holds paths and signatures."""
