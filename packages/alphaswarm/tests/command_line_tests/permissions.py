"""Takes from a child process what root may do beyond everybody's rights, so that file permissions hold for it too."""

import ctypes
import os
import sys
from collections.abc import Callable

_PR_CAPBSET_DROP = 24  # prctl(2)
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2  # capabilities(7)


def as_everybody() -> Callable[[], None] | None:
    """What a child has to do before it executes a program; nothing where the tests do not run as root."""
    if os.geteuid() != 0 or sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def give_up() -> None:
        for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
            if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "capabilities cannot be given up here")

    return give_up
