"""The mechanism of verification: is this bundle a signature that holds, logged, under a certificate of the trust root?

Works offline: all that is needed is in the bundle and in the pinned trust root. Whose signature it is, and whether that
is enough, is decided elsewhere (`rules.py`, `verifying.py`). Source: Sigstore, "Client specification".
"""

import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from alphaswarm_core.canonical import sha256_hex
from alphaswarm_core.supply.attachments import BUNDLE_TYPE
from alphaswarm_core.supply.errors import BrokenImageError, ImageToolMissingError, TrustRootError
from alphaswarm_core.supply.identity import SignerIdentity, identity_of
from alphaswarm_core.supply.statements import PAYLOAD_TYPE, Statement, at, read_statement
from alphaswarm_core.supply.strict_json import strict_object

_LOG_ENTRY = ("verificationMaterial", "tlogEntries", 0)


class RefusedBundleError(Exception):
    """The bundle does not hold. `check` names what refused it."""

    def __init__(self, check: str, why: str) -> None:
        super().__init__(f"{check}: {why}")
        self.check, self.why = check, why


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A statement that was verified: only `BundleVerifier` makes one.

    Attributes:
        statement: What was signed.
        signer: Who, by the certificate.
        signed_at: When, by the log.
        bundle_digest: SHA-256 of the bundle, to name it.
        log_index: Where it is in the log.
    """

    statement: Statement
    signer: SignerIdentity
    signed_at: datetime
    bundle_digest: str
    log_index: int


class BundleVerifier:
    """Verifies bundles by one trust root; safe for threads.

    Args:
        trust_root: The document `trusted_root.json`.

    Raises:
        TrustRootError: it is none.
        ImageToolMissingError: the library that verifies is not installed.
    """

    def __init__(self, trust_root: bytes) -> None:
        self._root = trust_root
        self._lock = threading.Lock()
        self._client  # noqa: B018 - a broken trust root is told now, not at the first image

    def verify(self, content: bytes) -> SignedStatement:
        """The statement in the bundle `content`.

        Raises:
            RefusedBundleError: it does not hold; `check` says what.
        """
        document = _read(content)
        bundle = self._parsed(content)
        statement = self._signed(bundle)
        try:
            signer = identity_of(bundle.signing_certificate)
        except BrokenImageError as error:
            raise RefusedBundleError("certificate", error.what) from error
        entry = at(document, _LOG_ENTRY)
        return SignedStatement(
            statement,
            signer,
            _time(entry, bundle.signing_certificate.not_valid_before_utc),
            f"sha256:{sha256_hex(content)}",
            int(entry.get("logIndex") or 0),
        )

    @cached_property
    def _client(self) -> Any:
        try:
            from sigstore.errors import Error  # noqa: PLC0415 - half a second that most commands do not need
            from sigstore.models import TrustedRoot  # noqa: PLC0415
            from sigstore.verify import Verifier  # noqa: PLC0415
            from sigstore_models.trustroot.v1 import TrustedRoot as Document  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise ImageToolMissingError("sigstore-python is not installed", fix="Install alphaswarm[images]") from error
        try:
            return Verifier(trusted_root=TrustedRoot(Document.from_json(self._root)))
        except (Error, ValueError) as error:
            raise TrustRootError("The trust root cannot be read", why=str(error).splitlines()[0][:200]) from error

    def _parsed(self, content: bytes) -> Any:
        from sigstore.models import Bundle  # noqa: PLC0415 - see above

        try:
            return Bundle.from_json(content)
        except Exception as error:  # the library raises of many kinds
            raise RefusedBundleError("bundle-form", str(error).splitlines()[0][:200]) from error

    def _signed(self, bundle: Any) -> Statement:
        from sigstore.errors import VerificationError  # noqa: PLC0415 - see above

        try:
            with self._lock:  # its HTTP client and caches are not meant for threads
                kind, payload = self._client.verify_dsse(bundle, _Anybody())
        except VerificationError as error:
            raise RefusedBundleError(_check_of(str(error)), str(error)[:300]) from error
        except Exception as error:  # a certificate or entry that the library stumbles over proves nothing
            raise RefusedBundleError("bundle-form", f"{type(error).__name__}: {error}"[:300]) from error
        if kind != PAYLOAD_TYPE:
            raise RefusedBundleError("statement", f"the envelope holds '{kind[:80]}'")
        try:
            return read_statement(payload)
        except BrokenImageError as error:
            raise RefusedBundleError("statement", error.what) from error


def _read(content: bytes) -> dict[str, Any]:
    """The bundle's document, of the one form that is taken here: v0.3, one signature, one log entry."""
    try:
        document = strict_object(content, "The bundle")
    except BrokenImageError as error:
        raise RefusedBundleError("bundle-form", error.why or error.what) from error
    if document.get("mediaType") != BUNDLE_TYPE:
        raise RefusedBundleError("bundle-form", "it is not a bundle v0.3")
    signatures = at(document, ("dsseEnvelope", "signatures"))
    if not isinstance(signatures, list) or len(signatures) != 1:
        # With two, one reader could verify the first and another believe the second.
        raise RefusedBundleError("bundle-form", "it does not have exactly one signature")
    entry = at(document, _LOG_ENTRY)
    numbers = [str(at(entry, (name,)) or 0) for name in ("integratedTime", "logIndex")]
    if entry is None or not all(each.isascii() and each.isdigit() for each in numbers):
        raise RefusedBundleError("transparency-log", "the log's entry is missing, or has no place in it")
    return document


def _time(entry: Any, issued: datetime) -> datetime:
    """When it was signed: the log's time, where its promise covers that; else when the certificate began.

    A timestamp authority's time was verified to lie in the certificate's ten minutes.
    """
    if entry.get("inclusionPromise") and entry.get("integratedTime"):
        return datetime.fromtimestamp(int(entry["integratedTime"]), UTC)
    return issued


class _Anybody:
    """Who signed is not asked here: `rules.py` asks, of the statement that this module gives."""

    def verify(self, cert: object) -> None:
        """Nothing is refused."""


_CHECKS: tuple[tuple[str, str], ...] = (
    (r"failed to build timestamp certificate chain: .*not valid at validation time", "certificate-time"),
    (r"failed to build timestamp certificate chain|key usage|extended usage", "certificate-chain"),
    (r"invalid signing cert", "certificate-time"),
    (r"failed to verify SCT", "certificate-log"),
    (r"no timestamp authorities|too many signed timestamp|duplicate timestamp|invalid timestamp", "timestamp"),
    (r"not enough sources of verified time|integrated time only", "transparency-log"),
    (r".*\blog entry\b", "transparency-log"),
)
"""How the library's messages begin. They end with what a stranger wrote into the bundle."""


def _check_of(message: str) -> str:
    """Which check the library means: it has one kind of error and says the rest in words."""
    found = (check for words, check in _CHECKS if re.match(words, message, re.IGNORECASE))
    return next(found, "signature")
