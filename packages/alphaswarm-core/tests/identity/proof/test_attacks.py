"""The known attacks on a GitHub trust, each as a policy that has to be caught with a token, beside sound policies."""

from collections.abc import Callable
from typing import Any

import pytest

from alphaswarm_core.identity.iam import PolicyKind, compile_policy, parse_policy, web_identity_request
from alphaswarm_core.identity.proof import (
    ContextKind,
    Intent,
    IntentError,
    JobContext,
    Repository,
    Verdict,
    prove,
    trust_policy,
)

from .samples import (
    APPLY,
    IMMUTABLE,
    LEGACY,
    MAIN,
    PLAN,
    PRODUCTION,
    PROVIDER,
    PULL_REQUEST,
    Conditions,
    Document,
    apply_policy,
    key,
    policy,
    proof_of,
    statement,
)

AUD = {key("aud"): "sts.amazonaws.com"}


def without(*claims: str) -> Callable[[Conditions], None]:
    def change(block: Conditions) -> None:
        for claim in claims:
            del block["StringEquals"][key(claim)]

    return change


def moved(claim: str, operator: str, value: Any = None) -> Callable[[Conditions], None]:
    """The claim's condition under another operator."""

    def change(block: Conditions) -> None:
        kept = block["StringEquals"].pop(key(claim))
        block.setdefault(operator, {})[key(claim)] = kept if value is None else value

    return change


def renamed(claim: str, name: str, operator: str) -> Callable[[Conditions], None]:
    def change(block: Conditions) -> None:
        block[operator] = {key(name): block["StringEquals"].pop(key(claim))}

    return change


def subject_only(value: str, operator: str = "StringLike") -> Document:
    block: Conditions = {"StringEquals": {**AUD}}
    block.setdefault(operator, {})[key("sub")] = value
    return policy(statement(block))


