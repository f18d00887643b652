"""The load balancer's headers: what holds lets in, and each thing that does not is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import RSAAlgorithm

from alphaswarm_admin.application import application
from alphaswarm_admin.identity.load_balancer import LoadBalancerDoor
from alphaswarm_admin.starting import console_of
from alphaswarm_core.errors import ConfigurationError
from alphaswarm_core.settings import Settings

from .stage import HERE, PROJECT, Browser, Stage

ALB = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/admin/50dc6c495c0c9188"
ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdefghi"
KEY_ID = "12345678-1234-1234-1234-123456789012"
ADMIN = {"public_url": HERE, "sign_in": "load_balancer", "trusted_alb_arn": ALB, "issuer": ISSUER, "client_id": "c1"}
ALB_KEY, OTHER_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
POOL_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _fetch(address: str) -> bytes:
    if address == f"https://public-keys.auth.elb.us-east-1.amazonaws.com/{KEY_ID}":
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return ALB_KEY.public_key().public_bytes(serialization.Encoding.PEM, form)
    assert address == f"{ISSUER}/.well-known/jwks.json", address
    key = json.loads(RSAAlgorithm.to_jwk(POOL_KEY.public_key()))
    return json.dumps({"keys": [{**key, "kid": "pool-1", "alg": "RS256", "use": "sig"}]}).encode()


class Vouched:
    """The two tokens of a request, each part of which can be changed."""

    def __init__(self, stage: Stage) -> None:
        now = int(stage.moment.timestamp())
        self.identity: dict[str, Any] = {"sub": "sub-bob", "email": "b@x.y", "email_verified": "true", "iss": ISSUER}
        self.identity["exp"] = now + 120
        self.head: dict[str, Any] = {"kid": KEY_ID, "signer": ALB, "client": "c1", "iss": ISSUER}
        self.access: dict[str, Any] = {"sub": "sub-bob", "iss": ISSUER, "client_id": "c1", "token_use": "access"}
        self.access |= {"exp": now + 3600, "auth_time": now, "cognito:groups": ["approvers", "strangers"]}
        self.alb_key: Any = ALB_KEY
        self.algorithm = "ES256"

    def headers(self) -> dict[str, str]:
        identity = jwt.encode(self.identity, self.alb_key, algorithm=self.algorithm, headers=self.head)
        access = jwt.encode(self.access, POOL_KEY, algorithm="RS256", headers={"kid": "pool-1"})
        return {"x-amzn-oidc-data": identity, "x-amzn-oidc-accesstoken": access}


def _browser(stage: Stage, vouched: Vouched) -> Browser:
    settings = Settings.model_validate({**PROJECT, "admin": ADMIN, "root": stage.root})
    console = replace(stage.console, settings=settings, door=LoadBalancerDoor(settings.admin, _fetch))
    browser = Browser(application(console))
    browser.http.headers.update(vouched.headers())
    return browser


def test_who_is_vouched_for_is_the_person_whom_the_gate_counts(stage: Stage) -> None:
    run = stage.plan(target="aws")
    browser = _browser(stage, Vouched(stage))
    session = browser.get("/admin/session").json()
    assert (session["person"]["key"], session["roles"]) == ("github:1002", ["approver"])
    browser.token = session["csrf_token"]
    body = {"decision": "approve", "plan_digest": run.plan_digest, "confirmation": "prod"}
    answer = browser.post(f"/admin/runs/{run.id}/approvals", body)
    assert answer.json()["gate"]["counted"] == 1
    assert stage.ledger.approvals(run.id)[0].source == "admin_console"


def test_author_and_starter_are_excluded_by_the_account_behind_the_sign_in(stage: Stage) -> None:
    run = stage.plan(starter="ann", author="bob", target="aws")
    browser = _browser(stage, Vouched(stage))
    browser.token = browser.get("/admin/session").json()["csrf_token"]
    body = {"decision": "approve", "plan_digest": run.plan_digest, "confirmation": "prod"}
    assert browser.post(f"/admin/runs/{run.id}/approvals", body).json()["error"]["code"] == "AS-GATE-005"


def _set(part: str, **values: Any) -> Callable[[Vouched], None]:
    return lambda vouched: getattr(vouched, part).update(values)


def _signed_by_another(vouched: Vouched) -> None:
    vouched.alb_key = OTHER_KEY


def _signed_with_its_public_key(vouched: Vouched) -> None:
    vouched.alb_key, vouched.algorithm = "x" * 64, "HS256"


@pytest.mark.parametrize(
    "change",
    [
        _signed_by_another,
        _signed_with_its_public_key,
        _set("head", signer=ALB.replace("111111111111", "999999999999")),
        _set("head", client="c2"),
        _set("head", iss="https://evil.example/pool"),
        _set("head", kid="../../evil"),
        _set("head", kid=""),
        _set("identity", exp=1),
        _set("identity", iss="https://evil.example/pool"),
        _set("identity", sub="sub-cy"),
        _set("access", sub="sub-cy"),
        _set("access", exp=1),
        _set("access", client_id="c2"),
        _set("access", token_use="id"),
        _set("access", iss="https://evil.example/pool"),
        _set("access", auth_time="now"),
    ],
)
def test_what_does_not_hold_is_refused(stage: Stage, change: Callable[[Vouched], None]) -> None:
    vouched = Vouched(stage)
    change(vouched)
    answer = _browser(stage, vouched).get("/admin/runs")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "AS-ADM-012")


@pytest.mark.parametrize("missing", ["x-amzn-oidc-data", "x-amzn-oidc-accesstoken"])
def test_one_header_alone_is_refused(stage: Stage, missing: str) -> None:
    browser = _browser(stage, Vouched(stage))
    del browser.http.headers[missing]
    assert browser.get("/admin/runs").json()["error"]["code"] == "AS-ADM-012"


def test_without_headers_nobody_is_signed_in_whatever_cookie_there_is(stage: Stage) -> None:
    browser = _browser(stage, Vouched(stage))
    for name in ("x-amzn-oidc-data", "x-amzn-oidc-accesstoken"):
        del browser.http.headers[name]
    browser.http.cookies = stage.browser("ann").http.cookies
    assert browser.get("/admin/runs").json()["error"]["code"] == "AS-ADM-001"
    assert browser.http.post("/admin/session/development", json={"person": "ann"}).status_code == 404


def test_somebody_without_a_group_may_do_nothing(stage: Stage) -> None:
    vouched = Vouched(stage)
    del vouched.access["cognito:groups"]
    assert _browser(stage, vouched).get("/admin/runs").json()["error"]["code"] == "AS-ADM-002"


def test_a_sign_in_of_long_ago_does_not_approve_and_is_renewed_by_the_step_up(stage: Stage) -> None:
    run = stage.plan(target="aws")
    vouched = Vouched(stage)
    vouched.access["auth_time"] = int((stage.moment - timedelta(seconds=200)).timestamp())
    browser = _browser(stage, vouched)
    session = browser.get("/admin/session").json()
    browser.token = session["csrf_token"]
    body = {"decision": "approve", "plan_digest": run.plan_digest, "confirmation": "prod"}
    assert browser.post(f"/admin/runs/{run.id}/approvals", body).json()["error"]["code"] == "AS-ADM-005"
    answer = browser.http.get(session["step_up_url"], follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}/")
    assert "AWSELBAuthSessionCookie-0=" in answer.headers["set-cookie"]


@pytest.mark.parametrize("missing", ["trusted_alb_arn", "issuer", "client_id", "public_url", "key"])
def test_it_does_not_start_without_knowing_whom_to_believe(tmp_path: Path, missing: str) -> None:
    admin = {name: value for name, value in ADMIN.items() if name != missing}
    admin |= {"public_url": "https://admin.example.com"} if missing != "public_url" else {}
    settings = Settings.model_validate({**PROJECT, "target": "aws", "admin": admin, "root": tmp_path})
    key = {} if missing == "key" else {"ALPHASWARM_ADMIN_SESSION_KEY": "k" * 40}
    with pytest.raises(ConfigurationError) as refused:
        console_of(settings, key, "0.0.0.0")
    assert refused.value.code == "AS-ADM-010"
