"""Policies taken together, principals, actions and resources."""

from typing import Any

import pytest

from alphaswarm_core.identity.iam import (
    Decision,
    Policy,
    PolicyKind,
    Principal,
    PrincipalKind,
    Request,
    evaluate,
    parse_policy,
)

ACCOUNT, OTHER = "111111111111", "222222222222"
SESSION = Principal(PrincipalKind.AWS, f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/run-1")
USER = Principal(PrincipalKind.AWS, f"arn:aws:iam::{ACCOUNT}:user/bob")
BUCKET = "arn:aws:s3:::bucket/key"


def identity(action: Any = "*", resource: Any = "*", effect: str = "Allow", **more: Any) -> Policy:
    body = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return parse_policy({"Version": "2012-10-17", "Statement": body}, PolicyKind.IDENTITY)


def of_resource(principal: Any, effect: str = "Allow", name: str = "Principal") -> Policy:
    body = {"Effect": effect, name: principal, "Action": "*", "Resource": "*"}
    return parse_policy({"Version": "2012-10-17", "Statement": body}, PolicyKind.RESOURCE)


def trust(principal: Any, effect: str = "Allow", name: str = "Principal") -> Policy:
    return parse_policy({"Statement": {"Effect": effect, name: principal, "Action": "sts:*"}}, PolicyKind.TRUST)


def reading(asking: Principal = SESSION, owner: str = ACCOUNT) -> Request:
    return Request("s3:GetObject", asking, BUCKET, resource_account=owner)


READ, NOTHING = identity("s3:Get*"), identity("ec2:*")
DENIES = identity("s3:*", effect="Deny")


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        ({}, False),
        ({"identity": [READ]}, True),
        ({"identity": [NOTHING]}, False),
        ({"identity": [READ, DENIES]}, False),
        ({"identity": [NOTHING, READ]}, True),
        ({"identity": [READ], "boundary": READ}, True),
        ({"identity": [READ], "boundary": NOTHING}, False),
        ({"identity": [NOTHING], "boundary": READ}, False),
        ({"identity": [READ], "boundary": DENIES}, False),
        ({"identity": [READ], "session": [READ]}, True),
        ({"identity": [READ], "session": [NOTHING, READ]}, True),
        ({"identity": [READ], "session": [NOTHING]}, False),
        ({"identity": [READ], "session": []}, False),
        ({"identity": [READ], "session": [READ, DENIES]}, False),
        ({"identity": [READ], "service_control": [[READ, NOTHING], [READ]]}, True),
        ({"identity": [READ], "service_control": [[READ], [NOTHING]]}, False),
        ({"identity": [READ], "service_control": [[]]}, False),
        ({"identity": [READ], "service_control": [[READ, DENIES]]}, False),
        ({"resource": of_resource("*")}, True),
        ({"resource": of_resource({"AWS": f"arn:aws:iam::{ACCOUNT}:role/deployer"})}, True),
        ({"resource": of_resource({"AWS": f"arn:aws:iam::{ACCOUNT}:role/path/deployer"})}, True),
        ({"resource": of_resource({"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"})}, False),
        ({"resource": of_resource({"AWS": ACCOUNT})}, False),
        ({"resource": of_resource({"AWS": ACCOUNT}), "identity": [READ]}, True),
        ({"resource": of_resource({"AWS": SESSION.name}), "boundary": NOTHING, "session": []}, True),
        ({"resource": of_resource({"AWS": SESSION.name}), "boundary": DENIES}, False),
        ({"resource": of_resource({"AWS": f"arn:aws:iam::{ACCOUNT}:role/deployer"}), "session": [NOTHING]}, False),
        ({"resource": of_resource("*"), "boundary": NOTHING}, False),
        ({"resource": of_resource("*", "Deny"), "identity": [READ]}, False),
        ({"resource": of_resource({"AWS": OTHER}), "identity": [READ]}, True),
        ({"resource": of_resource({"AWS": OTHER}, "Deny", "NotPrincipal"), "identity": [READ]}, False),
        (
            {
                "resource": of_resource(
                    {"AWS": [SESSION.name, f"arn:aws:iam::{ACCOUNT}:role/deployer", ACCOUNT]}, "Deny", "NotPrincipal"
                ),
                "identity": [READ],
            },
            True,
        ),
        ({"resource": of_resource({"AWS": SESSION.name}, "Deny", "NotPrincipal"), "identity": [READ]}, False),
        ({"resource": of_resource({"AWS": ACCOUNT}, "Allow", "NotPrincipal")}, False),
    ],
)
def test_policies_of_one_account_are_taken_together(arguments: dict[str, Any], allowed: bool) -> None:
    assert evaluate(reading(), **arguments).allowed is allowed


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        ({"identity": [READ]}, True),
        ({"resource": of_resource("*")}, False),
        ({"resource": of_resource("*"), "identity": [READ]}, True),
        ({"resource": of_resource({"AWS": OTHER}), "identity": [READ]}, False),
        ({"resource": of_resource("*"), "identity": [READ], "boundary": NOTHING}, False),
    ],
)
def test_both_sides_have_to_allow_across_accounts(arguments: dict[str, Any], allowed: bool) -> None:
    assert evaluate(reading(owner=OTHER), **arguments).allowed is allowed
    assert evaluate(reading(owner=""), **arguments).allowed is allowed


