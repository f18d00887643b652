"""Every condition operator, as AWS documents it: what fits, what does not, and what a missing key does."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from alphaswarm_core.identity.iam import (
    Condition,
    Effect,
    MalformedRequestError,
    Patterns,
    Policy,
    PolicyKind,
    Principal,
    PrincipalKind,
    Principals,
    Request,
    Statement,
    compile_policy,
    parse_policy,
)
from alphaswarm_core.identity.iam.operators import COMPARISONS, parse_operator

ASKING = Principal(PrincipalKind.AWS, "arn:aws:iam::111111111111:user/a")


def fits(
    operator: str,
    wanted: Any,
    found: Sequence[str] | None,
    *,
    effect: str = "Allow",
    version: str = "2012-10-17",
    more: Mapping[str, list[str]] | None = None,
) -> bool:
    """Whether a statement with one condition applies to a request."""
    document = {
        "Version": version,
        "Statement": [
            {"Effect": effect, "Principal": "*", "Action": "*", "Condition": {operator: {"test:Key": wanted}}},
            {"Effect": "Allow", "Principal": "*", "Action": "*"},
        ][: 1 if effect == "Allow" else 2],
    }
    context = {**({} if found is None else {"TEST:key": list(found)}), **(more or {})}
    allowed = (
        compile_policy(parse_policy(document, PolicyKind.TRUST)).decide(Request("a:b", ASKING, context=context)).allowed
    )
    return allowed is (effect == "Allow")


@pytest.mark.parametrize(
    ("operator", "wanted", "fitting", "other"),
    [
        ("StringEquals", "ab", "ab", "aB"),
        ("StringEquals", "a*", "a*", "ab"),
        ("StringEquals", ["x", "ab"], "ab", "a"),
        ("StringEquals", "", "", "x"),
        ("StringNotEquals", ["x", "y"], "ab", "y"),
        ("StringEqualsIgnoreCase", "aB", "Ab", "abc"),
        ("StringNotEqualsIgnoreCase", "aB", "abc", "AB"),
        ("StringLike", "a*c", "a/b:c", "a/b:d"),
        ("StringLike", "a?c", "abc", "ac"),
        ("StringLike", "*", "", None),
        ("StringLike", "a${*}", "a*", "ab"),
        ("StringLike", "refs/pull/*/merge", "refs/pull/7/merge", "refs/pull/7/merge2"),
        ("StringLike", "*a*b*", "xaxbx\n", "xbxax"),
        ("StringNotLike", ["a*", "b*"], "c", "bx"),
        ("NumericEquals", "5", "5.0", "6"),
        ("NumericEquals", 5, "05", "50"),
        ("NumericNotEquals", "5", "6", "5.00"),
        ("NumericLessThan", "5", "-1", "5"),
        ("NumericLessThanEquals", "5", "5", "5.1"),
        ("NumericGreaterThan", "5", "5.1", "5"),
        ("NumericGreaterThanEquals", ["9", "5"], "5", "4"),
        ("DateEquals", "2026-01-31T08:00:00Z", "2026-01-31T09:00:00+01:00", "2026-01-31T08:00:01Z"),
        ("DateNotEquals", "2026-01-31", "2026-02-01", "2026-01-31T00:00:00Z"),
        ("DateLessThan", "2026-01-31T08:00:00Z", "2026-01-30", "2026-01-31T08:00:00Z"),
        ("DateLessThanEquals", "1700000000", "1700000000", "1700000001"),
        ("DateGreaterThan", "2026-01-31T08:00:00Z", "2026-02", "2025-12"),
        ("DateGreaterThanEquals", "2026-01-31", "2026-01-31", "2026-01-30"),
        ("Bool", "true", "TRUE", "false"),
        ("Bool", False, "false", "true"),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", "QmluYXJ6"),
        ("IpAddress", "203.0.113.0/24", "203.0.113.9", "203.0.114.9"),
        ("IpAddress", "203.0.113.9", "203.0.113.9", "203.0.113.8"),
        ("IpAddress", ["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", "2001:db9::1"),
        ("NotIpAddress", "203.0.113.0/24", "203.0.114.9", "203.0.113.9"),
        (
            "ArnEquals",
            "arn:aws:sns:*:111111111111:t*",
            "arn:aws:sns:eu-west-1:111111111111:topic",
            "arn:aws:sns:a:b:topic",
        ),
        ("ArnLike", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x:y/z", "arn:aws:s3:::c/x"),
        ("ArnLike", "arn:aws:*:*:*:x", "arn:aws:s3:::x", "arn:aws:s3:a:b:c:x"),
        ("ArnNotEquals", "arn:aws:s3:::b", "arn:aws:s3:::c", "arn:aws:s3:::b"),
        ("ArnNotLike", "arn:aws:s3:::b*", "arn:aws:s3:::c", "arn:aws:s3:::bc"),
        ("Null", "true", None, "x"),
        ("Null", "false", "x", None),
        ("Null", ["true", "false"], "x", "nothing"),
    ],
)
def test_operator_fits_what_it_says_and_nothing_else(
    operator: str, wanted: Any, fitting: str | None, other: str | None
) -> None:
    assert fits(operator, wanted, None if fitting is None else [fitting])
    if other != "nothing":
        assert not fits(operator, wanted, None if other is None else [other])


SAMPLES = {"string": "x", "numeric": "1", "date": "2026-01-01", "bool": "true", "binary": "AAAA", "ip": "10.0.0.1"}
VALUES = {
    name: SAMPLES.get(comparison.family.value.split("-")[0], "arn:aws:s3:::x")
    for name, comparison in COMPARISONS.items()
    if name != "Null"
}


@pytest.mark.parametrize("name", VALUES)
def test_missing_key_means_what_aws_documents(name: str) -> None:
    negated = COMPARISONS[name].negated
    assert fits(name, VALUES[name], None) is negated
    assert fits(f"{name}IfExists", VALUES[name], None)
    assert fits(f"ForAllValues:{name}", VALUES[name], None)
    assert fits(f"ForAllValues:{name}IfExists", VALUES[name], None)
    assert not fits(f"ForAnyValue:{name}", VALUES[name], None)
    assert fits(f"ForAnyValue:{name}IfExists", VALUES[name], None)
    assert fits(name, VALUES[name], None, effect="Deny") is negated


@pytest.mark.parametrize("name", VALUES)
def test_key_that_is_there_is_compared_also_with_ifexists(name: str) -> None:
    value = VALUES[name]
    same = fits(name, value, [value])
    for form in (f"{name}IfExists", f"ForAllValues:{name}", f"ForAnyValue:{name}", f"ForAnyValue:{name}IfExists"):
        assert fits(form, value, [value]) is same


@pytest.mark.parametrize(
    ("operator", "found", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "c"], False),
        ("ForAllValues:StringEquals", [""], True),
        ("ForAnyValue:StringEquals", ["c", "b"], True),
        ("ForAnyValue:StringEquals", ["c", "d"], False),
        ("ForAnyValue:StringEquals", [""], False),
        ("ForAllValues:StringNotEquals", ["c", "d"], True),
        ("ForAllValues:StringNotEquals", ["c", "a"], False),
        ("ForAnyValue:StringNotEquals", ["a", "c"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], False),
    ],
)
def test_set_operator_takes_several_values_together(operator: str, found: list[str], expected: bool) -> None:
    assert fits(operator, ["a", "b"], found) is expected


def test_several_values_without_a_set_operator_fit_no_allow_partly_and_every_deny() -> None:
    assert fits("StringEquals", ["a", "b"], ["a", "b"])
    assert not fits("StringEquals", "a", ["a", "c"])
    assert fits("StringEquals", "a", ["a", "c"], effect="Deny")
    assert not fits("StringNotEquals", "a", ["a", "c"])
    assert fits("StringNotEquals", "a", ["a", "c"], effect="Deny")


@pytest.mark.parametrize(
    ("operator", "wanted", "found"),
    [
        ("NumericLessThan", "5", "many"),
        ("NumericNotEquals", "5", "5e9999"),
        ("DateGreaterThan", "2026-01-01", "now"),
        ("IpAddress", "10.0.0.0/8", "10.0.0.1%eth0"),
        ("NotIpAddress", "10.0.0.0/8", "localhost"),
        ("Bool", "true", "yes"),
        ("BinaryEquals", "AAAA", "§"),
        ("ArnNotLike", "arn:aws:s3:::x", "x"),
    ],
)
def test_what_cannot_be_compared_fits_no_allow_and_every_deny(operator: str, wanted: str, found: str) -> None:
    assert not fits(operator, wanted, [found])
    assert fits(operator, wanted, [found], effect="Deny")


def test_several_keys_and_operators_all_have_to_fit() -> None:
    document = {
        "Statement": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "*",
            "Condition": {"StringEquals": {"t:a": "1", "t:b": "2"}, "StringLike": {"t:a": "?"}},
        }
    }
    compiled = compile_policy(parse_policy(document, PolicyKind.TRUST))
    assert compiled.decide(Request("a:b", ASKING, context={"t:a": ["1"], "t:b": ["2"]})).allowed
    decision = compiled.decide(Request("a:b", ASKING, context={"t:a": ["1"]}))
    assert not decision.allowed
    assert decision.condition == "StringEquals t:b"
    assert "no such key" in decision.reason


@pytest.mark.parametrize(
    ("wanted", "tag", "found", "expected"),
    [
        ("team-${aws:PrincipalTag/team}", ["red"], "team-red", True),
        ("team-${aws:PrincipalTag/team}", ["red"], "team-blue", False),
        ("team-${aws:PrincipalTag/team}", None, "team-", False),
        ("team-${aws:PrincipalTag/team}", ["a", "b"], "team-a", False),
        ("team-${aws:PrincipalTag/team, 'all'}", None, "team-all", True),
        ("team-${aws:PrincipalTag/team, 'all'}", ["red"], "team-all", False),
        ("team-${aws:PrincipalTag/team}", ["*"], "team-red", False),
        ("${$}{x}", None, "${x}", True),
        ("${?}", None, "?", True),
        ("${*}", None, "x", False),
    ],
)
def test_variable_stands_for_the_requests_value(wanted: str, tag: list[str] | None, found: str, expected: bool) -> None:
    context = {} if tag is None else {"AWS:principaltag/Team": tag}
    assert fits("StringLike", wanted, [found], more=context) is expected


def test_variable_is_plain_text_in_the_old_language() -> None:
    assert fits("StringEquals", "${aws:username}", ["${aws:username}"], version="2008-10-17")
    assert not fits("StringEquals", "${aws:username}", ["bob"], version="2008-10-17", more={"aws:username": ["bob"]})
    assert fits("StringEquals", "${aws:username}", ["bob"], more={"aws:username": ["bob"]})


def test_negation_with_a_variable_without_value_fits_no_allow_and_every_deny() -> None:
    assert not fits("StringNotEquals", "${aws:username}", ["bob"])
    assert fits("StringNotEquals", "${aws:username}", ["bob"], effect="Deny")


@pytest.mark.parametrize("name", ["Equals", "StringLikes", "ForAllValues:", "ForAny:StringEquals", "NullIfExists", ""])
def test_unknown_operator_never_allows_and_always_denies(name: str) -> None:
    condition = Condition(parse_operator(name), "a:b", ("c",))
    for context in ({}, {"a:b": ["c"]}, {"a:b": ["d"]}):
        request = Request("a:b", ASKING, context=context)
        parts: dict[str, Any] = {"actions": Patterns(("*",)), "principals": Principals(everyone=True)}
        guarded = Statement(0, Effect.ALLOW, conditions=(condition,), **parts)
        denial = Statement(1, Effect.DENY, conditions=(condition,), **parts)
        free = Statement(2, Effect.ALLOW, **parts)
        assert not compile_policy(Policy(PolicyKind.TRUST, (guarded,))).decide(request).allowed
        assert not compile_policy(Policy(PolicyKind.TRUST, (denial, free))).decide(request).allowed
        assert compile_policy(Policy(PolicyKind.TRUST, (free,))).decide(request).allowed


def test_request_is_refused_when_its_context_is_ambiguous() -> None:
    with pytest.raises(MalformedRequestError):
        Request("a:b", ASKING, context={"a:b": ["1"], "A:b": ["2"]})
    with pytest.raises(MalformedRequestError):
        Request("a:b", ASKING, context={"a:b": "text"})
    assert Request("a:b", ASKING, context={"a:b": []}).folded == {}
