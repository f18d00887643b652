"""The proof and the evaluator agree, on random policies, for all of many tokens."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alphaswarm_core.identity.iam import PolicyKind, compile_policy, parse_policy, web_identity_request
from alphaswarm_core.identity.proof import Intent, Verdict, prove

from .samples import APPLY, LEGACY, MAIN, PLAN, PROVIDER, key, policy, statement, tokens

TOKENS = [(claims, web_identity_request(claims, PROVIDER)) for claims in tokens()]
VALUES = {
    "aud": ["sts.amazonaws.com", "*"],
    "sub": [
        "repo:Org/app:environment:prod",
        "repo:Org/app:*",
        "repo:Org@45/app@123:environment:prod",
        "repo:Org@45/*:ref:refs/heads/main",
        "repo:*:pull_request",
        "repo:Org/app:ref:refs/heads/*",
        "*:environment:p?od",
        "*",
    ],
    "repository_id": ["123", "12?", "*"],
    "repository_owner_id": ["45", "8"],
    "ref": ["refs/heads/main", "refs/pull/*/merge", "refs/heads/?", "*"],
    "environment": ["prod", "d*", "PROD"],
    "job_workflow_ref": ["Org/app/.github/workflows/apply.yml@refs/heads/main", "*/apply.yml@*", "Org/*"],
    "repository": ["Org/app", "Org/*", "*/app"],
    "event_name": ["push"],
    "actor": ["mallory", "${aws:username}", "m*"],
}
OPERATORS = [
    "StringEquals",
    "StringLike",
    "StringEquals",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringEqualsIfExists",
    "StringNotLikeIfExists",
    "ForAllValues:StringEquals",
    "ForAllValues:StringNotLike",
    "ForAnyValue:StringLike",
    "ForAnyValue:StringNotEquals",
    "ForAnyValue:StringLikeIfExists",
    "ArnNotLikeIfExists",
    "Null",
]


@st.composite
def conditions(draw: st.DrawFn, most: int) -> dict[str, Any]:
    block: dict[str, dict[str, Any]] = {}
    for claim in draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=most, unique=True)):
        operator = draw(st.sampled_from(OPERATORS))
        values: Any = draw(st.lists(st.sampled_from(VALUES[claim]), min_size=1, max_size=2, unique=True))
        if operator == "Null":
            values = draw(st.sampled_from(["true", "false"]))
        if operator.startswith("Arn"):
            values = "arn:aws:*:*:*:x*"
        block.setdefault(operator, {})[key(claim)] = values
    return block


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    narrow = {"StringEquals": {key("aud"): "sts.amazonaws.com", key("sub"): "repo:Org@45/app@123:environment:prod"}}
    allowances = [statement(draw(conditions(8))) for _ in range(draw(st.integers(0, 2)))]
    nearly = {**draw(conditions(3)), **narrow}
    denials = [statement(draw(conditions(2)), "Deny") for _ in range(draw(st.integers(0, 2)))]
    return policy(statement(nearly), *allowances, *denials)


@given(policies(), st.sampled_from([APPLY, PLAN, Intent.of([LEGACY], [MAIN]), Intent(())]))
@settings(max_examples=250, deadline=None)
def test_proof_and_evaluation_agree(document: dict[str, Any], intent: Intent) -> None:
    parsed = parse_policy(document, PolicyKind.TRUST)
    compiled = compile_policy(parsed)
    result = prove(parsed, intent)
    admitted = [
        claims for claims, request in TOKENS if compiled.decide(request).allowed and not intent.includes(claims)
    ]
    if result.verdict is Verdict.PROVED:
        assert not admitted
    for witness in result.witnesses:
        assert not intent.includes(witness.claims)
        assert compiled.decide(web_identity_request(witness.claims, PROVIDER, extra=witness.request)).allowed
    assert bool(result.witnesses) is (result.verdict is Verdict.VIOLATED)


@given(policies())
@settings(max_examples=100, deadline=None)
def test_denial_of_everything_is_proved_for_an_intent_of_nobody(document: dict[str, Any]) -> None:
    document["Statement"].append(statement(None, "Deny"))
    assert prove(parse_policy(document, PolicyKind.TRUST), Intent(())).verdict is Verdict.PROVED


@given(st.lists(st.sampled_from(VALUES["sub"]), min_size=1, max_size=3))
@settings(max_examples=50, deadline=None)
def test_admitted_token_is_never_missed_when_only_strings_are_compared(subjects: list[str]) -> None:
    document = policy(statement({"StringLike": {key("sub"): subjects}}))
    compiled = compile_policy(parse_policy(document, PolicyKind.TRUST))
    result = prove(parse_policy(document, PolicyKind.TRUST), Intent(()))
    assert result.verdict is Verdict.VIOLATED
    assert any(compiled.decide(request).allowed for _, request in TOKENS)
