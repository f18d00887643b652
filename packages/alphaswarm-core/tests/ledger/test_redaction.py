import base64
import string
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from alphaswarm_core.ledger.redaction import REDACTED, SHORT_SECRET, Redactor, redact

from .test_chain import JSON

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOm8vciJ9.c2lnbmF0dXJl"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nabc=\n-----END RSA PRIVATE KEY-----"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
PLAIN = st.text(st.sampled_from(string.ascii_letters + string.digits + " .-_/:\n\"'{}éß"), max_size=30)
SECRETS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="[]\0"), min_size=SHORT_SECRET, max_size=20
)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
        ("ASIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"),
        (f"aws_secret_access_key = {SECRET_KEY}", SECRET_KEY),
        (f'"SecretAccessKey": "{SECRET_KEY}"', SECRET_KEY),
        (f'{{\\"SecretAccessKey\\": \\"{SECRET_KEY}\\"}}', SECRET_KEY),
        (f"AWS_SESSION_TOKEN={SECRET_KEY}{SECRET_KEY}", SECRET_KEY),
        ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
        ("authorization: basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA=="),
        (f"token {JWT}", JWT),
        (f"leaked:\n{PEM}\nend", "MIIEowIBAAKCAQEA"),
        (PEM[:60], "MIIEowIBAAKCAQEA"),
        ("postgresql://ledger:hunter22@db/x", "hunter22"),
        ("https://:hunter22@host/", "hunter22"),
        ("amqp://u:p@ss:w0rd@host", "p@ss:w0rd"),
        ("password: hunter22", "hunter22"),
        ('password = "hun ter\\"22"', "22"),
        ("master_password='hunter22'", "hunter22"),
        ("PLATFORM_DISPATCH_TOKEN=ghx123456", "ghx123456"),
        ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "0123456789abcdefghij"),
        ("github_pat_11ABCDEFG0123456789_abcdefghijklmnop", "11ABCDEFG0123456789"),
        ("xoxb-0123456789-abcdefghij", "0123456789-abcdefghij"),
        ("https://s3/x?X-Amz-Signature=0123abcd&X-Amz-Date=1", "0123abcd"),
        ("client_secret=abc123def", "abc123def"),
    ],
)
def test_well_known_shapes_are_taken_out_when_they_stand_in_text(text: str, secret: str) -> None:
    clean = redact(f"before {text} after")
    assert isinstance(clean, str)
    assert secret not in clean
    assert REDACTED in clean
    assert clean.startswith("before ")
    assert redact(clean) == clean


@pytest.mark.parametrize(
    "text",
    [
        "Error: creating ECS Service (alphaswarm-admin): InvalidParameterException: The secret name must be unique",
        "arn:aws:secretsmanager:us-east-1:111111111111:secret:alphaswarm/dev/db-AbCdEf",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "s3://alphaswarm-plans-111111111111/dev/plan?versionId=3sL4kqtJlcpXroDTDmJ",
        "repo:Alpha-Swarm-ai/alphaswarm_platform:environment:prod",
        "https://github.com/Alpha-Swarm-ai/alphaswarm_platform/actions/runs/123",
        "the token expired at 08:15:00, ask for a new one",
        "01a2078f-f29e-7803-a814-beb938994d52",
    ],
)
def test_text_stays_when_it_holds_no_secret(text: str) -> None:
    assert redact(text) == text


@given(PLAIN, SECRETS, PLAIN)
def test_known_secrets_are_gone_when_they_stood_anywhere(before: str, secret: str, after: str) -> None:
    forms = (
        secret,
        quote(secret, safe=""),
        base64.b64encode(secret.encode()).decode(),
        orjson.dumps(secret).decode()[1:-1],
    )
    for form in forms:
        clean = redact(f"{before}{form}{after}", [secret])
        assert isinstance(clean, str)
        assert form not in clean or form in REDACTED


@given(st.lists(SECRETS, max_size=3), PLAIN | st.text())
@example(["redacted"], "x redacted y")
@example(["aab", "aba"], "aaaba")
@example(["password"], "password=password")
def test_redacting_again_changes_nothing_when_it_was_done(secrets: list[str], text: str) -> None:
    once = redact(text, secrets)
    assert redact(once, secrets) == once


@given(JSON, st.lists(SECRETS, max_size=2))
def test_structure_is_kept_when_json_is_redacted(document: Any, secrets: list[str]) -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return [shape(item) for item in value.values()]
        if isinstance(value, list):
            return [shape(item) for item in value]
        return "text" if isinstance(value, str) else value

    clean = redact(document, secrets)
    assert shape(clean) == shape(document)
    assert redact(clean, secrets) == clean


@given(JSON)
def test_a_secret_is_gone_when_it_hides_in_json(document: Any) -> None:
    secret = "Tr0ub4dor&3-é"
    clean = redact({"a": [document, {secret: 1, "x": f"<{secret}>"}], "password": "hunter22"}, [secret])
    text = repr(clean)
    assert secret not in text
    assert "hunter22" not in text


def test_keys_stay_apart_when_redaction_makes_them_equal() -> None:
    assert redact({"AKIAIOSFODNN7EXAMPLE": 1, "AKIAIOSFODNN7EXAMPLF": 2}) == {REDACTED: 1, f"{REDACTED} 2": 2}


@pytest.mark.parametrize(("text", "clean"), [("port 5432 and 15432", f"port {REDACTED} and 15432"), ("5432", REDACTED)])
def test_short_secrets_are_replaced_only_when_they_stand_alone(text: str, clean: str) -> None:
    assert redact(text, ["5432"]) == clean


def test_nothing_is_kept_when_what_is_left_reads_as_a_secret_again() -> None:
    assert redact("see abcdefgh", ["abcdefgh", "see [redacted]"]) == REDACTED


@given(st.text(max_size=200))
def test_result_is_storable_when_the_text_is_not(text: str) -> None:
    clean = Redactor().text(text)
    clean.encode("utf-8")
    assert "\0" not in clean


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5))
def test_empty_and_unused_secrets_change_nothing_when_known(secret: str) -> None:
    assume(secret not in "plain words")
    assert redact("plain words", ["", secret]) == "plain words"


@pytest.mark.parametrize(
    "piece", ["a" * 5000, "eyJ" * 2000, "://" * 2000, "a_" * 3000, "password" * 1000, "-----BEGIN " * 500]
)
def test_long_text_is_redacted_in_linear_time_when_it_invites_backtracking(piece: str) -> None:
    """Bounded by the suite's own limit; a quadratic pattern takes minutes for this."""
    assert isinstance(redact(piece * 40), str)
