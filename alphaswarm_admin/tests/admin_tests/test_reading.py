"""What is shown: environments, runs, gate, entries, log, verification."""

import json
import sqlite3
from pathlib import Path

from alphaswarm_core.ledger.records import RunStatus

from .stage import Stage


def test_health_is_open_and_says_nothing_of_the_ledger(stage: Stage) -> None:
    stage.ledger.close()
    answer = stage.browser().get("/admin/health")
    assert (answer.status_code, set(answer.json())) == (200, {"status", "version"})


def test_nothing_else_is_open(stage: Stage) -> None:
    run = stage.plan()
    for path in (
        "environments",
        "runs",
        f"runs/{run.id}",
        f"runs/{run.id}/gate",
        "ledger/entries",
        "halt",
        "approvals",
    ):
        answer = stage.browser().get(f"/admin/{path}")
        assert answer.status_code == 401, path
        assert answer.json()["error"]["code"] == "AS-ADM-001"


def test_environments_stand_side_by_side_with_what_waits(stage: Stage) -> None:
    run = stage.plan("prod")
    found = stage.browser("bob").get("/admin/environments").json()
    assert [each["name"] for each in found["items"]] == ["dev", "staging", "prod"]
    (waiting,) = found["items"][2]["waiting"]
    assert (waiting["run"]["id"], waiting["counted"], waiting["required"], waiting["go"]) == (run.id, 0, 2, False)
    assert found["items"][2]["gate"]["confirmation"] is True
    assert found["halt"]["on"] is False


def test_pages_of_runs_join_without_gap_or_overlap(stage: Stage) -> None:
    made = [stage.plan("dev").id for _ in range(5)] + [stage.plan("staging").id]
    browser = stage.browser("bob")
    seen, cursor = [], None
    while True:
        page = browser.get("/admin/runs", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == list(reversed(made))


def test_filters_of_runs_hold(stage: Stage) -> None:
    stage.plan("dev")
    wanted = stage.plan("staging")
    browser = stage.browser("bob")
    found = browser.get("/admin/runs", environment="staging", status="awaiting_approval", kind="plan").json()
    assert [each["id"] for each in found["items"]] == [wanted.id]
    assert browser.get("/admin/runs", environment="staging", status="errored").json()["items"] == []


def test_an_undeclared_environment_is_not_found(stage: Stage) -> None:
    answer = stage.browser("bob").get("/admin/runs", environment="moon")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "AS-ADM-004")


def test_a_run_is_shown_with_everything_about_it(stage: Stage) -> None:
    run = stage.plan(promotable={"images": {"backend": "sha256:" + "a" * 64}})
    found = stage.browser("bob").get(f"/admin/runs/{run.id}").json()
    assert found["images"] == [{"variable": "backend", "digest": "sha256:" + "a" * 64}]
    assert found["involvements"][0]["person_name"] == "eve (github:1005)"
    assert found["changes"]["destroy"] == 3
    assert found["changes_by_type"] == [{"type": "aws_lb", "action": "create", "count": 1}]
    assert found["queued_at"] == "2026-01-05T09:00:00.000000Z"


def test_a_script_in_a_text_comes_back_as_data(stage: Stage) -> None:
    script = "<script>alert(1)</script>"
    run = stage.plan(note=script, ref=f"refs/heads/{script}")
    answer = stage.browser("bob").get(f"/admin/runs/{run.id}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["note"] == script


def test_the_gate_explains_each_condition_and_the_persons_own_voice(stage: Stage) -> None:
    run = stage.plan()
    found = stage.browser("eve").get(f"/admin/runs/{run.id}/gate").json()
    assert found["go"] is False
    assert {each["name"] for each in found["conditions"] if not each["holds"]} == {"approved"}
    assert found["you"] == {
        "may_approve": False,
        "may_reject": True,
        "why_not": "wrote the commit and does not count",
        "said": [],
    }
    assert stage.browser("bob").get(f"/admin/runs/{run.id}/gate").json()["you"]["may_approve"] is True


def test_an_unknown_run_is_not_found(stage: Stage) -> None:
    answer = stage.browser("bob").get("/admin/runs/00000000-0000-7000-8000-000000000000")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "AS-LED-015")


