r"""Names and refs as GitHub allows them. Where a rule is not documented, the wider reading is taken.

Every check is a `fullmatch` over spelled-out ASCII classes: `$` would let a trailing newline through, and `\d` would
take digits of other scripts, which no policy compares equal.
"""

import re

from alphaswarm_core.identity.github.errors import GithubNameError

_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}")  # `_` separates the short code of enterprise-managed users
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}")
_ID = re.compile(r"[1-9][0-9]{0,18}")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_WORKFLOW_PATH = re.compile(r"\.github/workflows/[^/:@\x00-\x20\x7f]{1,240}\.ya?ml")
_MERGE_REF = re.compile(r"refs/pull/[1-9][0-9]{0,9}/merge")
_QUEUE_REF = re.compile(r"refs/heads/gh-readonly-queue/.+/pr-[1-9][0-9]{0,9}-[0-9a-f]{40}")
_FORBIDDEN_IN_REFS = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//")
LARGEST_ENVIRONMENT_NAME = 255
_LARGEST_REF = 1024


def is_owner(text: str) -> bool:
    """Whether `text` can be the login of a user or organisation."""
    return _OWNER.fullmatch(text) is not None


def is_repository_name(text: str) -> bool:
    """Whether `text` can be the name of a repository, without its owner."""
    return _REPOSITORY.fullmatch(text) is not None and text not in {".", ".."}


def is_id(text: str) -> bool:
    """Whether `text` is a numeric id in the one form that it is written in: no sign, no leading zero."""
    return _ID.fullmatch(text) is not None


def is_sha(text: str) -> bool:
    """Whether `text` is a full commit id: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits."""
    return _SHA.fullmatch(text) is not None


def is_workflow_path(text: str) -> bool:
    """Whether `text` is the path of a workflow file in its repository."""
    return _WORKFLOW_PATH.fullmatch(text) is not None


def is_branch_ref(text: str) -> bool:
    """Whether `text` is `refs/heads/…` with a name that git takes."""
    return text.startswith("refs/heads/") and _is_ref(text)


def is_tag_ref(text: str) -> bool:
    """Whether `text` is `refs/tags/…` with a name that git takes."""
    return text.startswith("refs/tags/") and _is_ref(text)


def is_merge_ref(text: str) -> bool:
    """Whether `text` is the merge ref of a pull request, `refs/pull/N/merge`."""
    return _MERGE_REF.fullmatch(text) is not None


def is_queue_ref(text: str) -> bool:
    """Whether `text` is the branch that a merge queue makes for a group."""
    return is_branch_ref(text) and _QUEUE_REF.fullmatch(text) is not None


def is_environment_name(text: str) -> bool:
    """Whether `text` can name an environment: 1-255 characters, none of them a control character.

    GitHub documents the length only; `:` is allowed (its own example is `Production:V1`).
    """
    printable = not any(ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0 for letter in text)  # noqa: PLR2004 - C0, C1
    return 0 < len(text) <= LARGEST_ENVIRONMENT_NAME and printable and _is_unicode(text)


def require(holds: bool, kind: str, given: object, rule: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise unless `holds`.

    Raises:
        GithubNameError: with the value and the rule that it breaks.
    """
    if not holds:
        raise GithubNameError(f"{given!r} cannot be {kind}", why=rule, fix="Correct the name; GitHub shows it as it is")


def _is_ref(text: str) -> bool:
    """The rules of `git check-ref-format`, with a bound on the length."""
    parts = text.split("/")
    return (
        len(text) <= _LARGEST_REF
        and _FORBIDDEN_IN_REFS.search(text) is None
        and all(part and not part.startswith(".") and not part.endswith(".lock") for part in parts)
        and not text.endswith(".")
        and _is_unicode(text)
    )


def _is_unicode(text: str) -> bool:
    """No lone surrogates: they cannot be sent as UTF-8, so no token carries them."""
    return not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)  # noqa: PLR2004 - the surrogates
