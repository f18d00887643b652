"""Statements about images: in-toto's form, and the predicates that are known here.

Source: in-toto Attestation Framework, Statement v1; SLSA provenance v1; cosign's predicate types.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alphaswarm_core.supply.errors import BrokenImageError
from alphaswarm_core.supply.strict_json import strict_object

STATEMENT = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
SIGNATURE = "https://sigstore.dev/cosign/sign/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
CYCLONEDX = "https://cyclonedx.org/bom"
SPDX = "https://spdx.dev/Document"
SCAN_VERDICT = "urn:alphaswarm:scan-verdict:v1"
SBOMS = frozenset({CYCLONEDX, SPDX})


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement. `subjects` are digests (`sha256:…`)."""

    subjects: tuple[str, ...]
    predicate_type: str
    predicate: Mapping[str, Any]


def statement_bytes(name: str, digest: str, predicate_type: str, predicate: Mapping[str, Any]) -> bytes:
    """A statement about one image, as it is signed."""
    document = {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": digest.removeprefix("sha256:")}}],
        "predicateType": predicate_type,
        "predicate": predicate,
    }
    return json.dumps(document, separators=(",", ":")).encode()


def read_statement(content: bytes) -> Statement:
    """The statement in `content`.

    Raises:
        BrokenImageError: it is none.
    """
    document = strict_object(content, "The statement")
    predicate_type, predicate = document.get("predicateType"), document.get("predicate", {})
    if document.get("_type") != STATEMENT or not isinstance(predicate_type, str) or not isinstance(predicate, dict):
        raise BrokenImageError("The statement is not in-toto's v1")
    return Statement(_subjects(document.get("subject")), predicate_type, predicate)


def _subjects(listed: Any) -> tuple[str, ...]:
    found = [_digest(each) for each in listed] if isinstance(listed, list) else []
    if not found:
        raise BrokenImageError("The statement is about nothing")
    return tuple(found)


def _digest(subject: Any) -> str:
    digests = subject.get("digest") if isinstance(subject, dict) else None
    value = digests.get("sha256") if isinstance(digests, dict) else None
    if not isinstance(value, str):
        raise BrokenImageError("A subject of the statement has no SHA-256 digest")
    return f"sha256:{value}"


def at(document: Any, path: Sequence[str | int]) -> Any:
    """What is at `path` in nested data; None if the way there does not exist."""
    for step in path:
        if isinstance(step, int):
            document = document[step] if isinstance(document, list) and len(document) > step else None
        else:
            document = document.get(step) if isinstance(document, Mapping) else None
    return document
