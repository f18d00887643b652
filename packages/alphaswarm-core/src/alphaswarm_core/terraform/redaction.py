"""Taking sensitive values out of plan documents.

Terraform marks where a sensitive value stands, but it loses the mark where a provider copies the value. So the value
of a sensitive variable is taken out wherever it stands. What only a provider marks is taken out where it is marked:
providers also mark names and addresses that people have to see in a plan.
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


def with_copies(kind: str, mask: Any) -> Any:
    """`mask` of a resource of type `kind`, with the marks that Terraform itself loses.

    `output` of `terraform_data` is a copy of `input`, and it is not marked.
    """
    if kind == "terraform_data" and isinstance(mask, Mapping) and "input" in mask:
        return {**mask, "output": mask["input"]}
    return mask


def secret_strings(value: Any) -> Iterator[str]:
    """Every string in the value of a sensitive variable that is long enough to be looked for elsewhere."""
    if isinstance(value, str):
        if len(value) >= _SHORTEST:
            yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from secret_strings(each)


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
