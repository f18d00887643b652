"""The platform's own services: everybody looks, operators act, and only on what is ours."""

from typing import Any

import pytest

from alphaswarm_admin.platform_access import PlatformAccess
from alphaswarm_core.delivery.services import ServicesUnavailableError
from alphaswarm_core.ledger.errors import LedgerServerError

from .platform_double import IMAGE
from .stage import Stage

SERVICES = "/admin/platform/ecs/services"
REDEPLOY, SCALE = f"{SERVICES}/admin/redeploy", f"{SERVICES}/admin/scale"
ACTIONS = [(REDEPLOY, {"reason": "stuck tasks"}), (SCALE, {"reason": "more visitors", "desired": 3})]
LOOKS = ["services", "services/admin", "services/admin/logs", "services/admin/metrics", "alarms"]


def _code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_services_are_shown_with_their_rollouts_and_images(stage: Stage) -> None:
    viewer = stage.browser("ann", "viewer")
    (found,) = viewer.get(SERVICES).json()["items"]
    assert (found["name"], found["environment"], found["cluster"]) == ("admin", "dev", "example-cluster-dev")
    assert (found["desired"], found["running"], found["images"]) == (2, 1, [IMAGE])
    assert [each["state"] for each in found["rollouts"]] == ["in_progress", "unknown"]
    assert viewer.get(f"{SERVICES}/admin").json() == found


def test_a_log_is_read_in_pages(stage: Stage) -> None:
    viewer = stage.browser("ann", "viewer")
    page = viewer.get(f"{SERVICES}/admin/logs", minutes=10, limit=5).json()
    assert page["lines"][0]["text"] == "<script>"
    viewer.get(f"{SERVICES}/admin/logs", cursor=page["next_cursor"])
    assert stage.services.asked == [
        ("log", "2026-01-05T08:50:00+00:00", "5", ""),
        ("log", "2026-01-05T08:00:00+00:00", "100", page["next_cursor"]),
    ]
    assert viewer.get(f"{SERVICES}/admin/logs", cursor="somewhere").status_code == 422


def test_measurements_and_alarms_are_shown(stage: Stage) -> None:
    viewer = stage.browser("ann", "viewer")
    cpu, memory = viewer.get(f"{SERVICES}/admin/metrics", minutes=60).json()["metrics"]
    assert [each["value"] for each in cpu["points"]] == [12.5, 50.0]
    assert memory == {"name": "memory_percent", "points": []}
    assert [each["state"] for each in viewer.get("/admin/platform/ecs/alarms").json()["items"]] == ["alarm", "ok"]


@pytest.mark.parametrize(("path", "body"), ACTIONS)
def test_an_operator_acts_and_the_chain_says_so_before_and_after(stage: Stage, path: str, body: dict[str, Any]) -> None:
    verb = path.rpartition("/")[2]
    answer = stage.browser("ann", "operator").post(path, body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["desired"] == body.get("desired", 2)
    assert stage.services.asked == [(verb, "admin", *([str(body["desired"])] if "desired" in body else []))]
    before, after = stage.ledger.entries(limit=10_000)[-2:]
    assert [each.kind for each in (before, after)] == [
        f"security_audit_events:platform:{verb}",
        f"security_audit_events:platform:{verb}_done",
    ]
    assert '"actor":"rehearsal:ann"' in before.body
    assert body["reason"] in before.body


@pytest.mark.parametrize(("path", "body"), ACTIONS)
@pytest.mark.parametrize("role", ["viewer", "approver"])
def test_without_the_role_of_an_operator_nothing_is_done(
    stage: Stage, path: str, body: dict[str, Any], role: str
) -> None:
    assert _code(stage.browser("ann", role).post(path, body)) == (403, "AS-ADM-002")
    assert stage.services.asked == []


@pytest.mark.parametrize(("path", "body"), ACTIONS)
def test_a_sign_in_of_long_ago_does_nothing(stage: Stage, path: str, body: dict[str, Any]) -> None:
    browser = stage.browser("ann", "operator")
    stage.later(180)
    assert _code(browser.post(path, body)) == (403, "AS-ADM-005")
    assert stage.services.asked == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (REDEPLOY, {}),
        (REDEPLOY, {"reason": "  "}),
        (SCALE, {"desired": 2}),
        *((SCALE, {"desired": number, "reason": "because"}) for number in (0, 21)),
    ],
)
def test_a_reason_is_needed_and_numbers_have_bounds(stage: Stage, path: str, body: dict[str, Any]) -> None:
    assert stage.browser("ann", "operator").post(path, body).status_code == 422
    assert stage.services.asked == []


