"""Documents of unknown worth: refused with the place and the reason, quickly, and never an allow."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.identity.iam import (
    MalformedPolicyError,
    PolicyKind,
    Principal,
    PrincipalKind,
    Request,
    decide_document,
    parse_policy,
)
from alphaswarm_core.identity.iam.parsing import MAX_CHARACTERS, MAX_STATEMENTS

PROVIDER = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
ANYTHING = Request("sts:AssumeRoleWithWebIdentity", Principal(PrincipalKind.FEDERATED, PROVIDER))


def statement(**changes: Any) -> dict[str, Any]:
    found = {"Effect": "Allow", "Principal": "*", "Action": "*", **changes}
    return {name: value for name, value in found.items() if value is not None}


def document(*statements: Any, **changes: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **changes}


MALFORMED: dict[str, tuple[Any, str]] = {
    "no object": ([], "JSON object"),
    "no statement": ({"Version": "2012-10-17"}, "no statement"),
    "empty statements": (document(), "no statement"),
    "wrong version": (document(statement(), Version="2012-10-18"), "version"),
    "version of another type": (document(statement(), Version=20121017), "version"),
    "unknown element": (document(statement(), Statements=[]), "no such element"),
    "unknown element of a statement": (document(statement(Conditions={})), "no such element"),
    "element in another case": (document(statement(effect="Allow")), "no such element"),
    "statement that is a text": (document("Allow"), "JSON object"),
    "no effect": (document(statement(Effect=None)), "Allow or Deny"),
    "effect in another case": (document(statement(Effect="allow")), "Allow or Deny"),
    "effect of another type": (document(statement(Effect=["Allow"])), "Allow or Deny"),
    "no action": (document(statement(Action=None)), "neither Action"),
    "both actions": (document(statement(NotAction="a:b")), "both Action"),
    "empty action": (document(statement(Action=[])), "none of them empty"),
    "action without service": (document(statement(Action="AssumeRole")), "not an action"),
    "action of another type": (document(statement(Action={"a": "b"})), "none of them empty"),
    "no principal": (document(statement(Principal=None)), "no Principal"),
    "both principals": (document(statement(NotPrincipal="*")), "both Principal"),
    "empty principal": (document(statement(Principal={})), "principal is"),
    "unknown principal": (document(statement(Principal={"Aws": "*"})), "no kind of principal"),
    "principal with part of a wildcard": (
        document(statement(Principal={"Federated": "arn:aws:iam::*:oidc-provider/x"})),
        "no Federated principal",
    ),
    "principal that is no ARN": (document(statement(Principal={"AWS": "admin"})), "no AWS principal"),
    "resource in a trust policy": (document(statement(Resource="*")), "no Resource"),
    "empty condition": (document(statement(Condition={})), "empty"),
    "condition that is a list": (document(statement(Condition=[])), "empty"),
    "unknown operator": (document(statement(Condition={"StringEqual": {"a:b": "c"}})), "no condition operator"),
    "operator in another case": (
        document(statement(Condition={"stringequals": {"a:b": "c"}})),
        "no condition operator",
    ),
    "Null with IfExists": (document(statement(Condition={"NullIfExists": {"a:b": "true"}})), "no condition operator"),
    "Null with a set operator": (
        document(statement(Condition={"ForAllValues:Null": {"a:b": "true"}})),
        "no condition operator",
    ),
    "unknown set operator": (
        document(statement(Condition={"ForSome:StringLike": {"a:b": "c"}})),
        "no condition operator",
    ),
    "operator without keys": (document(statement(Condition={"StringEquals": {}})), "names no key"),
    "condition without values": (
        document(statement(Condition={"StringEquals": {"a:b": []}})),
        "list of values is empty",
    ),
    "value of another type": (document(statement(Condition={"StringEquals": {"a:b": None}})), "a text, a number"),
    "nested values": (document(statement(Condition={"StringEquals": {"a:b": [["c"]]}})), "a text, a number"),
    "key without prefix": (document(statement(Condition={"StringEquals": {"sub": "c"}})), "not a condition key"),
    "key twice": (document(statement(Condition={"StringEquals": {"a:b": "c", "A:B": "d"}})), "twice"),
    "no number": (document(statement(Condition={"NumericEquals": {"a:b": "x"}})), "not a number"),
    "no date": (document(statement(Condition={"DateLessThan": {"a:b": "tomorrow"}})), "not a date"),
    "no truth": (document(statement(Condition={"Bool": {"a:b": "yes"}})), "not true or false"),
    "no address": (document(statement(Condition={"IpAddress": {"a:b": "300.1.1.1"}})), "not an address"),
    "no base64": (document(statement(Condition={"BinaryEquals": {"a:b": "§"}})), "not base64"),
    "no ARN": (document(statement(Condition={"ArnLike": {"a:b": "bucket"}})), "not an ARN"),
    "no variable": (document(statement(Condition={"StringEquals": {"a:b": "${a:b"}})), "policy variable"),
    "Sid twice": (document(statement(Sid="A"), statement(Sid="A")), "Sid is there twice"),
    "Sid of another type": (document(statement(Sid=1)), "Sid"),
    "half a character": (document(statement(Sid="\ud800")), "surrogate"),
    "too many statements": (document(*[{}] * (MAX_STATEMENTS + 1)), "more than"),
    "not of JSON": (document(statement(Sid=b"x")), "not a type of JSON"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_document_is_refused_with_the_reason_and_allows_nothing(name: str) -> None:
    source, reason = MALFORMED[name]
    with pytest.raises(MalformedPolicyError, match=reason):
        parse_policy(source, PolicyKind.TRUST)
    decision = decide_document(source, PolicyKind.TRUST, ANYTHING)
    assert not decision.allowed
    assert reason in decision.reason


def test_the_same_document_allows_when_nothing_is_wrong_with_it() -> None:
    assert decide_document(document(statement()), PolicyKind.TRUST, ANYTHING).allowed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("nonsense", "not JSON"),
        ('{"Version": NaN}', "NaN"),
        ('{"Version": "2012-10-17", "Version": "2008-10-17"}', "twice"),
        ('{"Statement": {"Effect": "Deny", "Effect": "Allow"}}', "twice"),
        ("[" * 100_000, "nested too deeply|not JSON"),
        ('{"a":' * 40_000, "nested too deeply|not JSON"),
        ('{"Version": ' + "1" * 5000 + "}", "JSON|version"),
        ('{"Statement": ' + "[" * 20 + "]" * 20 + "}", "levels deep"),
        ("\ufeff{}", "JSON"),
    ],
)
def test_text_is_refused_when_it_is_hostile(text: str, reason: str) -> None:
    with pytest.raises(MalformedPolicyError, match=reason):
        parse_policy(text, PolicyKind.TRUST)


@pytest.mark.parametrize("as_text", [True, False])
def test_a_megabyte_of_statements_is_refused(as_text: bool) -> None:
    source = document(*[statement(Sid=f"S{number}") for number in range(20_000)])
    text = json.dumps(source)
    assert len(text) > 1_000_000 > MAX_CHARACTERS
    with pytest.raises(MalformedPolicyError, match=str(MAX_CHARACTERS)):
        parse_policy(text if as_text else source, PolicyKind.TRUST)


def test_error_names_the_place_and_what_was_probably_meant() -> None:
    source = document(statement(), statement(Sid="Apply", Condition={"StringsLike": {"a:b": "c"}}))
    with pytest.raises(MalformedPolicyError) as caught:
        parse_policy(source, PolicyKind.TRUST)
    assert caught.value.where == "Statement[1] (Apply).Condition"
    assert "StringLike" in str(caught.value.fix)


def test_identity_policy_needs_a_resource_and_no_principal() -> None:
    good = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    assert len(parse_policy(good, PolicyKind.IDENTITY).statements) == 1
    for wrong in ({"Principal": "*"}, {"Resource": "bucket"}, {"NotResource": "*"}):
        with pytest.raises(MalformedPolicyError):
            parse_policy({**good, "Statement": {**good["Statement"], **wrong}}, PolicyKind.IDENTITY)  # type: ignore[dict-item]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["Allow", "*", "a:b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Version", "Statement", "Effect", "Action", "Principal", "Condition", "Null", "a:b", "x"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_parser_raises_nothing_but_its_own_error(source: Any) -> None:
    try:
        parse_policy(source, PolicyKind.TRUST)
    except MalformedPolicyError:
        assert not decide_document(source, PolicyKind.TRUST, ANYTHING).allowed


@given(st.text(max_size=60) | JSON.map(json.dumps))
def test_parser_raises_nothing_but_its_own_error_on_text(text: str) -> None:
    try:
        parse_policy(text, PolicyKind.RESOURCE)
    except MalformedPolicyError:
        assert not decide_document(text, PolicyKind.RESOURCE, ANYTHING).allowed


@given(st.data())
def test_a_damaged_element_never_allows(data: st.DataObject) -> None:
    whole = statement(Condition={"StringEquals": {"a:b": "c"}})
    damaged = {**whole, data.draw(st.sampled_from(sorted(whole))): data.draw(JSON)}
    context = data.draw(st.dictionaries(st.sampled_from(["a:b", "x:y"]), st.just(["c"])))
    request = Request(ANYTHING.action, ANYTHING.principal, context=context)
    decision = decide_document(document(damaged), PolicyKind.TRUST, request)
    try:
        parse_policy(document(damaged), PolicyKind.TRUST)
    except MalformedPolicyError:
        assert not decision.allowed
