"""Plans: as a tree, in pages, destroys first; what was altered is not shown; 10,000 resources stay usable."""

import base64
import sqlite3
import zlib
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_admin.contract.plans import AttributeChange
from alphaswarm_admin.views.plans import PlanView, Wanted
from alphaswarm_core.ledger.records import NewRun, Run, RunKind, RunStatus
from alphaswarm_core.terraform.kept_changes import keep_changes
from alphaswarm_core.terraform.plan import UNKNOWN, Action, Plan, ResourceChange

from .stage import TREE, Stage


def _change(address: str, action: Action, before: Any = None, after: Any = None) -> ResourceChange:
    kind = address.rpartition(".")[0].rpartition(".")[2]
    return ResourceChange(address, kind, action, imported=False, reason=None, before=before, after=after)


def _planned(stage: Stage, *changes: ResourceChange) -> Run:
    plan = Plan("1.11.4", changes, (), ("url",), {}, len(changes))
    actor = stage.plan().actor
    run = stage.ledger.open_run(NewRun(TREE, "prod", RunKind.plan, actor, None), exclusive=False)
    stage.ledger.transition(run.id, RunStatus.running)
    columns = {"plan_summary": keep_changes(stage.ledger, run.id, plan), "plan_digest": "d" * 64}
    return stage.ledger.transition(run.id, RunStatus.awaiting_approval, changes=columns)


_SOME = (
    _change("aws_vpc.main", Action.CREATE, None, {"cidr": "10.0.0.0/16", "id": UNKNOWN, "tags": {"a": "b"}}),
    _change("module.db.aws_db_instance.one", Action.DELETE, {"size": 5}, None),
    _change('module.net["x.y"].module.sub.aws_lb.a["k.l"]', Action.UPDATE, {"n": 1, "same": 2}, {"n": 2, "same": 2}),
)


def test_the_tree_counts_in_each_module_and_below_it(stage: Stage) -> None:
    run = _planned(stage, *_SOME)
    tree = stage.browser("bob").get(f"/admin/runs/{run.id}/plan").json()
    root = tree["root"]
    assert (root["create"], root["delete"], root["update"], tree["changes"]) == (1, 1, 1, 3)
    assert [each["address"] for each in root["modules"]] == ["module.db", 'module.net["x.y"]']
    (below,) = root["modules"][1]["modules"]
    assert (below["address"], below["name"], below["update"]) == ('module.net["x.y"].module.sub', "sub", 1)
    assert tree["outputs"] == ["url"]


def test_destroys_come_first_and_values_are_shown_where_they_differ(stage: Stage) -> None:
    run = _planned(stage, *_SOME)
    page = stage.browser("bob").get(f"/admin/runs/{run.id}/plan/changes").json()
    assert [each["action"] for each in page["items"]] == ["delete", "update", "create"]
    update, create = page["items"][1:]
    assert (update["module"], update["name"]) == ('module.net["x.y"].module.sub', 'a["k.l"]')
    assert [(each["path"], each["before"], each["after"]) for each in update["attributes"]] == [("n", "1", "2")]
    assert [each["path"] for each in create["attributes"]] == ["cidr", "id", "tags.a"]
    assert [each["known_after_apply"] for each in create["attributes"]] == [False, True, False]


def test_a_page_is_of_a_module_an_action_or_a_text(stage: Stage) -> None:
    run = _planned(stage, *_SOME, _change("module.dbx.aws_vpc.no", Action.CREATE, None, {}))
    browser = stage.browser("bob")

    def found(**wanted: str) -> list[str]:
        page = browser.get(f"/admin/runs/{run.id}/plan/changes", **wanted).json()
        return [each["address"] for each in page["items"]]

    assert found(module="module.db") == ["module.db.aws_db_instance.one"]
    assert found(action="create") == ["aws_vpc.main", "module.dbx.aws_vpc.no"]
    assert found(text="INSTANCE") == ["module.db.aws_db_instance.one"]
    assert found(module="module.none") == []


def test_a_plan_of_ten_thousand_resources_is_shown_in_pages(stage: Stage) -> None:
    many = [_change(f"module.m{n % 50}.aws_x.r{n}", Action.UPDATE, {"v": n}, {"v": n + 1}) for n in range(10_000)]
    run = _planned(stage, *many)
    browser = stage.browser("bob")
    tree = browser.get(f"/admin/runs/{run.id}/plan")
    assert len(tree.json()["root"]["modules"]) == 50
    assert len(tree.content) < 20_000
    page = browser.get(f"/admin/runs/{run.id}/plan/changes", cursor=9_990, limit=200).json()
    assert (len(page["items"]), page["total"], page["next_cursor"]) == (10, 10_000, None)
    assert browser.get(f"/admin/runs/{run.id}/plan/changes").json()["next_cursor"] == 50


def test_what_somebody_put_in_its_place_is_not_shown(stage: Stage, tmp_path: Path) -> None:
    run = _planned(stage, *_SOME)
    forged = base64.b64encode(zlib.compress(b'{"changes":[]}')).decode()
    with sqlite3.connect(tmp_path / ".alphaswarm" / "ledger.db") as database:
        database.execute("UPDATE plan_changes SET document = ? WHERE run_id = ?", (forged, run.id))
    answer = stage.browser("bob").get(f"/admin/runs/{run.id}/plan")
    assert answer.json()["error"]["code"] == "AS-LED-012"


def test_a_document_that_unpacks_to_anything_is_not_unpacked(stage: Stage, tmp_path: Path) -> None:
    run = _planned(stage, *_SOME)
    bomb = base64.b64encode(zlib.compress(b"0" * 70_000_000)).decode()
    with sqlite3.connect(tmp_path / ".alphaswarm" / "ledger.db") as database:
        database.execute("UPDATE plan_changes SET document = ? WHERE run_id = ?", (bomb, run.id))
    assert stage.browser("bob").get(f"/admin/runs/{run.id}/plan").json()["error"]["code"] == "AS-LED-012"


def test_a_plan_that_was_not_kept_is_said_to_be_so(stage: Stage) -> None:
    run = stage.plan()
    assert stage.browser("bob").get(f"/admin/runs/{run.id}").json()["has_plan"] is False
    answer = stage.browser("bob").get(f"/admin/runs/{run.id}/plan")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "AS-ADM-009")


def test_secrets_that_the_ledger_knows_are_not_kept(stage: Stage) -> None:
    stage.ledger.learn_secrets(["hunter2hunter2"])
    run = _planned(stage, _change("aws_x.y", Action.CREATE, None, {"v": "a hunter2hunter2 b", "password": "p"}))
    assert "hunter2" not in stage.browser("bob").get(f"/admin/runs/{run.id}/plan/changes").text


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(before=_VALUES, after=_VALUES)
def test_equal_values_show_nothing_and_different_ones_something(before: Any, after: Any) -> None:
    document = {"address": "a.b", "type": "a", "action": "update", "imported": False, "reason": None}
    change = {**document, "before": {"v": before}, "after": {"v": after}}
    view = PlanView("r", "d", {"changes": [change], "drift": [], "outputs": [], "terraform_version": "1"})
    shown: list[AttributeChange] = view.page(Wanted(None, None, ""), 0, 10).items[0].attributes
    assert bool(shown) == (before != after)
