"""The plan model: what a plan would do, parsed from `terraform show -json`, with sensitive values redacted at parsing.

Source: developer.hashicorp.com/terraform/internals/json-format (format version 1.x).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from alphaswarm_core.canonical import Json
from alphaswarm_core.terraform.errors import EngineFailedError
from alphaswarm_core.terraform.redaction import REDACTED, redact, secret_strings, with_copies, without

UNKNOWN = "(known after apply)"


class Action(StrEnum):
    """What happens to one resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    READ = "read"
    FORGET = "forget"
    NO_OP = "no-op"


_ACTIONS: Mapping[tuple[str, ...], Action] = {
    ("no-op",): Action.NO_OP,
    ("create",): Action.CREATE,
    ("read",): Action.READ,
    ("update",): Action.UPDATE,
    ("delete",): Action.DELETE,
    ("forget",): Action.FORGET,
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
    ("create", "forget"): Action.REPLACE,
}


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """One resource of a plan. `before` and `after` hold no sensitive value; None means absent."""

    address: str
    type: str
    action: Action
    imported: bool
    reason: str | None
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan would do.

    Attributes:
        terraform_version: The engine that made it.
        changes: Every resource that is not a no-op, plus imports; reads of data sources are left out.
        drift: What changed outside Terraform since the last run.
        output_changes: Names of outputs that would change.
        variables: The values of the root module's variables that are strings, numbers or booleans.
        resources: How many managed resources the stack has after it.
    """

    terraform_version: str
    changes: tuple[ResourceChange, ...]
    drift: tuple[ResourceChange, ...]
    output_changes: tuple[str, ...]
    variables: Mapping[str, Json]
    resources: int

    @property
    def is_empty(self) -> bool:
        """Whether applying it would change nothing."""
        return not self.changes and not self.output_changes

    def count(self, action: Action) -> int:
        """How many resources have `action`."""
        return sum(1 for change in self.changes if change.action is action)

    def summary(self) -> dict[str, Json]:
        """What goes into the run's row: counts, by type, and the addresses that would be destroyed or replaced.

        A replacement counts as one add and one destroy, as Terraform counts it.
        """
        replaced = self.count(Action.REPLACE)
        return {
            "add": self.count(Action.CREATE) + replaced,
            "change": self.count(Action.UPDATE),
            "destroy": self.count(Action.DELETE) + replaced,
            "replace": replaced,
            "import": sum(1 for change in self.changes if change.imported),
            "forget": self.count(Action.FORGET),
            "outputs": len(self.output_changes),
            "drift": len(self.drift),
            "resources": self.resources,
            "by_type": _by_type(self.changes),
            "destroys": [each.address for each in self.changes if each.action is Action.DELETE],
            "replaces": [each.address for each in self.changes if each.action is Action.REPLACE],
            "drifted": [each.address for each in self.drift],
        }


def parse_plan(document: Mapping[str, Any]) -> Plan:
    """The plan in `document`, the output of `terraform show -json PLANFILE`.

    Raises:
        EngineFailedError: it is not of format 1.x, is marked as errored, or has an action that is not known.
    """
    version = str(document.get("format_version", ""))
    if not version.startswith("1."):
        raise EngineFailedError(
            f"The plan has format version '{version}'; 1.x is known", fix="Use an engine that this version supports"
        )
    if document.get("errored"):
        raise EngineFailedError("The plan is marked as errored and cannot be applied", fix="Plan again")
    secrets = frozenset(secrets_of(document))
    changes = tuple(_resource_changes(document.get("resource_changes", ()), secrets))
    drift = tuple(_resource_changes(document.get("resource_drift", ()), secrets))
    return Plan(
        terraform_version=str(document.get("terraform_version", "")),
        changes=tuple(each for each in changes if each.action not in {Action.NO_OP, Action.READ} or each.imported),
        drift=tuple(each for each in drift if each.action is not Action.NO_OP),
        output_changes=_output_changes(document.get("output_changes", {})),
        variables=_plain_variables(document, secrets),
        resources=_count_resources(document.get("planned_values", {}).get("root_module", {})),
    )


def secrets_of(document: Mapping[str, Any]) -> Iterable[str]:
    """The values of the root module's sensitive variables."""
    declared = _declared_variables(document)
    for name, each in document.get("variables", {}).items():
        if declared.get(name, {}).get("sensitive"):
            yield from secret_strings(each.get("value"))


def _declared_variables(document: Mapping[str, Any]) -> Mapping[str, Any]:
    declared: Mapping[str, Any] = document.get("configuration", {}).get("root_module", {}).get("variables", {})
    return declared


def _resource_changes(documents: Iterable[Mapping[str, Any]], secrets: frozenset[str]) -> Iterable[ResourceChange]:
    for document in documents:
        if document.get("mode") == "data":
            continue
        yield _resource_change(document, document["change"], secrets)


def _resource_change(document: Mapping[str, Any], change: Mapping[str, Any], secrets: frozenset[str]) -> ResourceChange:
    actions = tuple(str(each) for each in change.get("actions", ()))
    if actions not in _ACTIONS:
        raise EngineFailedError(
            f"The plan does {list(actions)} to {document.get('address')}, which is not known here",
            fix="Use an engine that this version supports",
        )
    kind = str(document.get("type", ""))
    after = _with_unknowns(change.get("after"), change.get("after_unknown"))
    return ResourceChange(
        address=str(document["address"]),
        type=kind,
        action=_ACTIONS[actions],
        imported=bool(change.get("importing")),
        reason=document.get("action_reason"),
        before=without(redact(change.get("before"), with_copies(kind, change.get("before_sensitive"))), secrets),
        after=without(redact(after, with_copies(kind, change.get("after_sensitive"))), secrets),
    )


def _with_unknowns(value: Any, unknown: Any) -> Any:
    """`value` with a note where a value will only be known after the apply."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, Mapping) and (value is None or isinstance(value, Mapping)):
        known = value or {}
        keys = {**known, **{key: None for key, each in unknown.items() if each}}
        return {key: _with_unknowns(known.get(key), unknown.get(key)) for key in keys} if keys else value
    if isinstance(unknown, list) and isinstance(value, list):
        return [_with_unknowns(each, unknown[i] if i < len(unknown) else None) for i, each in enumerate(value)]
    return value


def _output_changes(document: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(name for name, change in document.items() if change.get("actions") != ["no-op"]))


def _plain_variables(document: Mapping[str, Any], secrets: frozenset[str]) -> dict[str, Json]:
    """Scalar root variables that are not declared sensitive."""
    declared = _declared_variables(document)
    return {
        name: REDACTED if declared.get(name, {}).get("sensitive") else without(each.get("value"), secrets)
        for name, each in document.get("variables", {}).items()
        if isinstance(each.get("value"), str | int | float | bool)
    }


def _count_resources(module: Mapping[str, Any]) -> int:
    own = sum(1 for each in module.get("resources", ()) if each.get("mode") == "managed")
    return own + sum(_count_resources(child) for child in module.get("child_modules", ()))


def _by_type(changes: Sequence[ResourceChange]) -> dict[str, Json]:
    counts: dict[str, Counter[str]] = {}
    for change in changes:
        counts.setdefault(change.type, Counter())[change.action.value] += 1
    return {kind: dict(sorted(counter.items())) for kind, counter in sorted(counts.items())}


def plan_digest(content: bytes) -> str:
    """The plan digest: SHA-256 of the saved plan file's bytes."""
    return hashlib.sha256(content).hexdigest()
