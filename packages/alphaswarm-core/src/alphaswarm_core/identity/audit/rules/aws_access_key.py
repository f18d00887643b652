"""K1 aws-access-key: An AWS access key id is in the tree."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.files import KeyedFile

_LENGTH = 20
_PREFIXES = {"AKIA": Severity.CRITICAL, "ASIA": Severity.MEDIUM}
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_FEWEST_LETTERS = 4


def detect(file: KeyedFile) -> Iterator[Hit]:
    """Key ids that are not evident placeholders. The finding shows only the beginning."""
    for line, text in file.places:
        for key in keys_in(text):
            yield Hit(line, f"There is an access key id ({key[:8]}…)", _PREFIXES[key[:4]])


def keys_in(text: str) -> Iterator[str]:
    """Every text of the form: four fixed letters and sixteen of base 32, not inside a longer word."""
    for prefix in _PREFIXES:
        start = text.find(prefix)
        while start >= 0:
            key, after = text[start : start + _LENGTH], text[start + _LENGTH : start + _LENGTH + 1]
            alone = not text[max(0, start - 1) : start].isalnum() and not after.isalnum()
            if alone and len(key) == _LENGTH and set(key) <= _LETTERS and not _placeholder(key):
                yield key
            start = text.find(prefix, start + 1)


def _placeholder(key: str) -> bool:
    """Keys of documentation and tests: AWS's own `…EXAMPLE` and its variants, one letter repeated, the alphabet."""
    rest = key[4:]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return "EXAMPL" in key or len(set(rest)) < _FEWEST_LETTERS or rest in alphabet * 2


RULE = Rule(
    id="aws-access-key",
    reference="K1",
    severity=Severity.CRITICAL,
    applies_to=AppliesTo.FILE,
    subject=KeyedFile,
    title="An AWS access key id is in the tree",
    what="No text in the repository has the form of an access key id.",
    why="Where the id is, the secret was or is near; scanners of public repositories find it within minutes.",
    source="platform rule: no AWS key exists anywhere; AWS IAM User Guide, IAM identifiers",
    fix="Deactivate the key, delete it, and take it out of the history.",
    detect=detect,
)
