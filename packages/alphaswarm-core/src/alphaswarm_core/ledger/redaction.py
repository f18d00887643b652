"""Secrets are taken out of everything that comes from outside before it is stored: an entry can never be edited again.

Two nets: values that are known to be secret, in plain, JSON-escaped, URL-escaped and base64 form; and the shapes that
well-known secrets have. Redacting twice changes nothing.
"""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

import orjson

from alphaswarm_core.canonical import Json

REDACTED = "[redacted]"
SHORT_SECRET = 6
"""A known secret shorter than this (a port, `true`) is replaced only where it stands alone."""

_LABEL = (
    r"(?:aws[_-]?)?secret[_ -]?(?:access[_ -]?)?key|(?:aws[_-]?)?(?:session|security)[_ -]?token"
    r"|(?:access|refresh|id|auth|api|bearer|private)[_-]?token|(?:master[_-]?|db[_-]?|user[_-]?)?pass(?:word|wd)|passphrase"
    r"|api[_-]?key|client[_-]?secret|private[_-]?key"
)
_SECRET_LABEL = re.compile(rf"(?:{_LABEL}|authorization)", re.IGNORECASE)
_VALUE = r"""(?:\[redacted\]|\\"[^"\n]*\\"|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"',;&]+)"""
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)", re.DOTALL),
        REDACTED,
    ),
    (re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])"), REDACTED),
    (re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*"), REDACTED),
    (re.compile(r"gh[pousr]_[A-Za-z0-9_]{16,}|github_pat_[A-Za-z0-9_]{16,}"), REDACTED),
    (re.compile(r"xox[abeoprs]-[A-Za-z0-9-]{10,}"), REDACTED),
    (re.compile(r"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}"), rf"\g<1>{REDACTED}"),
    (re.compile(r"(://[^\s/:@\"']*:)[^\s/\"']*@"), rf"\g<1>{REDACTED}@"),
    (re.compile(r"(?i)(x-amz-(?:signature|security-token)=)[^&\s\"']+"), rf"\g<1>{REDACTED}"),
    (re.compile(rf"""(?i)((?<![a-z0-9])(?:{_LABEL})\\?["']?\s{{0,3}}[:=]\s{{0,3}}){_VALUE}"""), rf"\g<1>{REDACTED}"),
    (re.compile(rf"(?i)((?<![a-z0-9_])[a-z0-9_]*_(?:token|secret|password|key)=){_VALUE}"), rf"\g<1>{REDACTED}"),
)
# Text without any of these has none of the shapes: one cheap look spares nine.
_SUSPICIOUS = re.compile(
    r"(?i)akia|asia|eyj|private|gh[pousr]_|github_pat|xox|bearer|basic|://|x-amz|secret|token|passw|passphrase|key"
)


class Redactor:
    """Takes secrets out of text and JSON.

    Args:
        known_secrets: Values that must not be stored, whatever they look like.
    """

    def __init__(self, known_secrets: Iterable[str] = ()) -> None:
        self._secrets = frozenset(secret for secret in known_secrets if secret)
        self._forms = {form for secret in self._secrets for form in _forms(secret)}
        self._known = _known_pattern(self._forms)

    def with_secrets(self, known_secrets: Iterable[str]) -> "Redactor":
        """One that also knows these."""
        return Redactor(self._secrets | frozenset(known_secrets))

    def text(self, text: str) -> str:
        """`text` without secrets, and storable: no NUL (PostgreSQL), no lone surrogates (UTF-8)."""
        if not text.isascii() or "\0" in text:
            text = text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
        if self._known is not None:
            text = self._without_known(text, self._known)
        if _SUSPICIOUS.search(text):
            for shape, replacement in _SHAPES:
                text = shape.sub(replacement, text)
        return text

    def _without_known(self, text: str, known: re.Pattern[str]) -> str:
        clean = known.sub(REDACTED, text)
        # What was put in and what stands beside it may read as a secret again: then nothing of it is kept.
        return REDACTED if clean != text and known.search(clean) else clean

    def json(self, document: Json) -> Json:
        """`document` without secrets: in strings, in keys, and whole values under keys that name a secret."""
        if isinstance(document, str):
            return self.text(document)
        if isinstance(document, Mapping):
            return self._mapping(document)
        if isinstance(document, Sequence):
            return [self.json(item) for item in document]
        return document

    def _mapping(self, document: Mapping[str, Json]) -> dict[str, Json]:
        clean: dict[str, Json] = {}
        for key, value in document.items():
            name = _free_name(self.text(key) if isinstance(key, str) else key, clean)
            secret = isinstance(value, str) and isinstance(key, str) and _SECRET_LABEL.fullmatch(key) is not None
            clean[name] = REDACTED if secret else self.json(value)
        return clean


def redact(content: Json, known_secrets: Iterable[str] = ()) -> Json:
    """`content` (text or JSON) without the known secrets and without what has the shape of a secret."""
    return Redactor(known_secrets).json(content)


def _free_name(name: str, taken: Mapping[str, Json]) -> str:
    """`name`, numbered if two keys became the same."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free


def _forms(secret: str) -> set[str]:
    content = secret.encode("utf-8", "replace")
    plain = content.decode()
    if len(secret) < SHORT_SECRET:
        return {plain}
    encoded = base64.b64encode(content).decode()
    return {plain, orjson.dumps(plain).decode()[1:-1], quote(plain, safe=""), encoded, encoded.rstrip("=")}


def _known_pattern(forms: Iterable[str]) -> re.Pattern[str] | None:
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    if not ordered:
        return None
    return re.compile("|".join(_alone(form) if len(form) < SHORT_SECRET else re.escape(form) for form in ordered))


def _alone(form: str) -> str:
    return rf"(?<![^\W_]){re.escape(form)}(?![^\W_])"