ROLE = f"arn:aws:iam::{ACCOUNT}:role/target"


@pytest.mark.parametrize(
    ("principal", "arguments", "allowed"),
    [
        (USER, {"resource": trust({"AWS": USER.name})}, True),
        (USER, {"resource": trust({"AWS": ACCOUNT})}, False),
        (USER, {"resource": trust({"AWS": ACCOUNT}), "identity": [identity("sts:AssumeRole", ROLE)]}, True),
        (USER, {"identity": [identity("*")], "resource": trust({"AWS": OTHER})}, False),
        (USER, {"resource": trust({"Service": "ec2.amazonaws.com"}), "identity": [identity("*")]}, False),
        (
            Principal(PrincipalKind.SERVICE, "ec2.amazonaws.com"),
            {"resource": trust({"Service": "ec2.amazonaws.com"})},
            True,
        ),
        (
            Principal(PrincipalKind.SERVICE, "ecs.amazonaws.com"),
            {"resource": trust({"Service": "ec2.amazonaws.com"})},
            False,
        ),
        (
            Principal(PrincipalKind.AWS, f"arn:aws:iam::{OTHER}:user/eve"),
            {"resource": trust("*"), "identity": [NOTHING]},
            False,
        ),
        (
            Principal(PrincipalKind.AWS, f"arn:aws:iam::{OTHER}:user/eve", unique_id="AIDAEXAMPLEEXAMPLE12"),
            {"resource": trust({"AWS": "AIDAEXAMPLEEXAMPLE12"}), "identity": [identity("*")]},
            True,
        ),
    ],
)
def test_a_roles_trust_policy_has_to_allow_in_every_case(
    principal: Principal, arguments: dict[str, Any], allowed: bool
) -> None:
    request = Request("sts:AssumeRole", principal, ROLE)
    assert evaluate(request, **arguments).allowed is allowed


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "s3:GetObject", True),
        ("s3:*", "S3:getobject", True),
        ("S3:Get*", "s3:GetObject", True),
        ("s3:GetObject", "s3:GetObjectAcl", False),
        ("s3:Get?bject", "s3:GetObject", True),
        ("s3:*Acl", "s3:GetObject", False),
        (["ec2:*", "s3:PutObject"], "s3:GetObject", False),
    ],
)
def test_action_matches_without_regard_to_case(pattern: Any, action: str, expected: bool) -> None:
    request = Request(action, USER, BUCKET)
    assert evaluate(request, identity=[identity(pattern)]).allowed is expected
    negated = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "NotAction": pattern, "Resource": "*"}}
    assert evaluate(request, identity=[parse_policy(negated, PolicyKind.IDENTITY)]).allowed is not expected


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("*", "*", True),
        ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/a/b:c", True),
        ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket", False),
        ("arn:aws:s3:::bucket?", "arn:aws:s3:::bucket1", True),
        ("arn:aws:s3:::*", "*", False),
        ("arn:aws:*:*:*:x", "arn:aws:sns:eu:1:x", True),
        ("arn:aws:s3*:x", "arn:aws:s3:::x", False),
        ("arn:aws:sqs", "arn:aws:sqs:eu-west-1:111111111111:q", True),
        ("arn:aws:ssm:*:*:parameter/${aws:username}/*", "arn:aws:ssm:a:1:parameter/bob/x", True),
        ("arn:aws:ssm:*:*:parameter/${aws:username}/*", "arn:aws:ssm:a:1:parameter/eve/x", False),
        ("arn:aws:ssm:*:*:parameter/${aws:missing}/*", "arn:aws:ssm:a:1:parameter//x", False),
    ],
)
def test_resource_matches_field_by_field(pattern: str, resource: str, expected: bool) -> None:
    request = Request("a:b", USER, resource, context={"aws:username": ["bob"]})
    assert evaluate(request, identity=[identity("*", pattern)]).allowed is expected
    unknown = "missing" in pattern
    negated = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "NotResource": pattern}}
    found = evaluate(request, identity=[parse_policy(negated, PolicyKind.IDENTITY)]).allowed
    assert found is (not expected and not unknown)
    denied = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": pattern}}
    both = [identity("*"), parse_policy(denied, PolicyKind.IDENTITY)]
    assert evaluate(request, identity=both).allowed is (not expected and not unknown)


def test_decision_explains_itself() -> None:
    guarded = identity("s3:*", Condition={"Bool": {"aws:SecureTransport": "true"}}, Sid="Secure")
    denied = evaluate(reading(), identity=[NOTHING, guarded])
    assert denied.as_document() == {
        "decision": "deny",
        "reason": "Denied: no identity policy allows it. No statement of policy allows it; "
        "nearest is Statement[0] (Secure), which fails at Bool aws:SecureTransport: "
        "expected 'true', the request has no such key",
        "statement": "Statement[0] (Secure)",
        "condition": "Bool aws:SecureTransport",
    }
    request = Request("s3:GetObject", SESSION, BUCKET, {"aws:SecureTransport": ["true"]})
    allowed = evaluate(request, identity=[NOTHING, guarded])
    assert allowed
    assert allowed.condition == "Bool aws:SecureTransport"
    assert evaluate(request, identity=[guarded, DENIES]).reason == "Statement[0] of policy denies it explicitly"


def test_a_decision_that_denies_is_false() -> None:
    assert not Decision(allowed=False, reason="")
