"""The plan model: real plans of both engines, secrets taken out, and nothing unknown let through."""

import copy
import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shown_plans import GOLDEN, show_everything

from alphaswarm_core.terraform.errors import EngineFailedError
from alphaswarm_core.terraform.plan import UNKNOWN, Action, Plan, parse_plan
from alphaswarm_core.terraform.redaction import REDACTED

SHOWN = sorted(GOLDEN.glob("shown-by-terraform-*.json"))


def everything(plan: Plan) -> dict[str, Any]:
    """All that can ever leave the model."""
    document = {**dataclasses.asdict(plan), "summary": plan.summary()}
    del document["terraform_version"]
    data: dict[str, Any] = json.loads(json.dumps(document))
    return data


def shown(**changes: Any) -> dict[str, Any]:
    return {**json.loads(SHOWN[0].read_text()), **changes}


def resource(actions: list[str], **change: Any) -> dict[str, Any]:
    return {
        "address": "x.y",
        "mode": "managed",
        "type": "x",
        "change": {"actions": actions, "before": None, "after": None, **change},
    }


def plan_of(*resources: dict[str, Any], **more: Any) -> Plan:
    return parse_plan({"format_version": "1.2", "resource_changes": list(resources), **more})


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_model_of_a_kept_document_is_the_golden_one(path: Any) -> None:
    plan = parse_plan(json.loads(path.read_text()))

    assert everything(plan) == json.loads((GOLDEN / "plan.json").read_text())
    assert path.stem.endswith(plan.terraform_version)


def test_model_of_what_the_engine_shows_now_is_the_golden_one(engine: str, tmp_path: Any) -> None:
    document = show_everything(engine, tmp_path)

    assert everything(parse_plan(document)) == json.loads((GOLDEN / "plan.json").read_text())


def test_no_secret_of_the_golden_document_is_in_the_model() -> None:
    text = json.dumps(everything(parse_plan(shown())))

    assert "in-the-clear" in SHOWN[0].read_text()
    assert "in-the-clear" not in text
    assert REDACTED in text


