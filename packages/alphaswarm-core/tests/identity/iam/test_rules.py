"""Rules that hold for every policy and request."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.identity.iam import (
    PolicyKind,
    Principal,
    PrincipalKind,
    Request,
    compile_policy,
    evaluate,
    parse_policy,
)
from alphaswarm_core.identity.iam.operators import COMPARISONS

KEYS = ["t:a", "t:b", "t:c"]
VALUES = [
    "a",
    "ab",
    "*",
    "a*",
    "",
    "5",
    "true",
    "10.0.0.1",
    "2026-01-01",
    "arn:aws:s3:::x",
    "AAAA",
    "${t:a}",
    "${t:b, 'a'}",
]
OPERATORS = sorted(
    f"{quantifier}{name}{suffix}"
    for name in COMPARISONS
    for quantifier in ("", "ForAllValues:", "ForAnyValue:")
    for suffix in ("", "IfExists")
    if name != "Null" or not (quantifier or suffix)
)
FITTING = {
    "numeric": "5",
    "date": "2026-01-01",
    "bool": "true",
    "null": "true",
    "ip": "10.0.0.1",
    "arn": "arn:aws:s3:::x",
    "binary": "AAAA",
}
CONTEXTS = st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from(VALUES), max_size=2))
ASKING = Principal(PrincipalKind.AWS, "arn:aws:iam::111111111111:user/a")


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    operator = draw(st.sampled_from(OPERATORS))
    base = operator.rpartition(":")[2].removesuffix("IfExists")
    fitting = FITTING.get(COMPARISONS[base].family.value)
    values = [fitting] if fitting else draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=2))
    return {operator: {draw(st.sampled_from(KEYS)): values}}


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: {**other.get(name, {}), **one.get(name, {})} for name in {*one, *other}}


def statement(block: dict[str, Any], effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Principal": "*", "Action": "*", **({"Condition": block} if block else {})}


def allows(context: dict[str, list[str]], *statements: dict[str, Any]) -> bool:
    policy = parse_policy({"Version": "2012-10-17", "Statement": list(statements)}, PolicyKind.TRUST)
    return compile_policy(policy).decide(Request("a:b", ASKING, context=context)).allowed


@given(conditions(), conditions(), CONTEXTS)
def test_adding_a_condition_never_widens_access(one: Any, other: Any, context: Any) -> None:
    if allows(context, statement(merged(one, other))):
        assert allows(context, statement(one))


@given(st.lists(conditions(), min_size=1, max_size=3), conditions(), CONTEXTS)
def test_adding_a_denial_never_allows(blocks: Any, denied: Any, context: Any) -> None:
    statements = [statement(block) for block in blocks]
    if allows(context, *statements, statement(denied, "Deny")):
        assert allows(context, *statements)


@given(st.lists(conditions(), max_size=2), conditions(), CONTEXTS)
def test_a_denial_wins_wherever_it_stands(blocks: Any, denied: Any, context: Any) -> None:
    statements = [statement(block) for block in blocks] + [statement({})]
    denial = statement(denied, "Deny")
    assert allows(context, denial, *statements) is allows(context, *statements, denial)


@given(conditions(), CONTEXTS)
def test_a_condition_that_fits_an_allow_fits_a_deny(block: Any, context: Any) -> None:
    if allows(context, statement(block)):
        assert not allows(context, statement({}), statement(block, "Deny"))


@given(conditions(), CONTEXTS)
def test_the_decision_is_the_same_alone_and_among_all_policies(block: Any, context: Any) -> None:
    policy = parse_policy({"Version": "2012-10-17", "Statement": statement(block)}, PolicyKind.TRUST)
    request = Request("sts:AssumeRole", ASKING, "arn:aws:iam::111111111111:role/r", context)
    alone, together = compile_policy(policy).decide(request), evaluate(request, resource=policy)
    assert (alone.allowed, alone.reason) == (together.allowed, together.reason)


@given(conditions(), CONTEXTS)
def test_each_decision_names_what_decided(block: Any, context: Any) -> None:
    policy = parse_policy({"Version": "2012-10-17", "Statement": statement(block)}, PolicyKind.TRUST)
    decision = compile_policy(policy).decide(Request("a:b", ASKING, context=context))
    operator, keys = next(iter(block.items()))
    assert decision.statement == "Statement[0]"
    assert decision.condition == f"{operator} {next(iter(keys))}"
    assert decision.trace[0].applies is decision.allowed