ATTACKS: dict[str, Document] = {
    "4.1 no condition at all": policy(statement(None)),
    "4.1 audience only": policy(statement({"StringEquals": AUD})),
    "4.1 no sub, the rest pinned": apply_policy(without("sub")),
    "no audience": apply_policy(without("aud")),
    "4.2 any subject": subject_only("*"),
    "4.2 every repository of the organisation": subject_only("repo:Org/*"),
    "4.2 organisations that begin alike": subject_only("repo:Org*"),
    "4.2 every context": subject_only("repo:Org/app:*"),
    "4.2 environments that begin alike": subject_only("repo:Org/app:environment:prod*"),
    "4.2 any one character": subject_only("repo:Org/ap?:environment:prod"),
    "4.2 unanchored": subject_only("*:environment:prod"),
    "4.2 immutable, every context": subject_only("repo:Org@45/app@123:*"),
    "4.3 ForAllValues subject": subject_only("repo:Org@45/app@123:environment:prod", "ForAllValues:StringEquals"),
    "4.3 IfExists subject": subject_only("repo:Org@45/app@123:environment:prod", "StringEqualsIfExists"),
    "4.3 ForAllValues on a young claim": apply_policy(moved("job_workflow_ref", "ForAllValues:StringEquals")),
    "4.3 ForAllValues on the id": apply_policy(moved("repository_id", "ForAllValues:StringLike")),
    "4.3 IfExists on the id": apply_policy(moved("repository_id", "StringEqualsIfExists")),
    "4.3 IfExists on the ref": apply_policy(moved("ref", "StringLikeIfExists")),
    "4.3 negated subject": subject_only("repo:evil/*", "StringNotLike"),
    "4.3 negated ref": apply_policy(moved("ref", "StringNotEquals", "refs/heads/x")),
    "4.3 ForAnyValue, negated": apply_policy(moved("ref", "ForAnyValue:StringNotEquals", "refs/heads/x")),
    "4.3 misspelt key under ForAllValues": apply_policy(
        renamed("repository_id", "repositry_id", "ForAllValues:StringEquals")
    ),
    "4.3 misspelt key under IfExists": apply_policy(
        renamed("job_workflow_ref", "job_workfow_ref", "StringEqualsIfExists")
    ),
    "4.3 a key that AWS does not know, negated": apply_policy(renamed("ref", "event_name", "StringNotEquals")),
    "4.3 Null": apply_policy(moved("ref", "Null", "false")),
    "4.3 case does not count": apply_policy(moved("job_workflow_ref", "StringEqualsIgnoreCase")),
    "4.4 a second, looser statement": policy(
        apply_policy()["Statement"][0], statement({"StringEquals": AUD, "StringLike": {key("sub"): "repo:Org/*"}})
    ),
    "4.4 conditions split over two statements": policy(
        statement({"StringEquals": {**AUD, key("repository_id"): "123", key("repository_owner_id"): "45"}}),
        statement({"StringEquals": {key("sub"): "repo:Org/app:environment:prod"}}),
    ),
    "4.5 the environment or the ref": policy(
        statement(
            {
                "StringEquals": {
                    **AUD,
                    key("sub"): ["repo:Org/app:environment:prod", "repo:Org/app:ref:refs/heads/main"],
                    key("repository_id"): "123",
                    key("repository_owner_id"): "45",
                    key("ref"): "refs/heads/main",
                }
            }
        )
    ),
    "4.6 any workflow file": apply_policy(without("job_workflow_ref")),
    "4.6 any branch": apply_policy(without("ref")),
    "4.6 files that end alike": apply_policy(moved("job_workflow_ref", "StringLike", "*apply.yml@refs/heads/main")),
    "4.7 no ids": apply_policy(without("repository_id", "repository_owner_id")),
    "4.7 no repository id": apply_policy(without("repository_id")),
    "4.7 no owner id": apply_policy(without("repository_owner_id")),
    "a wildcard principal": policy(statement({"StringEquals": AUD}, Principal="*")),
    "all but one provider": policy(
        {
            **{name: value for name, value in statement({"StringEquals": AUD}).items() if name != "Principal"},
            "NotPrincipal": {"Federated": "arn:aws:iam::111111111111:saml-provider/x"},
        }
    ),
    "NotAction": policy(
        {
            **{name: value for name, value in statement({"StringEquals": AUD}).items() if name != "Action"},
            "NotAction": "sts:TagSession",
        }
    ),
    "a denial that covers too little": policy(
        statement({"StringEquals": AUD}), statement({"StringNotLike": {key("sub"): "repo:Org/*"}}, "Deny")
    ),
    "a denial that IfExists undoes": policy(
        *apply_policy(without("repository_id"))["Statement"],
        statement({"ForAnyValue:StringNotEquals": {key("repository_id"): "123"}}, "Deny"),
    ),
    "a customised subject": subject_only("*:job_workflow_ref:Org/app/*"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_caught_with_a_token_that_really_gets_in(name: str) -> None:
    document = ATTACKS[name]
    result = proof_of(document, APPLY)
    assert result.verdict is Verdict.VIOLATED, result
    compiled = compile_policy(parse_policy(document, PolicyKind.TRUST))
    for witness in result.witnesses:
        request = web_identity_request(witness.claims, PROVIDER, extra=witness.request)
        assert compiled.decide(request).allowed
        assert not APPLY.includes(witness.claims)


SOUND: dict[str, tuple[Document, Intent]] = {
    "apply, one repository": (apply_policy(), APPLY),
    "plan, both formats": (trust_policy(PLAN, PROVIDER), PLAN),
    "the environment is in the subject already": (apply_policy(without("environment")), APPLY),
    "ids in an immutable subject": (
        subject_only("repo:Org@45/app@123:environment:prod", "StringEquals"),
        Intent.of([LEGACY], [JobContext(ContextKind.ENVIRONMENT, "prod")]),
    ),
    "wildcards that stay inside the intent": (
        apply_policy(moved("sub", "StringLike", "repo:?rg/ap?:environment:prod")),
        APPLY,
    ),
    "case in what has none": (apply_policy(moved("repository_id", "StringEqualsIgnoreCase")), APPLY),
    "set operator that needs a value": (apply_policy(moved("ref", "ForAnyValue:StringEquals")), APPLY),
    "a misspelt key that nothing can have": (apply_policy(renamed("ref", "reff", "StringEquals")), APPLY),
    "a denial makes up for what the allowance lacks": (
        policy(
            *apply_policy(without("repository_id"))["Statement"],
            statement({"StringNotEquals": {key("repository_id"): "123"}}, "Deny"),
        ),
        APPLY,
    ),
    "everything is denied": (policy(statement(None), statement(None, "Deny")), Intent(())),
    "the denial has another way to say it": (
        policy(
            *apply_policy(without("repository_id"))["Statement"],
            statement({"StringNotLike": {key("repository_id"): "12?"}}, "Deny"),
            statement(
                {"StringEquals": {key("repository_id"): [f"12{digit}" for digit in (0, 1, 2, 4, 5, 6, 7, 8, 9)]}},
                "Deny",
            ),
            statement({"StringLike": {key("repository_id"): "12*", "sts:RoleSessionName": "x"}}, "Deny"),
        ),
        APPLY,
    ),
    "numbers that only narrow": (
        policy(statement({**apply_policy()["Statement"][0]["Condition"], "NumericLessThan": {"aws:EpochTime": 5}})),
        APPLY,
    ),
    "a variable that only narrows": (
        policy(
            statement({**apply_policy()["Statement"][0]["Condition"], "StringLike": {key("actor"): "${aws:x, 'y'}"}})
        ),
        APPLY,
    ),
    "another action": (policy(statement(None, Action="sts:AssumeRole")), Intent(())),
    "environment with a colon": (
        trust_policy(Intent.of([LEGACY], [JobContext(ContextKind.ENVIRONMENT, "a:b")]), PROVIDER),
        Intent.of([LEGACY], [JobContext(ContextKind.ENVIRONMENT, "a:b")]),
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_sound_policy_is_proved(name: str) -> None:
    document, intent = SOUND[name]
    result = proof_of(document, intent)
    assert result.verdict is Verdict.PROVED, result


def test_intended_tokens_are_not_refused_by_the_policy_that_the_intent_renders() -> None:
    compiled = compile_policy(parse_policy(trust_policy(APPLY, PROVIDER), PolicyKind.TRUST))
    claims = {
        "aud": "sts.amazonaws.com",
        "sub": "repo:Org/app:environment:prod",
        "repository_id": "123",
        "repository_owner_id": "45",
        "ref": "refs/heads/main",
        "environment": "prod",
        "job_workflow_ref": "Org/app/.github/workflows/apply.yml@refs/heads/main",
    }
    assert APPLY.includes(claims)
    assert compiled.decide(web_identity_request(claims, PROVIDER)).allowed


@pytest.mark.parametrize("context", [PRODUCTION, PULL_REQUEST, MAIN])
def test_each_kind_of_job_is_caught_when_it_is_not_meant(context: JobContext) -> None:
    others = [other for other in (PRODUCTION, PULL_REQUEST, MAIN) if other is not context]
    result = proof_of(trust_policy(Intent.of([LEGACY, IMMUTABLE], [context]), PROVIDER), Intent.of([LEGACY], others))
    assert result.verdict is Verdict.VIOLATED
    assert {witness.claims["repository_id"] for witness in result.witnesses} == {"123", "124"}


def test_pull_request_target_is_caught_when_the_plan_role_does_not_pin_the_merge_ref() -> None:
    document = policy(
        statement(
            {
                "StringEquals": {
                    **AUD,
                    key("sub"): "repo:Org/app:pull_request",
                    key("repository_id"): "123",
                    key("repository_owner_id"): "45",
                }
            }
        )
    )
    result = proof_of(document, Intent.of([LEGACY], [PULL_REQUEST]))
    assert result.witnesses[0].claims["ref"] == "refs/heads/main"


def test_witness_names_the_claims_on_whose_presence_the_policy_relies() -> None:
    result = proof_of(apply_policy(moved("repository_id", "StringEqualsIfExists")), APPLY)
    assert result.witnesses[0].hidden == ("repository_id",)
    assert "repository_id" not in result.witnesses[0].claims


def test_witness_has_the_keys_that_the_caller_chooses() -> None:
    document = policy(statement({"StringEquals": {**AUD, "sts:RoleSessionName": "let-me-in"}}))
    result = proof_of(document, APPLY)
    assert result.witnesses[0].request == {"sts:rolesessionname": ("let-me-in",)}


@pytest.mark.parametrize(
    "block",
    [
        {"NumericLessThan": {"aws:MultiFactorAuthAge": "10"}},
        {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::x*"}},
        {"BinaryEquals": {"aws:x": "AAAA"}},
    ],
)
def test_violation_is_found_behind_conditions_that_automata_cannot_express(block: Conditions) -> None:
    assert proof_of(policy(statement({"StringEquals": AUD, **block})), APPLY).verdict is Verdict.VIOLATED


def test_no_verdict_when_the_only_way_in_needs_a_value_that_cannot_be_made() -> None:
    document = policy(statement({"StringEquals": AUD, "StringLike": {key("actor"): "${aws:username}-x"}}))
    result = proof_of(document, APPLY)
    assert result.verdict is Verdict.UNDECIDED
    assert "Statement[0]" in result.reason


def test_no_verdict_when_patterns_need_too_many_states() -> None:
    entangled = "*a" + "?" * 40
    result = proof_of(policy(statement({"StringEquals": AUD, "StringLike": {key("workflow"): entangled}})), APPLY)
    assert result.verdict is Verdict.UNDECIDED
    assert "states" in result.reason


def test_violation_is_still_reported_when_another_statement_cannot_be_decided() -> None:
    entangled = statement({"StringEquals": AUD, "StringLike": {key("workflow"): "*a" + "?" * 40}})
    result = proof_of(policy(entangled, statement({"StringEquals": AUD})), APPLY)
    assert result.verdict is Verdict.VIOLATED
    assert result.undecided


def test_denial_that_cannot_be_decided_is_not_relied_on() -> None:
    denial = statement({"NumericLessThanIfExists": {key("repository_id"): "5"}}, "Deny")
    assert (
        proof_of(policy(*apply_policy(without("repository_id"))["Statement"], denial), APPLY).verdict
        is Verdict.VIOLATED
    )


def test_no_verdict_for_another_issuer_of_github() -> None:
    document = apply_policy()
    document["Statement"].append(statement(None, Principal={"Federated": f"{PROVIDER}/enterprise"}))
    result = proof_of(document, APPLY)
    assert result.verdict is Verdict.UNDECIDED
    assert result.uncovered == ("Statement[1]",)


def test_enterprise_issuer_is_proved_under_its_own_name() -> None:
    issuer = "token.actions.githubusercontent.com/enterprise"
    provider = f"arn:aws:iam::111111111111:oidc-provider/{issuer}"
    document = trust_policy(APPLY, provider, issuer=issuer)
    assert prove(parse_policy(document, PolicyKind.TRUST), APPLY, issuer=issuer).verdict is Verdict.PROVED
    document["Statement"][0]["Condition"]["StringEquals"].pop(f"{issuer}:repository_id")
    assert prove(parse_policy(document, PolicyKind.TRUST), APPLY, issuer=issuer).verdict is Verdict.VIOLATED


def test_other_principals_are_named_as_not_covered() -> None:
    document = apply_policy()
    document["Statement"].append(
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "sts:AssumeRole"}
    )
    result = proof_of(document, APPLY)
    assert result.verdict is Verdict.PROVED
    assert result.uncovered == ("Statement[1]",)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Repository("no-slash", "1", "2"),
        lambda: Repository("a/b", "", "2"),
        lambda: Repository("a/b", "1", "x"),
        lambda: JobContext(ContextKind.ENVIRONMENT),
        lambda: JobContext(ContextKind.PULL_REQUEST, "prod"),
        lambda: JobContext(ContextKind.REF),
    ],
)
def test_intent_is_refused_when_it_is_incomplete(make: Callable[[], object]) -> None:
    with pytest.raises(IntentError):
        make()


def test_no_proof_when_a_request_with_several_values_slips_between_allow_and_deny() -> None:
    allowance = statement({"StringEquals": AUD, "ForAnyValue:StringEquals": {"aws:TagKeys": "a"}})
    denial = statement({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, "Deny")
    assert proof_of(policy(allowance, denial), APPLY).verdict is not Verdict.PROVED
    compiled = compile_policy(parse_policy(policy(allowance, denial), PolicyKind.TRUST))
    claims = {"aud": "sts.amazonaws.com", "sub": "repo:evil/app:pull_request"}
    request = web_identity_request(claims, PROVIDER, extra={"aws:TagKeys": ["a", "b"]})
    assert compiled.decide(request).allowed


def test_witness_with_a_customised_subject_has_the_claims_that_it_spells() -> None:
    result = proof_of(subject_only("repository_id:77:actor:alice", "StringEquals"), APPLY)
    assert result.verdict is Verdict.VIOLATED
    assert (result.witnesses[0].claims["repository_id"], result.witnesses[0].claims["actor"]) == ("77", "alice")
