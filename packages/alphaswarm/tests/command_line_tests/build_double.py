"""What a build's process sees of AWS, spoken over the real protocols: credentials, STS, CodeBuild, S3, on loopback."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ACCOUNT = "111111111111"
BUILD_ID = "example-deploy-dev:0f0e0d0c-1111-2222-3333-444455556666"
BUILD_ARN = f"arn:aws:codebuild:us-east-1:{ACCOUNT}:build/{BUILD_ID}"
TOKEN = "secret-of-the-build"


@dataclass
class Double:
    """What it answers, and what it was asked."""

    port: int = 0
    build: dict[str, Any] = field(
        default_factory=lambda: {
            "id": BUILD_ID, "arn": BUILD_ARN, "buildStatus": "IN_PROGRESS", "buildComplete": False,
            "currentPhase": "BUILD", "initiator": "aqp-gha-apply/42-1", "startTime": time.time(),
            "serviceRole": f"arn:aws:iam::{ACCOUNT}:role/example-deploy-dev", "resolvedSourceVersion": COMMIT,
        }
    )  # fmt: skip
    caller: str = f"arn:aws:sts::{ACCOUNT}:assumed-role/example-deploy-dev/AWSCodeBuild-{BUILD_ID.partition(':')[2]}"
    objects: dict[str, bytes] = field(default_factory=dict)
    keys_seen: set[str] = field(default_factory=set)

    def environment(self, action: str, ledger_url: str) -> dict[str, str]:
        """The variables of the build's process."""
        endpoint = f"http://127.0.0.1:{self.port}"
        return {
            "CODEBUILD_BUILD_ID": str(self.build["id"]),
            "CODEBUILD_BUILD_ARN": BUILD_ARN,
            "CODEBUILD_INITIATOR": "somebody-else",
            "CODEBUILD_RESOLVED_SOURCE_VERSION": COMMIT,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{endpoint}/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN,
            "ALPHASWARM_TARGET": "aws",
            "ALPHASWARM_ENVIRONMENT": "dev",
            "ALPHASWARM_LEDGER_URL": ledger_url,
            "ALPHASWARM_ACTION": action,
        }


@contextmanager
def build_double() -> Iterator[Double]:
    """A double that answers as long as the block runs."""
    double = Double()

    class Handler(_Handler):
        world = double

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    double.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    world: Double

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        if self.path != "/credentials":
            found = self.world.objects.get(self.path)
            self._answer(200 if found is not None else 404, found or b"<Error><Code>NoSuchKey</Code></Error>")
        elif self.headers.get("Authorization") != TOKEN:
            self._answer(403, b"{}")
        else:
            given = {
                "AccessKeyId": "ASIABUILD",
                "SecretAccessKey": "s",
                "Token": "t",
                "Expiration": "2099-01-01T00:00:00Z",
            }
            self._answer(200, json.dumps(given).encode())

    def do_PUT(self) -> None:
        self.world.objects[self.path] = self._body()
        self._answer(200, b"")

    def do_DELETE(self) -> None:
        self.world.objects.pop(self.path, None)
        self._answer(204, b"")

    def do_POST(self) -> None:
        body = self._body()
        if b"GetCallerIdentity" in body:
            self._answer(200, _CALLER.format(arn=self.world.caller, account=ACCOUNT).encode())
        elif self.headers.get("X-Amz-Target", "").endswith(".BatchGetBuilds"):
            asked = json.loads(body)["ids"]
            self._answer(
                200, json.dumps({"builds": [self.world.build] if self.world.build["id"] in asked else []}).encode()
            )
        else:
            self._answer(500, b"{}")

    def _body(self) -> bytes:
        self.world.keys_seen.update(re.findall(r"Credential=([A-Z0-9]+)/", self.headers.get("Authorization", "")))
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return content
        size, _, rest = content.partition(b"\r\n")
        return rest[: int(size.partition(b";")[0], 16)]

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


_CALLER = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>{arn}</Arn><UserId>x</UserId><Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
