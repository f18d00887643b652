"""What of a plan is compared with other plans: all that it does (the same change), and what is promoted."""

import re
from collections.abc import Mapping
from typing import Any

from alphaswarm_core.canonical import Json, document_digest
from alphaswarm_core.terraform.plan import Plan, ResourceChange
from alphaswarm_core.terraform.redaction import REDACTED
from alphaswarm_core.terraform.spec import StackSpec

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
PROMOTABLE_SCHEMA = "alphaswarm.promotable/1"


def change_digest(plan: Plan) -> str | None:
    """The digest of everything that `plan` does; equal digests, equal changes. None where that cannot be told.

    A redacted value could differ unseen, so a plan that shows one has no digest. A value that is known only after the
    apply goes in as such.
    """
    changes = [_change(each) for each in sorted(plan.changes, key=lambda each: each.address)]
    if _holds_redacted(changes):
        return None
    return document_digest({"changes": changes, "outputs": list(plan.output_changes)})


def _change(change: ResourceChange) -> Json:
    return {
        "action": change.action.value,
        "address": change.address,
        "after": _exact(change.after),
        "before": _exact(change.before),
        "imported": change.imported,
        "reason": change.reason,
        "type": change.type,
    }


def _exact(value: Any) -> Json:
    """`value` with its numbers as text: Terraform's are longer than what JSON carries exactly."""
    if isinstance(value, Mapping):
        return {str(key): _exact(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(each) for each in value]
    return value if value is None or isinstance(value, bool | str) else {"number": repr(value)}


def _holds_redacted(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_redacted(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return any(_holds_redacted(each) for each in value)
    return isinstance(value, str) and REDACTED in value


def promotable(spec: StackSpec, plan: Plan, commit: str | None) -> dict[str, Json]:
    """What has to be equal from one environment to the next: commit, shared modules, provider lock, image digests.

    Files of the root module are an environment's own; the commit holds them together.
    """
    own = _root_module(spec)
    shared = {path: digest for path, digest in spec.files.items() if not path.startswith(f"{own}/")}
    return {
        "schema": PROMOTABLE_SCHEMA,
        "commit": commit,
        "images": image_digests(plan.variables),
        "lock": spec.lock_hash,
        "modules": document_digest(shared),
    }


def _root_module(spec: StackSpec) -> str:
    """The root module's path, relative to the project as those of the spec's files are."""
    parents = {path.rpartition("/")[0] for path in spec.files}
    return max((each for each in parents if spec.directory.as_posix().endswith(f"/{each}")), key=len, default="")


def image_digests(variables: Mapping[str, Json]) -> dict[str, Json]:
    """The variables that name an image by its digest."""
    return {
        name: value for name, value in sorted(variables.items()) if isinstance(value, str) and _DIGEST.fullmatch(value)
    }
