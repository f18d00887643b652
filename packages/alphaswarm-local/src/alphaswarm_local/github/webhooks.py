"""Webhooks: signed, sent in the background, to this machine only; what became of each is kept for a while."""

import hashlib
import hmac
import json
import logging
import queue
import threading
import uuid
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from alphaswarm_core.local_address import LocalCloudError
from alphaswarm_core.target import is_loopback
from alphaswarm_local.github.rest.answers import encoded
from alphaswarm_local.loopback_client import ask

_KEPT = 100
_LOG = logging.getLogger("alphaswarm_local.github")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook. `status` 0: nobody answered."""

    id: str
    event: str
    url: str
    status: int
    body: str


class Deliveries:
    """Sends webhooks in a thread of its own, one after the other."""

    def __init__(self) -> None:
        self._queue: queue.Queue[tuple[str, str, str, dict[str, Any]] | None] = queue.Queue()
        self._kept: deque[Delivery] = deque(maxlen=_KEPT)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def send(self, url: str, secret: str, event: str, document: dict[str, Any]) -> None:
        """Send one soon. Only to loopback: a rehearsal tells nobody else anything."""
        if not is_loopback(url):
            _LOG.warning("a webhook is not sent: its address is not on this machine")
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)
                self._thread.start()
        self._queue.put((url, secret, event, document))

    def documents(self) -> list[dict[str, Any]]:
        """What was sent, the newest first."""
        return [asdict(each) for each in reversed(self._kept)]

    def close(self) -> None:
        """Send nothing more."""
        self._queue.put(None)

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            self._kept.append(_sent(*item))


def signature(secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _sent(url: str, secret: str, event: str, document: dict[str, Any]) -> Delivery:
    body, number = encoded(document), str(uuid.uuid4())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/alphaswarm",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": number,
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        "X-Hub-Signature-256": signature(secret, body),
    }
    try:
        status = ask("POST", url, headers, body).status
    except (LocalCloudError, ValueError):
        status = 0
    _LOG.info("webhook %s: %s", event, status)
    return Delivery(number, event, url, status, json.dumps(document))
