"""Trust, images, and the ledger's export."""

import io
import json
from typing import Any

from alphaswarm_admin.trust_policies import TrustReader
from alphaswarm_core.identity.trust import Role, RolePolicy
from alphaswarm_core.ledger.export import verify_export
from alphaswarm_core.ledger.records import NewRun, RunKind, RunStatus

from .stage import COMMIT, TREE, Stage


def _admits_everybody(environment: str) -> list[RolePolicy]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return [RolePolicy(environment, role, document) for role in Role]


def test_where_no_policy_can_be_read_only_the_declaration_is_shown(stage: Stage) -> None:
    found = stage.browser("bob").get("/admin/trust/matrix").json()
    assert (found["source"], found["holds"]) == ("declared", None)
    assert found["why_declared_only"] == "The console's role may not read the accounts' policies"
    assert all(each["admitted"] is None and each["intended"] for each in found["rows"])


def test_a_policy_that_admits_more_than_is_declared_is_shown_first(stage: Stage) -> None:
    console = stage.console
    object.__setattr__(console, "trust", TrustReader(stage.settings, _admits_everybody))
    found = stage.browser("bob").get("/admin/trust/matrix").json()
    assert (found["source"], found["holds"]) == ("live", False)
    assert found["rows"][0]["differs"] is True
    assert found["rows"][0]["admitted"] is True


def test_a_decision_is_explained(stage: Stage) -> None:
    object.__setattr__(stage.console, "trust", TrustReader(stage.settings, _admits_everybody))
    asked = {"environment": "dev", "role": "aqp-gha-apply", "event": "push"}
    found = stage.browser("bob").get("/admin/trust/explanation", **asked).json()
    assert found["admitted"] is True
    assert found["tokens"][0]["statements"][0]["applies"] is True
    fork = {**asked, "event": "pull_request", "fork": "true"}
    assert "no token" in stage.browser("bob").get("/admin/trust/explanation", **fork).json()["reason"]


def test_nothing_is_explained_without_a_policy(stage: Stage) -> None:
    asked = {"environment": "dev", "role": "aqp-gha-apply", "event": "push"}
    answer = stage.browser("bob").get("/admin/trust/explanation", **asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "AS-ADM-009")


def _applied(stage: Stage, environment: str, digest: str) -> str:
    actor = stage.plan().actor
    new = NewRun(TREE, environment, RunKind.apply, actor, None, commit=COMMIT)
    run = stage.ledger.open_run(new, exclusive=True)
    promotable: Any = {"images": {"backend_image_digest": digest}}
    stage.ledger.transition(run.id, RunStatus.applying, changes={"promotable": promotable})
    stage.later(60)
    return stage.ledger.transition(run.id, RunStatus.completed).id


def test_images_are_found_by_the_applies_that_put_them_somewhere(stage: Stage) -> None:
    old, new = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
    first, second, _ = _applied(stage, "dev", old), _applied(stage, "dev", new), _applied(stage, "staging", old)
    browser = stage.browser("bob")
    found = browser.get("/admin/images").json()["items"]
    assert [(each["digest"], each["current_in"]) for each in found] == [(old, ["staging"]), (new, ["dev"])]
    uses = browser.get(f"/admin/images/{old}/where").json()["uses"]
    assert [(each["environment"], each["current"]) for each in uses] == [("staging", True), ("dev", False)]
    assert uses[1]["run_id"] == first
    assert browser.get(f"/admin/images/{new}/where").json()["uses"][0]["run_id"] == second


def test_an_export_is_audited_first_and_holds_without_the_database(stage: Stage) -> None:
    stage.plan()
    answer = stage.browser("bob").get("/admin/ledger/export")
    assert "attachment" in answer.headers["content-disposition"]
    assert stage.kinds()[-1] == "security_audit_events:ledger:export"
    assert verify_export(io.StringIO(answer.text)).ok


def test_an_export_is_for_administrators(stage: Stage) -> None:
    assert stage.browser("bob", "approver").get("/admin/ledger/export").status_code == 403