@pytest.mark.parametrize(("path", "body"), ACTIONS)
def test_nothing_is_done_when_the_audit_entry_cannot_be_written(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, Any]
) -> None:
    browser = stage.browser("ann", "operator")

    def down(*_: object) -> None:
        raise LedgerServerError("The server does not answer")

    monkeypatch.setattr(stage.ledger, "note", down)
    assert _code(browser.post(path, body)) == (503, "AS-LED-007")
    assert stage.services.asked == []


@pytest.mark.parametrize(("path", "body"), ACTIONS)
def test_a_service_that_is_not_ours_is_refused_and_the_chain_says_so(
    stage: Stage, path: str, body: dict[str, Any]
) -> None:
    answer = stage.browser("ann", "operator").post(path.replace("services/admin", "services/billing"), body)
    assert _code(answer) == (403, "AS-ECS-003")
    assert stage.services.asked == []
    assert stage.kinds()[-1].endswith("_failed")


@pytest.mark.parametrize("look", ["", "/logs", "/metrics"])
def test_a_service_that_is_not_ours_is_not_looked_at(stage: Stage, look: str) -> None:
    assert _code(stage.browser("ann", "viewer").get(f"{SERVICES}/billing{look}")) == (403, "AS-ECS-003")


def test_a_service_that_was_never_released_is_not_there(stage: Stage) -> None:
    assert _code(stage.browser("ann").get(f"{SERVICES}/admin-frontend")) == (404, "AS-ECS-004")


@pytest.mark.parametrize("look", LOOKS)
def test_without_aws_the_answer_is_an_envelope(stage: Stage, look: str) -> None:
    stage.services.failure = ServicesUnavailableError("AWS does not answer")
    assert _code(stage.browser("ann", "viewer").get(f"/admin/platform/ecs/{look}")) == (503, "AS-ECS-001")


def test_what_aws_fails_to_do_stands_in_the_chain(stage: Stage) -> None:
    stage.services.failure = ServicesUnavailableError("AWS does not answer")
    assert _code(stage.browser("ann", "operator").post(*ACTIONS[0])) == (503, "AS-ECS-001")
    assert stage.kinds()[-2:] == [
        "security_audit_events:platform:redeploy",
        "security_audit_events:platform:redeploy_failed",
    ]


@pytest.mark.parametrize("environ", [{"ALPHASWARM_ENVIRONMENT": "production"}, {"ALPHASWARM_ENVIRONMENT": ""}])
def test_an_environment_that_is_not_declared_has_no_services(stage: Stage, environ: dict[str, str]) -> None:
    object.__setattr__(stage.console, "platform", PlatformAccess(stage.settings, environ, stage.services.opened))
    assert _code(stage.browser("ann").get(SERVICES)) == (503, "AS-ECS-001")


def test_the_environment_is_the_one_that_the_task_was_told(stage: Stage) -> None:
    told = PlatformAccess(stage.settings, {"ALPHASWARM_ENVIRONMENT": "prod"}, stage.services.opened)
    object.__setattr__(stage.console, "platform", told)
    assert stage.browser("ann").get(SERVICES).json()["items"][0]["cluster"] == "example-cluster-prod"
