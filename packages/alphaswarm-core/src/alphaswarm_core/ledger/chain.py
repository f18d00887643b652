"""The chain: what exactly is hashed, so that an auditor can compute it with any tool.

An entry's hash is the SHA-256 of this document in its RFC 8785 form (no white space, keys sorted), UTF-8:

    {"at":A,"body_sha256":B,"kind":K,"previous_hash":P,"schema":"alphaswarm.ledger.entry/1","sequence":N}

`A`, `K`, `P` and `N` are the entry's columns, `B` is the SHA-256 of the bytes of its body as stored, and the schema
name keeps these hashes apart from those of every other document (domain separation). Digests are 64 lower-case
hexadecimal digits. The first entry has the sequence 1 and 64 zeros as its previous hash.

The body goes in as a digest, so that nothing in it can imitate the fields around it.
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

import orjson

from alphaswarm_core.canonical import Json, canonical_json
from alphaswarm_core.ledger.errors import LedgerRecordError

_EXACT = 2**53

SCHEMA = "alphaswarm.ledger.entry/1"
GENESIS_HASH = "0" * 64

AT_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
KIND_PATTERN = re.compile(r"[a-z][a-z0-9_]*(?::[a-z][a-z0-9_]*){1,2}")
"""`domain:subject:action` or `domain:action`, such as `run:plan:queued` and `halt:on`."""

_FAST = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
# A number with a fraction or an exponent, or null (orjson's word for NaN), wherever a value may stand.
_UNSURE = re.compile(rb'(?:^|":|[\[,])(?:-?[0-9]+[.eE]|null)')


def entry_hash(sequence: int, at: str, kind: str, previous_hash: str, body: str) -> str:
    """The hash of an entry. `at` and `kind` have to match their patterns: they go in without escapes."""
    before, between = hashed_text(at, kind, body)
    document = f"{before}{previous_hash}{between}{sequence}}}"
    return sha256(document.encode("utf-8", "surrogateescape")).hexdigest()


def hashed_text(at: str, kind: str, body: str) -> tuple[str, str]:
    """The hashed document up to the previous hash, and from there to the sequence; then only `}` is missing."""
    digest = sha256(body.encode("utf-8", "surrogateescape")).hexdigest()
    before = f'{{"at":"{at}","body_sha256":"{digest}","kind":"{kind}","previous_hash":"'
    return before, f'","schema":"{SCHEMA}","sequence":'


def canonical_text(document: Json) -> str:
    """The RFC 8785 form of `document` as text, ten times as fast as the general way for what the ledger mostly holds.

    orjson writes the same bytes as RFC 8785 where there are no fractions (their shortest forms differ) and nothing
    but ASCII (keys sort by UTF-16 units there); everything else goes the general way.

    Raises:
        LedgerRecordError: `document` is not something that JSON carries exactly.
    """
    try:
        text = orjson.dumps(document, option=_FAST)
    except TypeError:
        return _general_text(document)
    return text.decode() if text.isascii() and not _UNSURE.search(text) else _general_text(document)


def as_doubles(document: Json) -> Json:
    """`document`, read from canonical text, with the numbers that RFC 8785 writes without a fraction as what they were.

    A double from 2^53 to 10^21 is written as digits, which Python reads as an integer that JSON could not carry.
    """
    if type(document) is int:
        return document if -_EXACT < document < _EXACT else float(document)
    if isinstance(document, Mapping):
        return {key: as_doubles(value) for key, value in document.items()}
    if isinstance(document, Sequence) and not isinstance(document, str):
        return [as_doubles(value) for value in document]
    return document


def _general_text(document: Json) -> str:
    try:
        return canonical_json(document).decode()
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise LedgerRecordError(
            "What should be recorded is not JSON", why=str(error) or type(error).__name__, fix="Report this as a defect"
        ) from error
