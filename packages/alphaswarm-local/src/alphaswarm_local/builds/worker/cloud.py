"""The local cloud as a build sees it: requests signed with the credentials of its container, and nothing else."""

import hashlib
import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

from alphaswarm_local.aws import signature
from alphaswarm_local.aws.messages import HttpRequest

_SECONDS = 60.0
_RENEWED_BEFORE = 300.0
_TRIES = 2


class CloudError(Exception):
    """What the local cloud refuses; `code` and `message` are AWS's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class _Key:
    access_key_id: str
    secret: str
    token: str
    expires_at: float


class Cloud:
    """Calls of one build.

    Args:
        endpoint: `http://127.0.0.1:PORT`.
        region: The region of every call.
        credentials_url: The container-credentials endpoint.
        credentials_token: What is shown there.
        secret: Told every secret that is got there.
    """

    def __init__(
        self, endpoint: str, region: str, credentials_url: str, credentials_token: str, secret: Callable[[str], None]
    ) -> None:
        self._host, self._region, self._secret = urlsplit(endpoint).netloc, region, secret
        self._credentials_path, self._credentials_token = urlsplit(credentials_url).path, credentials_token
        self._connection: http.client.HTTPConnection | None = None
        self._held: _Key | None = None

    def call(self, service: str, target: str, document: dict[str, Any]) -> dict[str, Any]:
        """A call of a service that speaks AWS's JSON protocol; `target` is the value of `X-Amz-Target`.

        Raises:
            CloudError: it is refused, or nobody answers.
        """
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
        status, body = self._signed(service, "POST", "/", headers, json.dumps(document).encode())
        answer = _object(body)
        if status != HTTPStatus.OK:
            code = str(answer.get("__type", "Unknown")).rpartition("#")[2]
            raise CloudError(code, str(answer.get("message") or answer.get("Message") or f"status {status}"))
        return answer

    def get_object(self, bucket: str, key: str, version: str = "") -> bytes:
        """An object of S3.

        Raises:
            CloudError: as `call`.
        """
        query = f"?versionId={quote(version, safe='')}" if version else ""
        return self._object_call("GET", bucket, key, query, {}, b"")

    def put_object(self, bucket: str, key: str, body: bytes, headers: dict[str, str]) -> None:
        """Store an object in S3.

        Raises:
            CloudError: as `call`.
        """
        self._object_call("PUT", bucket, key, "", headers, body)

    def _object_call(  # noqa: PLR0917 - a request has these parts
        self, method: str, bucket: str, key: str, query: str, headers: dict[str, str], body: bytes
    ) -> bytes:
        digest = hashlib.sha256(body).hexdigest()
        target = f"/{bucket}/{quote(key, safe='/-_.~')}{query}"
        status, answer = self._signed("s3", method, target, {**headers, "x-amz-content-sha256": digest}, body)
        if status != HTTPStatus.OK:
            raise _s3_error(status, answer)
        return answer

    def _signed(
        self, service: str, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes]:
        key = self._key()
        timestamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        sent = {**headers, "host": self._host, "x-amz-date": timestamp, "x-amz-security-token": key.token}
        scope = signature.Scope(timestamp[:8], self._region, service)
        names = tuple(sorted(sent))
        presented = signature.Presented(key.access_key_id, scope, names, "", timestamp)
        request = HttpRequest(method, target, sent, body)
        right = signature.expected(request, presented, key.secret, hashlib.sha256(body).hexdigest())
        sent["authorization"] = (
            f"{signature.ALGORITHM} Credential={key.access_key_id}/{scope}, "
            f"SignedHeaders={';'.join(names)}, Signature={right}"
        )
        return self._ask(method, target, sent, body)

    def _key(self) -> _Key:
        """The current credentials, asked for again a while before they end."""
        if self._held is None or self._held.expires_at - time.time() < _RENEWED_BEFORE:
            headers = {"host": self._host, "authorization": self._credentials_token}
            status, body = self._ask("GET", self._credentials_path, headers, b"")
            answer = _object(body)
            if status != HTTPStatus.OK:
                raise CloudError(str(answer.get("code", "Unknown")), str(answer.get("message", f"status {status}")))
            ends = datetime.fromisoformat(answer["Expiration"]).timestamp()
            for secret in (answer["SecretAccessKey"], answer["Token"]):
                self._secret(secret)
            self._held = _Key(answer["AccessKeyId"], answer["SecretAccessKey"], answer["Token"], ends)
        return self._held

    def _ask(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """One request; a kept connection that the server has closed meanwhile is opened anew once."""
        for attempt in range(_TRIES):
            connection = self._connection = self._connection or http.client.HTTPConnection(self._host, timeout=_SECONDS)
            try:
                connection.request(method, target, body, headers)
                response = connection.getresponse()
                return response.status, response.read()
            except (OSError, http.client.HTTPException) as problem:
                connection.close()
                self._connection = None
                if attempt + 1 == _TRIES:
                    raise CloudError("ServiceUnavailable", f"the local cloud does not answer: {problem}") from problem
        raise AssertionError("unreachable")


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _s3_error(status: int, body: bytes) -> CloudError:
    try:
        document = ET.fromstring(body.decode())  # noqa: S314 - the local cloud's own answer, on loopback
    except (ET.ParseError, UnicodeDecodeError):
        return CloudError("Unknown", f"status {status}")
    return CloudError(document.findtext("Code") or "Unknown", document.findtext("Message") or f"status {status}")
