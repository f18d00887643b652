"""The trust policies of the accounts, where this console may read them.

On AWS it may not: its role can describe, redeploy and scale its own services and nothing else. Then the declaration is
shown, and the proof is `alphaswarm trust prove`, in the pipeline.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.identity.trust import Matrix, RolePolicy, build_matrix, declared_matrix
from alphaswarm_core.settings import Settings

_KEPT_SECONDS = 60.0
PolicyReader = Callable[[str], Sequence[RolePolicy]]
"""The trust policies in the account of an environment."""


@dataclass
class TrustReader:
    """Reads and decides; what was decided is kept for a minute, because it takes seconds.

    Args:
        settings: What is declared.
        read: Reads an account's policies; None where that is not allowed.
    """

    settings: Settings
    read: PolicyReader | None
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _kept: tuple[float, Matrix, str | None] | None = None

    def matrix(self) -> tuple[Matrix, str | None]:
        """All decisions; and why they are only those of the declaration, if they are."""
        with self._guard:
            if self._kept is None or time.monotonic() - self._kept[0] > _KEPT_SECONDS:
                self._kept = (time.monotonic(), *self._decide())
            return self._kept[1], self._kept[2]

    def policies(self, environment: str) -> Sequence[RolePolicy]:
        """The policies of one account.

        Raises:
            AlphaSwarmError: they cannot be read.
        """
        if self.read is None:
            raise AlphaSwarmError("The console's role may not read the accounts' policies")
        return self.read(environment)

    def _decide(self) -> tuple[Matrix, str | None]:
        try:
            found = [policy for name in self.settings.environments for policy in self.policies(name)]
        except AlphaSwarmError as error:
            return declared_matrix(self.settings), error.what
        return build_matrix(self.settings, found), None
