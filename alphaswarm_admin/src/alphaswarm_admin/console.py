"""What the console works with: settings, ledger, who lets people in. Made once, when it starts."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from starlette.requests import Request

from alphaswarm_admin.contract.session import SignIn
from alphaswarm_admin.identity.cookies import SessionCookies
from alphaswarm_admin.identity.people import SignedIn
from alphaswarm_admin.identity.signing import Signer
from alphaswarm_admin.live import LiveLedger
from alphaswarm_admin.platform_access import PlatformAccess
from alphaswarm_admin.trust_policies import TrustReader
from alphaswarm_core.gates.people import People, people_of
from alphaswarm_core.ledger.errors import LedgerError
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.ledger.times import utc_now
from alphaswarm_core.settings import Settings
from alphaswarm_core.target import Target


class Door(Protocol):
    """A way in."""

    def identify(self, request: Request, now: datetime) -> SignedIn | None:
        """Who asks; None where nobody is signed in.

        Raises:
            RefusedError: what should prove it does not hold.
        """

    def offer(self) -> SignIn:
        """How to sign in."""

    def step_up_url(self) -> str:
        """Where to prove once more who one is."""


class LedgerSource:
    """The ledger, opened when it is first needed, and anew after it failed.

    Args:
        url: Its address.
        create: Whether it may be made where there is none.
        known_secrets: Values that are taken out of everything that is recorded.
    """

    def __init__(self, url: str, *, create: bool, known_secrets: Sequence[str] = ()) -> None:
        self._url, self._create, self._secrets = url, create, known_secrets
        self._guard = threading.Lock()
        self._ledger: Ledger | None = None

    @contextmanager
    def open(self) -> Iterator[Ledger]:
        """The open ledger; one that failed is let go.

        Raises:
            LedgerError: it cannot be reached, or fails.
        """
        with self._guard:
            if self._ledger is None:
                self._ledger = Ledger.open(self._url, create=self._create, known_secrets=self._secrets)
            ledger = self._ledger
        try:
            yield ledger
        except LedgerError:
            self._let_go(ledger)
            raise

    def close(self) -> None:
        """Let go of it."""
        with self._guard:
            ledger, self._ledger = self._ledger, None
        if ledger is not None:
            ledger.close()

    def _let_go(self, failed: Ledger) -> None:
        """Others may still read with it: it is not closed under them, only not used again."""
        with self._guard:
            if self._ledger is failed:
                self._ledger = None


@dataclass(frozen=True, slots=True)
class Console:
    """Everything around a request.

    Attributes:
        settings: The project's settings.
        ledger: Where everything is read from and recorded.
        signer: Signs what goes through the browser.
        cookies: Keeps people signed in.
        door: Lets people in.
        trust: Reads who may become which role.
        live: Watches the ledger for those who watch.
        platform: The way to the platform's own services.
        clock: Tells the time of sessions; what is recorded is dated by the ledger's own.
    """

    settings: Settings
    ledger: LedgerSource
    signer: Signer
    cookies: SessionCookies
    door: Door
    trust: TrustReader
    live: LiveLedger
    platform: PlatformAccess
    clock: Callable[[], datetime] = utc_now

    @property
    def target(self) -> Target:
        """The target of the console."""
        return self.settings.target

    @property
    def people(self) -> People:
        """Who is who."""
        return people_of(self.settings.people)

    @property
    def runs_directory(self) -> Path:
        """Where the files of runs are on this machine."""
        return self.settings.home_path / "runs"
