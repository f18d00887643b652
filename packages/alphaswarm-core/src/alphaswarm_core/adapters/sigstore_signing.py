"""The door to Sigstore: signs statements in the name of the workflow job, by its token. No key is kept anywhere."""

import json
from collections.abc import Callable
from typing import Any

from alphaswarm_core.supply.errors import SigningError, TrustRootError

AUDIENCE = "sigstore"


class KeylessSigner:
    """Signs in the name of a job: a key and a certificate that live ten minutes.

    Args:
        trust_config: The document of a client's trust configuration: trust root and signing configuration.
        token: Gives a token of the job for the audience `sigstore`.

    Raises:
        TrustRootError: the configuration cannot be read.
    """

    def __init__(self, trust_config: bytes, token: Callable[[], str]) -> None:
        from sigstore.errors import Error  # noqa: PLC0415 - half a second that most commands do not need
        from sigstore.models import ClientTrustConfig  # noqa: PLC0415

        try:
            self._config = ClientTrustConfig.from_json(trust_config.decode())
        except (Error, ValueError) as error:
            raise TrustRootError("The signing configuration cannot be read", why=str(error)[:200]) from error
        self._token = token
        self._signer: Any = None

    def sign(self, statement: bytes) -> bytes:
        """A bundle with the statement; its certificate is the same for all statements of this signer.

        Raises:
            SigningError: no certificate, or no entry in the log, was to be had.
        """
        from sigstore.dsse import Statement  # noqa: PLC0415 - see above

        try:
            bundle = self._made().sign_dsse(Statement(statement))
        except SigningError:
            raise
        except Exception as error:  # the library raises of many kinds, and those of its HTTP client
            raise SigningError(
                "The image could not be signed",
                why=f"{type(error).__name__}: {error}"[:300],
                fix="Sign from a workflow job with `permissions: id-token: write`, within ten minutes",
            ) from error
        text: str = bundle.to_json()
        return json.dumps(json.loads(text), separators=(",", ":")).encode()

    def _made(self) -> Any:
        if self._signer is None:
            from sigstore.oidc import IdentityToken  # noqa: PLC0415 - see above
            from sigstore.sign import Signer, SigningContext  # noqa: PLC0415

            context = SigningContext.from_trust_config(self._config)
            self._signer = Signer(IdentityToken(self._token(), AUDIENCE), context)
        return self._signer
