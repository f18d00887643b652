"""What a person sees of a build that runs elsewhere: its phases and its log, as they come."""

import re

from alphaswarm.output import Output, paint

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_QUIET = frozenset({"SUBMITTED", "QUEUED", "FINALIZING", "COMPLETED"})


class BuildProgress:
    """Tells a build on standard error."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def phase(self, name: str) -> None:
        """See `BuildWatcher.phase`."""
        if name not in _QUIET:
            self._output.narrate(paint(f"[{name.lower().replace('_', ' ')}]", "cyan"))

    def line(self, text: str) -> None:
        """See `BuildWatcher.line`. Codes that would steer the terminal are left out: others write into that log."""
        self._output.narrate(f"  {_CONTROL.sub('', text)}")

    def trouble(self, text: str) -> None:
        """See `BuildWatcher.trouble`."""
        self._output.narrate(paint(text, "yellow"))
