"""Wheels made in memory, a public index on loopback that does what a test says, and a repository with a token."""

import base64
import hashlib
import io
import json
import threading
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON = "application/vnd.pypi.simple.v1+json"


def wheel(name: str, version: str, *, note: str = "", requires_python: str = ">=3.8") -> tuple[str, bytes]:
    """File name and bytes of a wheel; `note` makes other content."""
    stem = f"{name.replace('-', '_')}-{version}"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: {requires_python}\n"
    files = {
        f"{name.replace('-', '_')}.py": f'__version__ = "{version}"  # {note}\n',
        f"{stem}.dist-info/METADATA": metadata + "Summary: made by a test\nLicense: Apache-2.0\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},{_record(text)}\n" for path, text in files.items())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in {**files, f"{stem}.dist-info/RECORD": f"{record}{stem}.dist-info/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return f"{stem}-py3-none-any.whl", buffer.getvalue()


def _record(text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    return f"sha256={digest},{len(text.encode())}"


def metadata_of(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(next(each for each in archive.namelist() if each.endswith("/METADATA")))


@dataclass
class PublicIndex:
    """What the index has: package → file name → bytes. `asked` are the paths of all requests."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    served: dict[str, bytes] = field(default_factory=dict)
    yanked: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    speaks_json: bool = True
    is_down: bool = False

    def add(self, name: str, version: str, **more: str) -> tuple[str, bytes]:
        file, content = wheel(name, version, **more)
        self.files.setdefault(name, {})[file] = content
        return file, content

    def page(self, name: str) -> tuple[str, bytes]:
        if self.speaks_json:
            listed = [self._json(file, content) for file, content in self.files[name].items()]
            return JSON, json.dumps({"meta": {"api-version": "1.1"}, "name": name, "files": listed}).encode()
        links = [
            f'<a href="../../files/{file}#sha256={hashlib.sha256(content).hexdigest()}"'
            f' data-requires-python="&gt;=3.8">{file}</a>'
            for file, content in self.files[name].items()
        ]
        return "text/html", f"<!DOCTYPE html><html><body>{'<br>'.join(links)}</body></html>".encode()

    def _json(self, file: str, content: bytes) -> dict[str, Any]:
        return {
            "filename": file,
            "url": f"../../files/{file}",
            "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
            "requires-python": ">=3.8",
            "yanked": self.yanked.get(file, False),
            "core-metadata": {"sha256": hashlib.sha256(metadata_of(content)).hexdigest()},
        }

    def answer(self, path: str) -> tuple[int, str, bytes]:
        self.asked.append(path)
        kind, _, name = path.strip("/").partition("/")
        if self.is_down:
            return 503, "text/plain", b"down"
        if kind == "simple" and name in self.files:
            return (200, *self.page(name))
        contents = {file: content for files in self.files.values() for file, content in files.items()} | self.served
        if kind == "files" and name.removesuffix(".metadata") in contents:
            content = contents[name.removesuffix(".metadata")]
            return 200, "binary/octet-stream", metadata_of(content) if name.endswith(".metadata") else content
        return 404, "text/plain", b"none"


@contextmanager
def serving(index: PublicIndex) -> Iterator[str]:
    """The address of `index` on loopback, without `/simple`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = index.answer(self.path)
            etag = f'"{hashlib.sha256(body).hexdigest()}"'
            if status == 200 and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("ETag", etag)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Repository:
    """A repository's endpoint, and the token to come with."""

    url: str
    token: str

    def get(self, path: str, *, token: str | None = None, method: str = "GET", **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._ask(path, method, sent, None, token)

    def page(self, name: str) -> dict[str, Any]:
        """File name → entry of the JSON page; empty for 404."""
        answer = self.get(f"simple/{name}/", Accept=JSON)
        assert answer.status in {200, 404}, answer.body
        return {each["filename"]: each for each in answer.json()["files"]} if answer.status == 200 else {}

    def download(self, name: str, file: str) -> Answer:
        return self.get(f"simple/{name}/{self.page(name)[file]['url']}")

    def upload(self, file: str, content: bytes, fields: Mapping[str, str], *, token: str | None = None) -> Answer:
        boundary = "boundary-of-the-test"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = f'Content-Disposition: form-data; name="content"; filename="{file}"\r\n'
        parts.append(
            f"--{boundary}\r\n{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n"
        )
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        return self._ask("", "POST", {"Content-Type": f"multipart/form-data; boundary={boundary}"}, body, token)

    def publish(self, name: str, version: str, *, token: str | None = None, note: str = "") -> Answer:
        file, content = wheel(name, version, note=note)
        return self.upload(file, content, form_of(name, version, content), token=token)

    def _ask(self, path: str, method: str, headers: dict[str, str], body: bytes | None, token: str | None) -> Answer:
        secret = self.token if token is None else token
        if secret:
            headers["Authorization"] = f"Basic {base64.b64encode(f'aws:{secret}'.encode()).decode()}"
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())


def form_of(name: str, version: str, content: bytes) -> dict[str, str]:
    return {
        ":action": "file_upload",
        "protocol_version": "1",
        "name": name,
        "version": version,
        "filetype": "bdist_wheel",
        "sha256_digest": hashlib.sha256(content).hexdigest(),
        "md5_digest": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(content, digest_size=32).hexdigest(),
    }
