"""A client of the distribution API with nothing but HTTP, and images made in memory."""

import base64
import hashlib
import io
import json
import tarfile
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _layer(note: str) -> bytes:
    """A file system with one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("etc/note")
        entry.size = len(note.encode())
        archive.addfile(entry, io.BytesIO(note.encode()))
    return buffer.getvalue()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json()["errors"][0]["code"])

    @property
    def message(self) -> str:
        return str(self.json()["errors"][0]["message"])


@dataclass(frozen=True)
class Remote:
    """One repository: `base` is `http://…/v2/ACCOUNT/NAME`."""

    base: str
    token: str

    @property
    def name(self) -> str:
        return self.base.rpartition("/v2/")[2]

    def ask(self, method: str, path: str, body: bytes | None = None, /, **headers: str) -> Answer:
        target = path if path.startswith("/v2/") else f"/v2/{self.name}/{path}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Basic {base64.b64encode(f'AWS:{self.token}'.encode()).decode()}"
        address = self.base.partition("/v2/")[0] + target
        request = urllib.request.Request(address, body, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def push_blob(self, content: bytes) -> dict[str, Any]:
        digest = digest_of(content)
        answer = self.ask("POST", f"blobs/uploads/?digest={digest}", content, Content_Type="application/octet-stream")
        assert answer.status == 201, answer.body
        return {"digest": digest, "size": len(content)}

    def put(self, manifest: dict[str, Any], reference: str = "") -> Answer:
        content = json.dumps(manifest).encode()
        return self.ask(
            "PUT", f"manifests/{reference or digest_of(content)}", content, Content_Type=manifest["mediaType"]
        )

    def push_image(self, tag: str = "", note: str = "") -> str:
        """An image of one layer; its digest."""
        answer = self.put(self.image(note), tag)
        assert answer.status == 201, answer.body
        return str(answer.headers["Docker-Content-Digest"])

    def image(self, note: str = "") -> dict[str, Any]:
        content = _layer(note)
        about = {"architecture": "amd64", "os": "linux", "config": {}}
        config = self.push_blob(
            json.dumps({**about, "rootfs": {"type": "layers", "diff_ids": [digest_of(content)]}}).encode()
        )
        layer = self.push_blob(content)
        return {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **layer}],
        }

    def refer(self, subject: str, kind: str, content: bytes) -> Answer:
        """Push an artifact about `subject`."""
        return self.put(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "artifactType": kind,
                "config": {"mediaType": EMPTY, **self.push_blob(b"{}")},
                "layers": [{"mediaType": kind, **self.push_blob(content)}],
                "subject": {"mediaType": MANIFEST, "digest": subject, "size": 1},
                "annotations": {"note": kind},
            }
        )
