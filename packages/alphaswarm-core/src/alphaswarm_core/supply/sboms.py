"""SBOMs of an image's platforms: their forms, and the directory in which they lie between the steps of a job.

The step that scans has no credentials and sees nothing but this directory: `DIGEST.cyclonedx.json`, `DIGEST.spdx.json`,
where DIGEST is of the platform's image.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from alphaswarm_core.supply.errors import BrokenImageError, SbomMissingError
from alphaswarm_core.supply.references import DIGEST
from alphaswarm_core.supply.statements import CYCLONEDX, SPDX
from alphaswarm_core.supply.strict_json import strict_object

_LARGEST = 64 * 1024 * 1024


class SbomForm(StrEnum):
    """The forms that are made and taken here."""

    CYCLONEDX = "cyclonedx"
    SPDX = "spdx"

    @property
    def predicate_type(self) -> str:
        """in-toto's name of the form."""
        return CYCLONEDX if self is SbomForm.CYCLONEDX else SPDX


@dataclass(frozen=True, slots=True)
class Sbom:
    """An SBOM of the image `digest`, which is of one platform."""

    digest: str
    form: SbomForm
    document: Mapping[str, Any]


def read_sbom(content: bytes, form: SbomForm) -> dict[str, Any]:
    """The SBOM in `content`.

    Raises:
        BrokenImageError: it is none: empty, cut off, of another form.
    """
    document = strict_object(content, f"The {form} SBOM")
    is_cyclonedx, is_spdx = document.get("bomFormat") == "CycloneDX", "spdxVersion" in document
    if not (is_cyclonedx if form is SbomForm.CYCLONEDX else is_spdx):
        raise BrokenImageError(f"The document is no {form} SBOM")
    return document


def write_sbom(directory: Path, sbom: Sbom) -> Path:
    """Write an SBOM into the directory; its path."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{sbom.digest.removeprefix('sha256:')}.{sbom.form}.json"
    path.write_text(json.dumps(sbom.document), encoding="utf-8")
    return path


def read_sboms(directory: Path) -> list[Sbom]:
    """Every SBOM in the directory.

    Raises:
        SbomMissingError: there is none.
        BrokenImageError: a file there is none.
    """
    found = [_read(path) for path in sorted(directory.glob("*.json"))]
    if not found:
        raise SbomMissingError(f"There is no SBOM in {directory}", fix="Make them: alphaswarm image sbom")
    return found


def _read(path: Path) -> Sbom:
    digest, _, form = path.name.removesuffix(".json").partition(".")
    if not DIGEST.fullmatch(f"sha256:{digest}") or form not in set(SbomForm):
        raise BrokenImageError(f"{path} is not named DIGEST.{' or DIGEST.'.join(SbomForm)}")
    try:
        if path.stat().st_size > _LARGEST:
            raise BrokenImageError(f"{path} is larger than {_LARGEST} bytes")
        return Sbom(f"sha256:{digest}", SbomForm(form), read_sbom(path.read_bytes(), SbomForm(form)))
    except OSError as error:
        raise SbomMissingError(f"{path} cannot be read", why=error.strerror) from error


def one_for_each(sboms: Sequence[Sbom], digests: Sequence[str]) -> list[Sbom]:
    """The SBOMs of these images, and of no other.

    Raises:
        SbomMissingError: an image has none.
        BrokenImageError: one is of another image.
    """
    for digest in digests:
        if not any(each.digest == digest for each in sboms):
            raise SbomMissingError(f"There is no SBOM of {digest}", fix="Make them: alphaswarm image sbom")
    for each in sboms:
        if each.digest not in digests:
            raise BrokenImageError(f"The {each.form} SBOM is of another image: {each.digest}")
    return list(sboms)
