"""Following Terraform: its progress shown, and Ctrl-C turned into a clean stop."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from alphaswarm.composition import is_terminal
from alphaswarm.output import Output, say_at_once

if TYPE_CHECKING:
    from alphaswarm.progress import PlainProgress
    from alphaswarm_core.terraform.execution import StopRequest

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def followed(output: Output) -> "Iterator[tuple[PlainProgress, StopRequest]]":
    """What shows progress, and what says whether a person has asked to stop."""
    from alphaswarm.progress import make_progress
    from alphaswarm_core.terraform.execution import StopRequest

    stop = StopRequest()
    live = is_terminal() and not output.as_json
    progress = make_progress(live=live)

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.ask()
        again = (
            "Ending at once; the state lock may stay behind."
            if stop.count > 1
            else "Stopping cleanly; Ctrl-C again ends at once."
        )
        say_at_once(again, clears_line=live)

    before = {number: signal.signal(number, ask_to_stop) for number in _STOP_SIGNALS}
    try:
        yield progress, stop
    finally:
        progress.close()
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def nothing_under_way() -> Iterator[None]:
    """While a person is asked: Ctrl-C ends the program instead of asking Terraform to stop."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
