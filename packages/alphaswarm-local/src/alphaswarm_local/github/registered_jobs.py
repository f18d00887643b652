"""The jobs that may ask for tokens now, each known by a secret that only its process gets."""

import hashlib
import secrets
import threading
from dataclasses import dataclass

from alphaswarm_core.identity.github.claims import Claims


@dataclass(frozen=True, slots=True)
class RegisteredJob:
    """A job that runs.

    Attributes:
        id: Stands in the request address; no secret.
        claims: What its tokens say.
        ends_at: Seconds since the epoch; afterwards its secret is worth nothing.
    """

    id: str
    claims: Claims
    ends_at: float


class RegisteredJobs:
    """Secrets are kept as hashes: a dump of this process's memory structures gives no working one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_secret: dict[bytes, RegisteredJob] = {}

    def add(self, claims: Claims, ends_at: float) -> tuple[RegisteredJob, str]:
        """The registered job and its request token."""
        job, secret = RegisteredJob(secrets.token_hex(16), claims, ends_at), secrets.token_urlsafe(48)
        with self._lock:
            self._by_secret[_key(secret)] = job
        return job, secret

    def find(self, secret: str, now: float) -> RegisteredJob | None:
        """The job of that request token, if it still runs. Comparing hashes gives timing nothing to tell."""
        with self._lock:
            job = self._by_secret.get(_key(secret))
        return job if job is not None and now < job.ends_at else None

    def end(self, job_id: str, now: float) -> None:
        """Forget the job, and every other whose time is over."""
        with self._lock:
            self._by_secret = {
                key: job for key, job in self._by_secret.items() if job.id != job_id and now < job.ends_at
            }


def _key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
