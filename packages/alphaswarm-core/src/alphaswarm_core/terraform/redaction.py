"""Taking sensitive values out of plan documents.

Terraform marks where a sensitive value stands, but it loses the mark where a provider copies the value (`output` of
`terraform_data`, a generated connection string). So a value that is marked anywhere is taken out everywhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from alphaswarm_core.canonical import Json

REDACTED = "(sensitive)"
_SHORTEST = 6
"""Characters of a secret that is looked for elsewhere; shorter ones cannot be told from ordinary words."""


def redact(value: Any, mask: Any) -> Json:
    """`value` without what `mask` marks: `true` hides all of it, a mapping or list hides parts.

    Terraform's masks leave out what is not sensitive, so a shorter or missing mask hides nothing more.
    """
    if mask is True:
        return REDACTED
    if isinstance(value, Mapping):
        masks = mask if isinstance(mask, Mapping) else {}
        return {str(key): redact(each, masks.get(key)) for key, each in value.items()}
    if isinstance(value, list):
        masks_of = mask if isinstance(mask, list) else []
        return [redact(each, masks_of[i] if i < len(masks_of) else None) for i, each in enumerate(value)]
    return value  # type: ignore[no-any-return]


def marked_strings(value: Any, mask: Any) -> Iterator[str]:
    """Every string in `value` that `mask` marks and that is long enough to be looked for elsewhere."""
    if mask is True:
        yield from (each for each in _strings(value) if len(each) >= _SHORTEST)
    elif isinstance(value, Mapping) and isinstance(mask, Mapping):
        for key, each in value.items():
            yield from marked_strings(each, mask.get(key))
    elif isinstance(value, list) and isinstance(mask, list):
        for each, part in zip(value, mask, strict=False):
            yield from marked_strings(each, part)


def without(value: Json, secrets: Iterable[str]) -> Json:
    """`value` with each of `secrets` taken out of every string, longest first, wherever it stands."""
    ordered = sorted(secrets, key=len, reverse=True)
    return _without(value, ordered) if ordered else value


def _without(value: Json, secrets: list[str]) -> Json:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, REDACTED)
        return value
    if isinstance(value, Mapping):
        return {str(_without(key, secrets)): _without(each, secrets) for key, each in value.items()}
    return [_without(each, secrets) for each in value] if isinstance(value, list) else value


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _strings(each)
