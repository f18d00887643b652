"""A plan as a tree of modules, and its changes in pages, from what the ledger keeps of it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from alphaswarm_admin.contract import plans as contract
from alphaswarm_core.terraform.plan import UNKNOWN
from alphaswarm_core.terraform.redaction import REDACTED

_MODULES = re.compile(r'(?:module\.[^.\[]+(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?\.)*')
_STEP = re.compile(r'module\.[^.\[]+(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?')
_ORDER = {action: number for number, action in enumerate(contract.ChangeAction)}
_MOST_ATTRIBUTES = 200
_LONGEST_VALUE = 4000
_DEEPEST = 12


@dataclass(frozen=True)
class PlanView:
    """A plan to be looked at. What is computed is kept, because pages of one plan are asked for one after the other.

    Args:
        run_id: Of the plan.
        digest: Of the plan's bytes.
        document: What the ledger keeps; see `alphaswarm_core.terraform.kept_changes`.
    """

    run_id: str
    digest: str
    document: Mapping[str, Any] = field(repr=False)

    @cached_property
    def changes(self) -> Sequence[Mapping[str, Any]]:
        """All changes: destroys first, then by address."""
        return sorted(self.document["changes"], key=lambda each: (_ORDER[_action(each)], each["address"]))

    @cached_property
    def tree(self) -> contract.PlanTree:
        """The modules, with what happens in each and below it."""
        root = _Node("", "")
        for each in self.document["changes"]:
            root.count(list(_STEP.findall(_module(each["address"]))), _action(each), imported=each["imported"])
        return contract.PlanTree(
            run_id=self.run_id,
            plan_digest=self.digest,
            terraform_version=self.document["terraform_version"],
            root=root.view(),
            outputs=self.document["outputs"],
            drifted=len(self.document["drift"]),
            changes=len(self.document["changes"]),
        )

    def page(self, wanted: "Wanted", start: int, most: int) -> contract.ResourceChangePage:
        """Those that fit, from number `start` on."""
        found = [each for each in self.changes if wanted.fits(each)]
        end = start + most
        return contract.ResourceChangePage(
            items=[_change(each) for each in found[start:end]],
            total=len(found),
            next_cursor=end if end < len(found) else None,
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes are asked for; what is None or empty asks for all."""

    module: str | None
    action: contract.ChangeAction | None
    text: str

    def fits(self, change: Mapping[str, Any]) -> bool:
        """Whether a change is among them; a module stands for everything below it too."""
        below = self.module is None or f"{_module(change['address'])}.".startswith(f"{self.module}.".lstrip("."))
        fits_action = self.action is None or _action(change) is self.action
        return below and fits_action and self.text.lower() in change["address"].lower()


@dataclass(slots=True)
class _Node:
    address: str
    name: str
    counts: dict[str, int] = field(default_factory=dict)
    below: dict[str, "_Node"] = field(default_factory=dict)

    def count(self, path: Sequence[str], action: contract.ChangeAction, *, imported: bool) -> None:
        node = self
        node.add(action, imported=imported)
        for step in path:
            address = f"{node.address}.{step}".lstrip(".")
            node = node.below.setdefault(step, _Node(address, step.removeprefix("module.")))
            node.add(action, imported=imported)

    def add(self, action: contract.ChangeAction, *, imported: bool) -> None:
        names = [action.value] if action is not contract.ChangeAction.IMPORT else []
        for name in [*names, *(["imports"] if imported else [])]:
            self.counts[name] = self.counts.get(name, 0) + 1

    def view(self) -> contract.ModuleNode:
        numbers = {name: self.counts.get(name, 0) for name in _COUNTED}
        below = [node.view() for _, node in sorted(self.below.items())]
        return contract.ModuleNode(address=self.address, name=self.name, modules=below, **numbers)


_COUNTED = ("delete", "replace", "forget", "update", "create", "imports")


def _action(change: Mapping[str, Any]) -> contract.ChangeAction:
    """What happens; an import that changes nothing else is a no-op to Terraform."""
    action = change["action"]
    return contract.ChangeAction.IMPORT if action in {"no-op", "read"} else contract.ChangeAction(action)


def _module(address: str) -> str:
    found = _MODULES.match(address)
    return found[0].rstrip(".") if found else ""


def _change(change: Mapping[str, Any]) -> contract.ResourceChange:
    address = change["address"]
    module = _module(address)
    attributes = list(_limited(_attributes(change["before"], change["after"])))
    return contract.ResourceChange(
        address=address,
        module=module,
        type=change["type"],
        name=address[len(module) :].lstrip(".").partition(".")[2],
        action=_action(change),
        imported=change["imported"],
        reason=change["reason"],
        attributes=attributes[:_MOST_ATTRIBUTES],
        truncated=len(attributes) > _MOST_ATTRIBUTES,
    )


def _limited(found: Iterable[contract.AttributeChange]) -> Iterator[contract.AttributeChange]:
    for number, each in enumerate(found):
        if number > _MOST_ATTRIBUTES:
            return
        yield each


def _attributes(before: Any, after: Any, path: str = "", depth: int = 0) -> Iterator[contract.AttributeChange]:
    """The leaves that differ, by their path such as `tags.Name` or `ingress[0].from_port`."""
    if before == after:
        return
    steps = _steps(before, after) if depth < _DEEPEST else ()
    leaf = True
    for step, old, new in steps:
        for each in _attributes(old, new, f"{path}{step}".lstrip("."), depth + 1):
            leaf = False
            yield each
    if leaf:  # also where the difference is in what is not there: null and [null]
        yield _attribute(path, before, after)


def _steps(before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    pair = (before, after)
    if all(each is None or isinstance(each, Mapping) for each in pair):
        old, new = before or {}, after or {}
        yield from ((f".{key}", old.get(key), new.get(key)) for key in sorted({*old, *new}))
    elif all(each is None or isinstance(each, list) for each in pair):
        old, new = before or [], after or []
        for number in range(max(len(old), len(new))):
            yield f"[{number}]", _at(old, number), _at(new, number)


def _at(values: Sequence[Any], number: int) -> Any:
    return values[number] if number < len(values) else None


def _attribute(path: str, before: Any, after: Any) -> contract.AttributeChange:
    return contract.AttributeChange(
        path=path,
        before=_text(before),
        after=_text(after),
        known_after_apply=after == UNKNOWN,
        sensitive=REDACTED in {before if isinstance(before, str) else None, after if isinstance(after, str) else None},
    )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"
