"""From a box of tokens to one token: the claims that get in, checked by the evaluator that enforces."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any

from alphaswarm_core.identity.iam.compiled import CompiledPolicy
from alphaswarm_core.identity.iam.errors import MalformedRequestError
from alphaswarm_core.identity.iam.web_identity import OFFERED_CLAIMS, web_identity_request
from alphaswarm_core.identity.proof.boxes import Box
from alphaswarm_core.identity.proof.grammar import CLAIM_COMPONENTS, Component
from alphaswarm_core.identity.proof.intent import ContextKind, Intent, escaped

TRIES = 200
"""Combinations of values that are tried for one box."""

_PREFERRED: Mapping[str, tuple[str, ...]] = {
    "owner": ("evil-org",),
    "name": ("any-repo",),
    "repository_owner_id": ("666000001",),
    "repository_id": ("666000002",),
    "environment": ("production", "dev"),
    "ref": ("refs/heads/main", "refs/heads/feature", "refs/pull/7/merge", "refs/tags/v1"),
    "aud": ("sts.amazonaws.com", "https://github.com/evil-org"),
    "job_workflow_ref": (
        "evil-org/any-repo/.github/workflows/any.yml@refs/heads/main",
        "evil-org/any-repo/.github/workflows/other.yml@refs/heads/feature",
    ),
    "actor": ("mallory",),
    "actor_id": ("666000003",),
    "workflow": ("any",),
    "enterprise_id": ("666000004",),
}
_RATHER_ABSENT = ("enterprise_id",)
_NEVER_ABSENT = ("actor", "actor_id", "aud", "job_workflow_ref", "repository", "sub", "workflow")
_SPELLED_FROM = ("owner", "name", "repository", "sub", "tail", "subject")
_SEGMENT = re.compile(r"([a-z_]+):([^:]*)(?::|\Z)")


@dataclass(frozen=True, slots=True)
class Witness:
    """A token that gets in and is not meant to.

    Args:
        claims: Its payload. A claim that AWS is taken not to show is left out; see `hidden`.
        statement: The label of the Allow statement that lets it in.
        request: Further condition keys of the request, which the caller chooses (`sts:RoleSessionName`, …).
        hidden: Claims of which the policy relies on the presence: they are in GitHub's token, and a region in which AWS
            does not know them yet lets this through.
    """

    claims: Mapping[str, str]
    statement: str
    request: Mapping[str, tuple[str, ...]]
    hidden: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """The witness as JSON data."""
        return {
            "claims": dict(self.claims),
            "statement": self.statement,
            "request": {key: list(values) for key, values in self.request.items()},
            "hidden": list(self.hidden),
        }


def confirmed(
    box: Box, statement: str, *, compiled: CompiledPolicy, provider_arn: str, issuer: str, intent: Intent
) -> Witness | None:
    """A token of the box that the policy really lets in and that is not meant; None when none is found."""
    for candidate in islice(_candidates(box, statement, issuer, intent), TRIES):
        for witness in (candidate, _consistent(candidate)):
            if witness is None or _consistent(witness) != witness or intent.includes(witness.claims):
                continue
            if _admitted(witness, compiled, provider_arn, issuer):
                return witness
    return None


def _admitted(witness: Witness, compiled: CompiledPolicy, provider_arn: str, issuer: str) -> bool:
    try:
        request = web_identity_request(witness.claims, provider_arn, issuer=issuer, extra=witness.request)
    except MalformedRequestError:
        return False
    return compiled.decide(request).allowed


def _candidates(box: Box, statement: str, issuer: str, intent: Intent) -> Iterator[Witness]:
    preferred = _preferences(box, intent)
    components = sorted({*CLAIM_COMPONENTS, *_SPELLED_FROM, *box.sides})
    choices = {component: _choices(box, component, preferred) for component in components}
    if not all(choices[component] or component in ("tail", "subject") for component in components):
        return
    names = [component for component in components if choices[component]]
    for values in product(*(choices[name] for name in names)):
        yield _witness(box, dict(zip(names, values, strict=True)), statement, issuer)


def _preferences(box: Box, intent: Intent) -> Mapping[str, tuple[str, ...]]:
    """Telling values: an attacker's own repository, but the intended one's name where the ids leave no other."""
    ids = box.side("repository_id").shown.finite or frozenset()
    meant = next((each.repository.name for each in intent.grants if each.repository.id in ids), None)
    if meant is None:
        return _PREFERRED
    owner, name = meant.split("/")
    workflow = f"{meant}/.github/workflows/any.yml@refs/heads/main"
    found = {**_PREFERRED, "owner": (owner, "evil-org"), "name": (name, "any-repo")}
    return {**found, "job_workflow_ref": (workflow, *_PREFERRED["job_workflow_ref"])}


def _choices(box: Box, component: str, preferred: Mapping[str, tuple[str, ...]]) -> list[tuple[str, bool]]:
    """Values to try, and whether AWS shows them."""
    side, hints = box.side(component), box.hints.get(component, ())
    wanted = (*hints, *preferred.get(component, ()))
    rather_absent = _rather_absent(box, component)
    shown, hidden = side.shown.member(wanted), side.hidden.member(("", *wanted) if rather_absent else wanted)
    both = [(value, seen) for value, seen in ((shown, True), (hidden, False)) if value is not None]
    if rather_absent:
        both.reverse()
    found = [(value, True) for value in hints if value in side.shown]
    return list(dict.fromkeys([*found, *both[: 2 if hints else 1]]))


def _rather_absent(box: Box, component: str) -> bool:
    """Claims that a usual token of the family does not have, and keys that a usual request does not have."""
    if component == "environment":
        return not box.family.name.endswith(ContextKind.ENVIRONMENT.value)
    return component in _RATHER_ABSENT or component not in (*CLAIM_COMPONENTS, *_SPELLED_FROM)


def _witness(box: Box, values: Mapping[str, tuple[str, bool]], statement: str, issuer: str) -> Witness:
    plain = {name: value for name, (value, _) in values.items()}
    claims = {
        "iss": f"https://{issuer}",
        "sub": _spelled(box, plain),
        "repository": f"{plain['owner']}/{plain['name']}",
        "repository_owner": plain["owner"],
        **{name: plain[name] for name in CLAIM_COMPONENTS},
    }
    not_shown = [name for name in (*CLAIM_COMPONENTS, "repository", "sub") if not values[name][1]]
    hidden = tuple(name for name in not_shown if plain[name] or name in _NEVER_ABSENT)
    for name in not_shown:
        del claims[name]
    request = {
        name: (value,) for name, (value, seen) in values.items() if seen and name not in (*claims, *_SPELLED_FROM)
    }
    return Witness(claims, statement, request, hidden)


def _spelled(box: Box, values: Mapping[str, str]) -> str:
    """The subject that GitHub makes of the components."""
    found = ""
    for part in box.family.spelling:
        if isinstance(part, Component):
            value = escaped(values[part.name]) if part.escaped else values[part.name]
            found += value + part.delimiter
        else:
            found += part
    return found


def _consistent(witness: Witness) -> Witness | None:
    """The witness with the claims that a customised subject spells; None when there is no such token."""
    subject = witness.claims.get("sub", "")
    spelled = {key: value.replace("%3A", ":") for key, value in _SEGMENT.findall(subject) if key in OFFERED_CLAIMS}
    if not all(value or key == "ref" for key, value in spelled.items()):
        return None
    claims = {**witness.claims, **{key: value for key, value in spelled.items() if key not in witness.hidden}}
    return witness if claims == witness.claims else replace(witness, claims=claims)
