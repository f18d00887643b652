"""One request to the running local cloud, without a session or a pool."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from alphaswarm_core.local_address import LocalCloudError

_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it came."""

    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body's object; empty when it is none."""
        document = json.loads(self.body or b"{}")
        return document if isinstance(document, dict) else {}


def ask(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
    """The answer to one request.

    Raises:
        LocalCloudError: nobody answers.
    """
    place = urlsplit(url)
    target = (place.path or "/") + (f"?{place.query}" if place.query else "")
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_SECONDS)
    try:
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.read())
    except (OSError, http.client.HTTPException) as problem:
        raise LocalCloudError(
            "The local cloud does not answer", why=str(problem), fix="See how it is: alphaswarm local status"
        ) from problem
    finally:
        connection.close()
