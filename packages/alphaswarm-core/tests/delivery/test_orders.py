import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.delivery.builds import BuildRequest, idempotency_token
from alphaswarm_core.delivery.executor_errors import CommitUnknownError, OrderRefusedError
from alphaswarm_core.delivery.orders import ORDER_VARIABLES, Action, Order, environment_of, read_order

from .fake_builds import COMMIT

RUN = "01a207b1-67c5-7f44-91bc-40fec2bf561f"
_names = st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_-]{0,20}\Z").filter(lambda name: name != "run_id")
_orders = st.one_of(
    st.builds(Order, st.sampled_from([Action.PLAN, Action.UP]), inputs=st.dictionaries(_names, st.text(), max_size=4)),
    st.builds(Order, st.sampled_from([Action.DRIFT, Action.DESTROY, Action.PLAN_DESTROY]), evidence=st.just("a.b.c")),
    st.builds(Order, st.just(Action.APPLY), st.uuids().map(str)),
)


@given(_orders)
def test_order_arrives_as_it_was_given(order: Order) -> None:
    assert read_order(order.variables()) == order


@given(_orders)
def test_order_sets_no_variable_but_those_that_are_allowed(order: Order) -> None:
    document = BuildRequest("alphaswarm-deploy-dev", COMMIT, order, "token").document()

    assert set(document) == {"projectName", "sourceVersion", "idempotencyToken", "environmentVariablesOverride"}
    overrides = document["environmentVariablesOverride"]
    assert {each["name"] for each in overrides} <= set(ORDER_VARIABLES)
    assert {each["type"] for each in overrides} == {"PLAINTEXT"}  # never a secret that the caller names


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"ALPHASWARM_ACTION": "plan; curl evil"},
        {"ALPHASWARM_ACTION": "apply"},
        {"ALPHASWARM_ACTION": "apply", "ALPHASWARM_PLAN_RUN": "01a207b1"},
        {"ALPHASWARM_ACTION": "apply", "ALPHASWARM_PLAN_RUN": f"{RUN}\n"},
        {"ALPHASWARM_ACTION": "plan", "ALPHASWARM_PLAN_RUN": RUN},
        {"ALPHASWARM_ACTION": "apply", "ALPHASWARM_PLAN_RUN": RUN, "ALPHASWARM_INPUTS": '{"size": "3"}'},
        {"ALPHASWARM_ACTION": "plan", "ALPHASWARM_INPUTS": "size=3"},
        {"ALPHASWARM_ACTION": "plan", "ALPHASWARM_INPUTS": '["size"]'},
        {"ALPHASWARM_ACTION": "plan", "ALPHASWARM_INPUTS": '{"size": 3}'},
        {"ALPHASWARM_ACTION": "plan", "ALPHASWARM_INPUTS": '{"run_id": "x"}'},
        {"ALPHASWARM_ACTION": "plan", "ALPHASWARM_INPUTS": '{"-var-file": "x"}'},
        {"ALPHASWARM_ACTION": "plan", "ALPHASWARM_INPUTS": "[" * 20_000},
        {"ALPHASWARM_ACTION": "plan", "ALPHASWARM_EVIDENCE": "$(id)"},
        {"ALPHASWARM_ACTION": "plan", "ALPHASWARM_EVIDENCE": "a.b." + "c" * 9000},
    ],
)
def test_order_of_another_form_is_refused(variables: dict[str, str]) -> None:
    with pytest.raises(OrderRefusedError):
        read_order(variables)


@pytest.mark.parametrize("name", ["", "../prod", "Dev", "dev prod"])
def test_environment_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(OrderRefusedError):
        environment_of({"ALPHASWARM_ENVIRONMENT": name})


@pytest.mark.parametrize("commit", ["main", "v1.0", "0123456", COMMIT.upper(), COMMIT + "\n", "pr/7", ""])
def test_source_that_is_no_full_commit_is_refused(commit: str) -> None:
    with pytest.raises(CommitUnknownError):
        BuildRequest("project", commit, Order(Action.PLAN), "token")


JOB = {"GITHUB_RUN_ID": "42", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "apply"}


def test_token_is_the_same_when_a_job_asks_again() -> None:
    first, again = (Order(Action.UP, evidence=token) for token in ("a.b.c", "d.e.f"))

    assert idempotency_token(first, COMMIT, JOB) == idempotency_token(again, COMMIT, JOB)
    assert len(idempotency_token(first, COMMIT, {**JOB, "GITHUB_JOB": "x" * 200})) <= 64


@pytest.mark.parametrize("other", [{"GITHUB_RUN_ID": "43"}, {"GITHUB_RUN_ATTEMPT": "2"}, {"GITHUB_JOB": "plan"}])
def test_token_is_another_when_another_job_asks(other: dict[str, str]) -> None:
    order = Order(Action.UP)

    assert idempotency_token(order, COMMIT, JOB) != idempotency_token(order, COMMIT, {**JOB, **other})


def test_token_is_another_when_something_else_is_asked_for() -> None:
    tokens = {
        idempotency_token(Order(Action.UP), COMMIT, JOB),
        idempotency_token(Order(Action.DESTROY), COMMIT, JOB),
        idempotency_token(Order(Action.UP, inputs={"size": "3"}), COMMIT, JOB),
        idempotency_token(Order(Action.UP), COMMIT[::-1], JOB),
        idempotency_token(Order(Action.UP), COMMIT, {}),
        idempotency_token(Order(Action.UP), COMMIT, {}),
    }

    assert len(tokens) == 6
