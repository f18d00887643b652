"""HTTP as bytes on a socket: kept-alive, bounded, never ambiguous."""

import socket
import threading
from collections.abc import Iterator

import pytest

from alphaswarm_local.aws import http_server
from alphaswarm_local.aws.http_server import LoopbackServer
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse


def _echo(request: HttpRequest) -> HttpResponse:
    if request.raw_path == "/nothing":
        return HttpResponse(204)
    return HttpResponse(200, [("X-Method", request.method), ("Content-Length", "999")], request.body)


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = LoopbackServer(listener, _echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    with socket.create_connection(listener.getsockname(), timeout=10) as client:
        yield client
    server.shutdown()
    server.server_close()
    thread.join(10)


def _exchange(connection: socket.socket, request: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
    connection.sendall(request)
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in lines)
    wanted = 0 if request.startswith(b"HEAD") else int(headers.get(b"content-length", b"0"))
    while len(body) < wanted:
        body += connection.recv(65536)
    return int(status.split()[1]), headers, body


def test_connection_is_kept_when_many_requests_follow(connection: socket.socket) -> None:
    for number in range(5):
        body = b"x" * number
        request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s" % (number, body)
        assert _exchange(connection, request)[::2] == (200, body)


def test_body_is_read_when_it_is_chunked(connection: socket.socket) -> None:
    request = (
        b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n"
    )
    assert _exchange(connection, request)[::2] == (200, b"abcde")
    assert _exchange(connection, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")[0] == 200


def test_no_body_is_sent_when_the_status_or_the_method_forbids_it(connection: socket.socket) -> None:
    status, headers, _ = _exchange(connection, b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (status, b"content-length" in headers) == (204, False)
    status, headers, body = _exchange(connection, b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert (status, headers[b"content-length"], body) == (200, b"999", b"")
    assert _exchange(connection, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")[0] == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Content-Length: 3\r\nTransfer-Encoding: chunked", 400),
        (b"Content-Length: 3\r\nContent-Length: 4", 400),
        (b"Content-Length: -1", 400),
        (b"Content-Length: 1e3", 400),
        (b"Transfer-Encoding: gzip, chunked", 400),
        (b"Content-Length: 999999999999", 413),
        (b"Content-Length: 999999999999\r\nExpect: 100-continue", 413),
    ],
)
def test_connection_is_closed_when_the_body_is_too_large_or_ambiguous(
    connection: socket.socket, headers: bytes, status: int
) -> None:
    answered, given, _ = _exchange(connection, b"POST / HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n\r\n")
    assert (answered, given[b"connection"]) == (status, b"close")
    assert connection.recv(10) == b""


def test_chunked_body_is_refused_when_it_grows_too_large(
    connection: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "LARGEST_BODY", 5)
    request = b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"
    assert _exchange(connection, request)[0] == 413


def test_client_is_asked_to_go_on_when_it_expects_that(connection: socket.socket) -> None:
    connection.sendall(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert _exchange(connection, b"hi")[::2] == (200, b"hi")
