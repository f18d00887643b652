"""Which corrections there are, by the operations whose answers they make right; and what they remember of callers."""

from collections.abc import Callable
from threading import Lock
from typing import Any

from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import ApiCall


class Asked:
    """What callers asked for and moto forgets, kept as long as moto's own state: for the life of the process.

    Keys are (account, region, …): accounts never see each other's.
    """

    def __init__(self) -> None:
        self._values: dict[tuple[str, ...], Any] = {}
        self._lock = Lock()

    def note(self, call: ApiCall, *name: str, value: object) -> None:
        """Remember `value` under `name` for the caller's account and region."""
        with self._lock:
            self._values[call.identity.account_id, call.region, *name] = value

    def recall(self, call: ApiCall, *name: str) -> Any:
        """What was noted under `name`, or None."""
        with self._lock:
            return self._values.get((call.identity.account_id, call.region, *name))


Correction = Callable[[ApiCall, HttpResponse, Asked], None]
_REGISTRY: dict[tuple[str, str, bool], list[Correction]] = {}


def corrects(service: str, *operations: str, failures: bool = False) -> Callable[[Correction], Correction]:
    """Register a correction for answers of `operations` of `service` (botocore's names): successes, or failures."""

    def register(correction: Correction) -> Correction:
        for operation in operations:
            _REGISTRY.setdefault((service, operation, failures), []).append(correction)
        return correction

    return register


def correct(call: ApiCall, response: HttpResponse, asked: Asked) -> None:
    """Apply every correction that is registered for the operation of `call` and for how it went."""
    failed = response.status >= 300  # noqa: PLR2004 - HTTP's redirects and errors
    for correction in _REGISTRY.get((call.operation.service.name, call.operation.name, failed), ()):
        correction(call, response, asked)


def corrected_operations() -> dict[tuple[str, str], list[str]]:
    """For the coverage page: (service, operation) → the first line of each correction's description."""
    return {
        (service, operation): [(each.__doc__ or "").strip().splitlines()[0] for each in corrections]
        for (service, operation, _), corrections in sorted(_REGISTRY.items())
    }
