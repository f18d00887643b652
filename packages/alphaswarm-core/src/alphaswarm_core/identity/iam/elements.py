"""The elements of one statement, read from untrusted data: actions, resources, principals, conditions."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from alphaswarm_core.identity.iam.document import Condition, Patterns, PolicyKind, Principals
from alphaswarm_core.identity.iam.errors import MalformedPolicyError
from alphaswarm_core.identity.iam.operators import (
    VARIABLE_FAMILIES,
    Family,
    Operator,
    closest_operator,
    parse_operator,
)
from alphaswarm_core.identity.iam.templates import tokenize, variable_free
from alphaswarm_core.identity.iam.values import binary, moment, network, number

_ACTION = re.compile(r"\*\Z|[A-Za-z0-9-]{1,64}:[A-Za-z0-9*?_./-]{1,128}\Z")
_ACCOUNT = re.compile(r"[0-9]{12}\Z")
_PRINCIPAL_ARN = re.compile(r"arn:[a-z0-9-]{1,32}:(iam|sts):[a-z0-9-]*:[0-9]{12}:[^\s*?]{1,1024}\Z")
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,124}\Z")
_SERVICE = re.compile(r"[a-z0-9.-]{1,128}\.amazonaws\.com(\.cn)?\Z")
_WEB_PROVIDER = re.compile(r"[a-z0-9.-]{1,253}(/[^\s*?]{0,255})?\Z")
_CANONICAL_USER = re.compile(r"[0-9a-f]{64}\Z")
_CONDITION_KEY = re.compile(r"[^\s:]{1,256}:[^\x00-\x1f\x7f]{1,512}\Z")  # a tag's name may have spaces
_ARN_FIELDS = 6


def parse_actions(statement: Mapping[str, Any], where: str) -> Patterns:
    """`Action` or `NotAction`: exactly one of them."""
    patterns = _one_of(statement, "Action", "NotAction", where)
    if patterns is None:
        raise MalformedPolicyError("neither Action nor NotAction is there", where=where)
    for value in patterns.values:
        if not _ACTION.match(value):
            raise MalformedPolicyError(
                f"{value[:80]!r} is not an action", where=f"{where}.Action", fix="Write service:Action, or * for all"
            )
    return patterns


def parse_resources(statement: Mapping[str, Any], where: str, kind: PolicyKind, *, variables: bool) -> Patterns | None:
    """`Resource` or `NotResource`; a trust policy has neither, because its resource is the role."""
    patterns = _one_of(statement, "Resource", "NotResource", where)
    if kind is PolicyKind.TRUST:
        if patterns is not None:
            raise MalformedPolicyError("a trust policy has no Resource: it is about its own role", where=where)
        return None
    if patterns is None:
        raise MalformedPolicyError("neither Resource nor NotResource is there", where=where)
    for value in patterns.values:
        if value != "*" and not value.startswith("arn:"):
            raise MalformedPolicyError(f"{value[:80]!r} is neither an ARN nor *", where=f"{where}.Resource")
        _template(value, f"{where}.Resource", wildcards=True, variables=variables)
    return patterns


def parse_principals(statement: Mapping[str, Any], where: str, kind: PolicyKind) -> Principals | None:
    """`Principal` or `NotPrincipal`: required in resource and trust policies, forbidden in identity policies."""
    present = [key for key in ("Principal", "NotPrincipal") if key in statement]
    if kind is PolicyKind.IDENTITY:
        if present:
            raise MalformedPolicyError("an identity policy has no Principal: it is about who has it", where=where)
        return None
    if len(present) != 1:
        problem = "both Principal and NotPrincipal are there" if present else "there is no Principal"
        raise MalformedPolicyError(problem, where=where, fix="Name who may: a policy without a principal trusts nobody")
    place, value = f"{where}.{present[0]}", statement[present[0]]
    negated = present[0] == "NotPrincipal"
    if value == "*":
        return Principals(everyone=True, negated=negated)
    if not isinstance(value, Mapping) or not value:
        raise MalformedPolicyError('a principal is "*" or an object such as {"AWS": …}', where=place)
    return _principals(value, place, negated=negated)


def _principals(value: Mapping[str, Any], place: str, *, negated: bool) -> Principals:
    named: dict[str, tuple[str, ...]] = {}
    everyone = False
    for kind, names in value.items():
        check = _PRINCIPAL_CHECKS.get(kind)
        if check is None:
            raise MalformedPolicyError(
                f"{str(kind)[:40]!r} is no kind of principal", where=place, fix=f"Kinds: {', '.join(_PRINCIPAL_CHECKS)}"
            )
        listed = _texts(names, f"{place}.{kind}")
        everyone = everyone or (kind in ("AWS", "Federated") and "*" in listed)
        named[kind] = tuple(name for name in listed if name != "*" or kind == "CanonicalUser")
        for name in (each for each in listed if not (each == "*" and kind in ("AWS", "Federated"))):
            if not check(name):
                raise MalformedPolicyError(
                    f"{name[:120]!r} is no {kind} principal", where=f"{place}.{kind}", fix="Wildcards: only a lone *"
                )
    return Principals(
        everyone=everyone,
        aws=named.get("AWS", ()),
        federated=named.get("Federated", ()),
        service=named.get("Service", ()),
        canonical=named.get("CanonicalUser", ()),
        negated=negated,
    )


def _is_aws(name: str) -> bool:
    return bool(_ACCOUNT.match(name) or _PRINCIPAL_ARN.match(name) or _UNIQUE_ID.match(name))


def _is_federated(name: str) -> bool:
    if name.startswith("arn:"):
        kind = name.split(":", 5)[-1]
        return bool(_PRINCIPAL_ARN.match(name)) and kind.startswith(("oidc-provider/", "saml-provider/"))
    return bool(_WEB_PROVIDER.match(name))


_PRINCIPAL_CHECKS: dict[str, Callable[[str], object]] = {
    "AWS": _is_aws,
    "Federated": _is_federated,
    "Service": _SERVICE.match,
    "CanonicalUser": _CANONICAL_USER.match,
}


def parse_conditions(statement: Mapping[str, Any], where: str, *, variables: bool) -> tuple[Condition, ...]:
    """`Condition`: operators, their keys, their values, none of them empty."""
    if "Condition" not in statement:
        return ()
    place, block = f"{where}.Condition", statement["Condition"]
    if not isinstance(block, Mapping) or not block:
        raise MalformedPolicyError("it is empty or not an object", where=place, fix="Leave Condition out, or fill it")
    return tuple(
        condition
        for name, keys in block.items()
        for condition in _conditions_of(str(name), keys, place, variables=variables)
    )


def _conditions_of(name: str, keys: Any, place: str, *, variables: bool) -> list[Condition]:
    operator = parse_operator(name)
    if operator.comparison is None:
        meant = closest_operator(name)
        raise MalformedPolicyError(
            f"IAM has no condition operator {name[:80]!r}",
            where=place,
            fix=f"Did you mean {meant}? (case matters)" if meant else "See IAM's list of condition operators",
        )
    place = f"{place}.{name}"
    if not isinstance(keys, Mapping) or not keys:
        raise MalformedPolicyError("it names no key", where=place)
    found, seen = [], set()
    for key, values in keys.items():
        if not isinstance(key, str) or not _CONDITION_KEY.match(key):
            raise MalformedPolicyError(f"{str(key)[:80]!r} is not a condition key", where=place)
        if key.lower() in seen:
            raise MalformedPolicyError(f"the key {key[:80]!r} is there twice: case does not count", where=place)
        seen.add(key.lower())
        texts = _condition_values(values, f"{place}.{key}")
        _check_values(operator, texts, f"{place}.{key}", variables=variables)
        found.append(Condition(operator, key, texts))
    return found


def _condition_values(values: Any, place: str) -> tuple[str, ...]:
    listed = list(values) if isinstance(values, list | tuple) else [values]
    if not listed:
        raise MalformedPolicyError("the list of values is empty", where=place)
    return tuple(_scalar(value, place) for value in listed)


def _scalar(value: Any, place: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        try:
            return str(value)
        except ValueError:  # an integer beyond Python's limit of digits
            raise MalformedPolicyError("the number is too long", where=place) from None
    raise MalformedPolicyError("a value is a text, a number or a truth value", where=place)


_VALUE_CHECKS: dict[Family, tuple[Callable[[str], object], str]] = {
    Family.NUMERIC: (lambda text: number(text) is not None, "a number"),
    Family.DATE: (lambda text: moment(text) is not None, "a date such as 2026-01-31T08:00:00Z"),
    Family.BOOL: (lambda text: text.lower() in ("true", "false"), "true or false"),
    Family.NULL: (lambda text: text.lower() in ("true", "false"), "true or false"),
    Family.IP: (lambda text: network(text) is not None, "an address or a range such as 203.0.113.0/24"),
    Family.BINARY: (lambda text: binary(text) is not None, "base64 data"),
    Family.ARN: (lambda text: text.startswith(("arn:", "*")) and text.count(":") >= _ARN_FIELDS - 1, "an ARN"),
}


def _check_values(operator: Operator, values: tuple[str, ...], place: str, *, variables: bool) -> None:
    comparison = operator.comparison
    if comparison is None:  # pragma: no cover - the caller refuses unknown operators
        raise MalformedPolicyError("unknown operator", where=place)
    allowed = variables and comparison.family in VARIABLE_FAMILIES
    check, wanted = _VALUE_CHECKS.get(comparison.family, (None, ""))
    for value in values:
        fixed = True
        if allowed:
            fixed = _template(value, place, wildcards=False, variables=True)
        if fixed and check is not None and not check(value):
            raise MalformedPolicyError(f"{value[:80]!r} is not {wanted}", where=place)


def _template(value: str, place: str, *, wildcards: bool, variables: bool) -> bool:
    """Whether `value` is free of variables; refuses what only looks like one."""
    try:
        return variable_free(tokenize(value, wildcards=wildcards, variables=variables))
    except ValueError as error:
        raise MalformedPolicyError(str(error), where=place, fix="Write ${key}, ${key, 'default'} or ${$}{…") from None


def _one_of(statement: Mapping[str, Any], name: str, negation: str, where: str) -> Patterns | None:
    present = [key for key in (name, negation) if key in statement]
    if not present:
        return None
    if len(present) > 1:
        raise MalformedPolicyError(f"both {name} and {negation} are there", where=where)
    return Patterns(_texts(statement[present[0]], f"{where}.{present[0]}"), negated=present[0] == negation)


def _texts(value: Any, place: str) -> tuple[str, ...]:
    listed = list(value) if isinstance(value, list | tuple) else [value]
    if not listed or not all(isinstance(each, str) and each for each in listed):
        raise MalformedPolicyError("it has to be a text or a list of texts, none of them empty", where=place)
    return tuple(listed)
