"""What Terraform says while it works: its machine-readable UI, one JSON document a line.

Source: developer.hashicorp.com/terraform/internals/machine-readable-ui.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error or a warning of Terraform's."""

    severity: str
    summary: str
    detail: str
    address: str | None = None
    place: str | None = None
    """`file:line`, relative to the root module."""

    @property
    def text(self) -> str:
        """Summary and detail, for searching."""
        return f"{self.summary}\n{self.detail}"


@dataclass(frozen=True, slots=True)
class EngineEvent:
    """One line of the machine-readable UI.

    Attributes:
        kind: Terraform's `type`: `apply_start`, `apply_complete`, `refresh_start`, `diagnostic`, …
        message: Terraform's own sentence.
        address: The resource it is about.
        action: `create`, `update`, `delete`, … where a resource is worked on.
        elapsed_seconds: How long it has been worked on.
        diagnostic: For `diagnostic` events.
    """

    kind: str
    message: str
    address: str | None = None
    action: str | None = None
    elapsed_seconds: float | None = None
    diagnostic: Diagnostic | None = None


def parse_event(line: str) -> EngineEvent | None:
    """The event in `line`; None for a line that is not one (engines also print plain text)."""
    try:
        document = json.loads(line)
    except ValueError:
        return None
    if not isinstance(document, dict) or "@message" not in document:
        return None
    hook = document.get("hook") or {}
    return EngineEvent(
        kind=str(document.get("type", "log")),
        message=str(document["@message"]),
        address=(hook.get("resource") or {}).get("addr"),
        action=hook.get("action"),
        elapsed_seconds=hook.get("elapsed_seconds"),
        diagnostic=_diagnostic(document.get("diagnostic")),
    )


class LineFollower:
    """Yields the complete lines that a growing file has gained since the last look."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def new_lines(self) -> list[str]:
        """The lines that were completed since the last call; never raises on odd bytes."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                content = file.read()
        except FileNotFoundError:
            return []
        self._offset += len(content)
        *lines, self._rest = (self._rest + content).split(b"\n")
        return [line.decode("utf-8", "replace") for line in lines]


def parse_plain_diagnostics(text: str) -> list[Diagnostic]:
    """The errors in plain output (`init` and commands without machine-readable output)."""
    found: list[Diagnostic] = []
    for line in text.replace("│", "").replace("╷", "").replace("╵", "").splitlines():
        words = line.strip()
        if words.startswith("Error: "):
            found.append(Diagnostic("error", words.removeprefix("Error: "), ""))
        elif found and words:
            last = found[-1]
            found[-1] = Diagnostic("error", last.summary, f"{last.detail} {words}".strip())
    return found


def _diagnostic(document: Mapping[str, Any] | None) -> Diagnostic | None:
    if not document:
        return None
    place = document.get("range") or {}
    line = (place.get("start") or {}).get("line")
    return Diagnostic(
        severity=str(document.get("severity", "error")),
        summary=str(document.get("summary", "")),
        detail=str(document.get("detail", "")),
        address=document.get("address"),
        place=f"{place['filename']}:{line}" if place.get("filename") else None,
    )
