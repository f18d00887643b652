"""How many builds may run at once, as the account's quotas have it: one for each kind and size of environment.

Source: AWS General Reference, "AWS CodeBuild endpoints and quotas"; the codes are those of Service Quotas.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT = 5
QUEUED_FOR_EACH = 5
"""So many builds may wait for each one that may run."""

_SIZES: Mapping[str, str] = {
    "BUILD_GENERAL1_SMALL": "Small",
    "BUILD_GENERAL1_MEDIUM": "Medium",
    "BUILD_GENERAL1_LARGE": "Large",
    "BUILD_GENERAL1_XLARGE": "XLarge",
    "BUILD_GENERAL1_2XLARGE": "2XLarge",
}
_KINDS: Mapping[str, str] = {"LINUX_CONTAINER": "Linux", "ARM_CONTAINER": "ARM"}


@dataclass(frozen=True, slots=True)
class Quota:
    """One quota, of an environment such as `Linux/Small`."""

    code: str
    environment: str

    @property
    def name(self) -> str:
        """Its name in Service Quotas."""
        return f"Concurrently running builds for {self.environment} environment"


QUOTAS: tuple[Quota, ...] = (
    Quota("L-9D07B6EF", "Linux/Small"),
    Quota("L-2DC20C30", "Linux/Medium"),
    Quota("L-4DDC4A99", "Linux/Large"),
    Quota("L-04E5CA62", "Linux/XLarge"),
    Quota("L-0397D009", "Linux/2XLarge"),
    Quota("L-5ED1D25B", "ARM/Small"),
    Quota("L-596BEAB4", "ARM/Large"),
)
_KNOWN = {quota.environment: quota for quota in QUOTAS}


def quota_of(environment_type: str, compute_type: str) -> Quota | None:
    """The quota of builds in such an environment; None where builds are not run in it here."""
    return _KNOWN.get(f"{_KINDS.get(environment_type)}/{_SIZES.get(compute_type)}")


def quota_of_environment(environment: str) -> Quota | None:
    """The quota of `Linux/Small` and its like."""
    return _KNOWN.get(environment)


class AccountQuotas:
    """The quotas' values, by account; every one is `DEFAULT` until it is set."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def value(self, account_id: str, quota: Quota) -> int:
        """How many builds may run at once."""
        with self._lock:
            return self._values.get((account_id, quota.code), DEFAULT)

    def set(self, account_id: str, quota: Quota, value: int) -> None:
        """Set a quota, as AWS's support would."""
        with self._lock:
            self._values[account_id, quota.code] = value