def test_entries_are_browsed_backwards_and_by_kind(stage: Stage) -> None:
    run = stage.plan()
    browser = stage.browser("bob")
    page = browser.get("/admin/ledger/entries", limit=2).json()
    assert [each["sequence"] for each in page["items"]] == [4, 3]
    assert page["next_cursor"] == 3
    rest = browser.get("/admin/ledger/entries", cursor=3, kind="run:plan").json()
    assert [each["kind"] for each in rest["items"]] == ["run:plan:running", "run:plan:queued"]
    assert {each["run_id"] for each in rest["items"]} == {run.id}
    assert browser.get("/admin/ledger/entries", kind="runs").json()["items"] == []


def test_entries_of_a_run_are_all_of_it_and_no_others(stage: Stage) -> None:
    run, _ = stage.plan(), stage.plan()
    found = stage.browser("bob").get(f"/admin/runs/{run.id}/entries").json()
    assert [each["sequence"] for each in found["items"]] == [4, 3, 2, 1]


def test_verification_names_the_row_that_was_altered(stage: Stage, tmp_path: Path) -> None:
    run = stage.plan()
    browser = stage.browser("bob")
    assert browser.get("/admin/ledger/verification").json()["ok"] is True
    with sqlite3.connect(tmp_path / ".alphaswarm" / "ledger.db") as database:
        database.execute("UPDATE terraform_runs SET actor_name = 'mallory'")
    found = browser.get("/admin/ledger/verification").json()
    assert found["ok"] is False
    assert found["problems"][0]["row"] == run.id


def test_verification_holds_the_ledger_to_a_head_noted_earlier(stage: Stage) -> None:
    stage.plan()
    found = stage.browser("bob").get("/admin/ledger/verification", head=f"2:{'0' * 64}").json()
    assert found["ok"] is False


def _log(stage: Stage, *lines: str) -> str:
    directory = stage.console.runs_directory / "x"
    directory.mkdir(parents=True)
    (directory / "engine.log").write_text("".join(f"{each}\n" for each in lines))
    return str(directory / "engine.log")


def test_a_log_is_read_in_pages_by_position(stage: Stage) -> None:
    event = {"@message": "hi", "@timestamp": "2026-01-05T10:00:00.5+01:00", "type": "log"}
    place = _log(stage, json.dumps(event), "plain", "last")
    Path(place + ".err").write_text("Error: no newline at the end")
    run = stage.plan(log_place=place)
    browser = stage.browser("bob")
    first = browser.get(f"/admin/runs/{run.id}/log", limit=2).json()
    assert [each["text"] for each in first["lines"]] == ["hi", "plain"]
    assert first["lines"][0]["at"] == "2026-01-05T09:00:00.500000Z"
    assert first["complete"] is False
    rest = browser.get(f"/admin/runs/{run.id}/log", after=first["next_after"]).json()
    assert [each["text"] for each in rest["lines"]] == ["last"]
    end = browser.get(f"/admin/runs/{run.id}/log", after=rest["next_after"]).json()
    assert [each["text"] for each in end["lines"]] == ["Error: no newline at the end"]
    assert end["complete"] is True


def test_a_row_cannot_have_any_file_read_out(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret\n")
    for place in (str(tmp_path / "secret"), f"{stage.console.runs_directory}/../../secret", "/etc/passwd"):
        run = stage.plan(log_place=place)
        answer = stage.browser("bob").get(f"/admin/runs/{run.id}/log")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "AS-ADM-009")


def test_a_ledger_that_is_gone_is_said_so_and_found_again(stage: Stage) -> None:
    stage.plan()
    browser = stage.browser("bob")
    stage.ledger.close()
    assert browser.get("/admin/runs").status_code in {500, 503}
    assert browser.get("/admin/runs").status_code == 200


def test_a_run_that_is_over_has_taken_time(stage: Stage) -> None:
    run = stage.plan()
    stage.later(90)
    stage.ledger.transition(run.id, RunStatus.stale)
    found = stage.browser("bob").get(f"/admin/runs/{run.id}").json()
    assert (found["duration_seconds"], found["is_final"]) == (90.0, True)