SECRET = "s3cr3t-s3cr3t"
words = st.text(alphabet="abc ", max_size=8)
values = st.recursive(
    words | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def with_secret(draw: st.DrawFn) -> tuple[Any, Any]:
    """A value with a secret somewhere, and Terraform's mask that marks it (or something around it)."""
    value, mask = SECRET + draw(words), True
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            before = draw(st.lists(values, max_size=2))
            value, mask = [*before, value], [*(False for _ in before), mask]
        else:
            beside = draw(st.dictionaries(st.sampled_from("abc"), values, max_size=2))
            value, mask = {**beside, "secret": value}, {"secret": mask}
    return value, mask


@settings(max_examples=200, deadline=None)
@given(before=with_secret(), after=with_secret(), place=st.sampled_from(["resource_changes", "resource_drift"]))
def test_no_marked_value_is_ever_in_the_model(before: Any, after: Any, place: str) -> None:
    change = resource(
        ["update"], before=before[0], before_sensitive=before[1], after=after[0], after_sensitive=after[1]
    )

    plan = parse_plan({"format_version": "1.2", place: [change]})

    assert SECRET not in json.dumps(everything(plan))


def sensitive_variable(value: Any) -> dict[str, Any]:
    return {
        "variables": {"password": {"value": value}},
        "configuration": {"root_module": {"variables": {"password": {"sensitive": True}}}},
    }


@settings(max_examples=100, deadline=None)
@given(hidden=with_secret(), copied=with_secret(), place=st.sampled_from(["resource_changes", "resource_drift"]))
def test_value_of_a_sensitive_variable_is_taken_out_wherever_it_was_copied_to(
    hidden: Any, copied: Any, place: str
) -> None:
    document = {"format_version": "1.2", place: [resource(["update"], before=copied[0], after=f"url/{SECRET}")]}

    plan = parse_plan({**document, **sensitive_variable([SECRET, hidden[0]])})

    assert SECRET not in json.dumps(everything(plan))


def test_value_of_a_sensitive_variable_is_taken_out_of_other_variables() -> None:
    document = {"format_version": "1.2", **sensitive_variable(SECRET)}
    document["variables"] |= {"url": {"value": f"https://me:{SECRET}@db"}}

    assert parse_plan(document).variables == {"password": REDACTED, "url": f"https://me:{REDACTED}@db"}


def test_value_that_only_a_provider_marks_stays_readable_where_it_is_not_marked() -> None:
    """`value` of an SSM parameter is marked, the same text in `insecure_value` is not."""
    change = resource(["create"], after={"value": "cluster-of-dev", "insecure_value": "cluster-of-dev"})
    change["change"]["after_sensitive"] = {"value": True}

    assert plan_of(change).changes[0].after == {"value": REDACTED, "insecure_value": "cluster-of-dev"}


def test_short_sensitive_variable_does_not_blank_out_ordinary_words() -> None:
    plan = plan_of(resource(["create"], after={"a": "only"}), **sensitive_variable("on"))

    assert plan.changes[0].after == {"a": "only"}
    assert plan.variables == {"password": REDACTED}


@settings(max_examples=100, deadline=None)
@given(values)
def test_what_is_not_marked_stays_as_it_is(value: Any) -> None:
    (change,) = plan_of(resource(["create"], after=copy.deepcopy(value))).changes

    assert change.after == value


def test_value_that_is_not_known_yet_is_called_so() -> None:
    unknown = {"id": True, "inner": {"a": True, "b": False}, "list": [False, True]}
    after = {"name": "n", "inner": {"b": 1}, "list": ["x", None]}

    (change,) = plan_of(resource(["create"], after=after, after_unknown=unknown)).changes

    assert change.after == {
        "name": "n",
        "id": UNKNOWN,
        "inner": {"a": UNKNOWN, "b": 1},
        "list": ["x", UNKNOWN],
    }


def test_value_that_is_secret_and_not_known_yet_is_a_secret() -> None:
    (change,) = plan_of(resource(["create"], after={}, after_unknown={"p": True}, after_sensitive={"p": True})).changes

    assert change.after == {"p": REDACTED}


@pytest.mark.parametrize(
    ("actions", "action", "counts"),
    [
        (["create"], Action.CREATE, (1, 0, 0)),
        (["update"], Action.UPDATE, (0, 1, 0)),
        (["delete"], Action.DELETE, (0, 0, 1)),
        (["delete", "create"], Action.REPLACE, (1, 0, 1)),
        (["create", "delete"], Action.REPLACE, (1, 0, 1)),
        (["create", "forget"], Action.REPLACE, (1, 0, 1)),
        (["forget"], Action.FORGET, (0, 0, 0)),
    ],
)
def test_actions_are_counted_as_terraform_counts_them(
    actions: list[str], action: Action, counts: tuple[int, int, int]
) -> None:
    plan = plan_of(resource(actions))
    summary = plan.summary()

    assert plan.changes[0].action is action
    assert (summary["add"], summary["change"], summary["destroy"]) == counts
    assert not plan.is_empty


@pytest.mark.parametrize("actions", [["no-op"], ["read"]])
def test_plan_without_changes_is_empty(actions: list[str]) -> None:
    assert plan_of(resource(actions)).is_empty


def test_import_without_a_change_is_a_change() -> None:
    plan = plan_of(resource(["no-op"], importing={"id": "x"}))

    assert plan.summary()["import"] == 1
    assert not plan.is_empty


def test_data_sources_are_no_changes() -> None:
    assert plan_of({**resource(["read"]), "mode": "data"}).is_empty


def test_change_of_an_output_alone_is_a_change() -> None:
    plan = plan_of(output_changes={"a": {"actions": ["update"]}, "b": {"actions": ["no-op"]}})

    assert plan.output_changes == ("a",)
    assert not plan.is_empty


def test_drift_is_reported_and_is_no_change() -> None:
    plan = plan_of(resource_drift=[resource(["update"]), resource(["no-op"])])

    assert [each.address for each in plan.drift] == ["x.y"]
    assert plan.summary()["drifted"] == ["x.y"]
    assert plan.is_empty


@pytest.mark.parametrize("actions", [["explode"], ["delete", "update"], [], ["create", "create"]])
def test_action_that_is_not_known_is_refused(actions: list[str]) -> None:
    with pytest.raises(EngineFailedError, match=r"which is not known here"):
        plan_of(resource(actions))


@pytest.mark.parametrize("version", ["2.0", "0.2", "", "10.0"])
def test_format_version_that_is_not_known_is_refused(version: str) -> None:
    with pytest.raises(EngineFailedError, match="format version"):
        parse_plan(shown(format_version=version))


def test_errored_plan_is_refused() -> None:
    with pytest.raises(EngineFailedError, match="marked as errored"):
        parse_plan(shown(errored=True))
