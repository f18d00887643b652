"""What a build's process says to the local cloud: one line of JSON an event, on its standard output."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import IO

from alphaswarm_local.builds.phases import Context, Phase, Status


class Events:
    """Writes events.

    Args:
        stream: Where to; its other end is held by the server.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def began(self, phase: Phase) -> None:
        """A phase begins."""
        self._write({"event": "began", "phase": phase})

    def ended(self, status: Status, *contexts: Context) -> None:
        """The current phase has ended."""
        self._write({"event": "ended", "status": status, "contexts": [[each.code, each.message] for each in contexts]})

    def resolved(self, commit: str) -> None:
        """The source is this."""
        self._write({"event": "resolved", "commit": commit})

    def exported(self, variables: Sequence[tuple[str, str]]) -> None:
        """The variables that leave the build."""
        self._write({"event": "exported", "variables": list(variables)})

    def uploaded(self, artifacts: Mapping[str, str]) -> None:
        """Where artifacts are, as the API's BuildArtifacts."""
        self._write({"event": "uploaded", "artifacts": dict(artifacts)})

    def running(self, group: int | None) -> None:
        """The process group of the command that runs now; None: none. Whoever survives this process ends it."""
        self._write({"event": "running", "group": group})

    def _write(self, event: Mapping[str, object]) -> None:
        self._stream.write(json.dumps({**event, "at": time.time()}).encode() + b"\n")
        self._stream.flush()
