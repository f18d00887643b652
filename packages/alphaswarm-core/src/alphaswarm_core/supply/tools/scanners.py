"""Trivy and Grype, each over an SBOM: they see no registry and no credential. Their answers are read strictly.

They run in the SBOM's own directory: a `.trivyignore` or `.grype.yaml` of a checkout would let findings pass that
nobody answers for. A scanner that is missing, crashes, says nothing, or says something else than findings is a failure
and never a pass.
Source: Trivy, "SBOM scanning" and its JSON report (schema version 2); Grype, JSON output.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alphaswarm_core.supply.errors import ImageToolFailedError
from alphaswarm_core.supply.findings import Finding, Severity
from alphaswarm_core.supply.tools.running import Tool, find_tool

_SECONDS = 900.0
_TRIVY_SCHEMA = 2
_TRIVY_SBOMS = ("cyclonedx", "spdx")


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What one scanner found."""

    scanner: str
    version: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Scanner:
    """How one scanner is called, and how its answer is read."""

    name: str
    command: Callable[[Path], list[str]]
    version_command: tuple[str, ...]
    read: Callable[[dict[str, Any]], Iterator[Finding]]

    def scan(self, sbom: Path) -> ScanResult:
        """What it finds in an SBOM.

        Raises:
            ImageToolMissingError: it is not installed.
            ImageToolFailedError: it fails, or its answer cannot be believed.
        """
        tool = find_tool(self.name, f"Install {self.name}, or record that it is left out: --without {self.name}")
        version = _version(self.name, tool, self.version_command)
        document = _document(self.name, tool.run(self.command(sbom), seconds=_SECONDS, directory=sbom.parent))
        try:
            return ScanResult(self.name, version, tuple(self.read(document)))
        except (KeyError, TypeError, AttributeError) as error:
            raise ImageToolFailedError(f"{self.name}'s answer is none", why=f"it lacks {error}") from error


def _document(name: str, content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError as error:
        what = "said nothing" if not content.strip() else "said something that is no report"
        raise ImageToolFailedError(
            f"{name} ended well and {what}", why=content[:200].decode(errors="replace")
        ) from error
    if not isinstance(document, dict):
        raise ImageToolFailedError(f"{name}'s answer is no report")
    return document


def _version(name: str, tool: Tool, command: tuple[str, ...]) -> str:
    document = _document(name, tool.run(command, seconds=60.0))
    version = document.get("Version") or document.get("version")
    if not isinstance(version, str) or not version:
        raise ImageToolFailedError(f"{name} does not say its version")
    return version


def _trivy(document: Mapping[str, Any]) -> Iterator[Finding]:
    """No `Results` means nothing found, but only in a report that says what it is about."""
    if document["SchemaVersion"] != _TRIVY_SCHEMA or document["ArtifactType"] not in _TRIVY_SBOMS:
        raise KeyError("the report's own form")
    for result in document.get("Results") or []:
        for each in result.get("Vulnerabilities") or []:
            yield Finding(
                each["VulnerabilityID"],
                each["PkgName"],
                each["InstalledVersion"],
                Severity.of(each["Severity"]),
                each.get("FixedVersion", ""),
                ("trivy",),
            )


def _grype(document: Mapping[str, Any]) -> Iterator[Finding]:
    if document["descriptor"]["name"] != "grype":
        raise KeyError("the report's own form")
    if document.get("ignoredMatches"):
        raise ImageToolFailedError(
            "grype left findings out",
            why="a configuration of its own says so, where nobody answers for them",
            fix="Take it away, and have somebody answer for them in policy/vulnerabilities.toml",
        )
    for match in document["matches"]:
        about, artifact = match["vulnerability"], match["artifact"]
        yield Finding(
            about["id"],
            artifact["name"],
            artifact["version"],
            Severity.of(about["severity"]),
            next(iter((about.get("fix") or {}).get("versions") or []), ""),
            ("grype",),
            tuple(each["id"] for each in match.get("relatedVulnerabilities") or []),
        )


SCANNERS: Mapping[str, Scanner] = {
    "trivy": Scanner(
        "trivy",
        lambda sbom: ["sbom", "--quiet", "--format", "json", "--exit-code", "0", str(sbom)],
        ("version", "--format", "json"),
        _trivy,
    ),
    "grype": Scanner(
        "grype", lambda sbom: [f"sbom:{sbom}", "--quiet", "--output", "json"], ("version", "--output", "json"), _grype
    ),
}
"""Every scanner by its name."""
