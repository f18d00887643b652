"""Going back never destroys what holds data, and what is planned is what was there: refusals are rows and entries."""

import json

import pytest
from conftest import MakeRuntime

from alphaswarm_core.gates import stateful
from alphaswarm_core.gates.errors import NotPromotedError, RollbackRefusedError, StatefulLossError
from alphaswarm_core.ledger.errors import RunNotFoundError
from alphaswarm_core.ledger.records import NewRun, Purpose, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.source_revision import SourceRevision
from alphaswarm_core.terraform.deriving import Derivations, plan_from
from alphaswarm_core.terraform.runtime import TerraformRuntime


def derivations(runtime: TerraformRuntime) -> Derivations:
    return Derivations(runtime.context.ledger, runtime.context.settings, runtime.context.actor)


def test_rollback_is_refused_when_it_would_destroy_what_holds_data(
    runtime: TerraformRuntime, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = runtime.apply(runtime.plan("dev", inputs={"size": "1"}).run.id)
    runtime.apply(runtime.plan("dev", inputs={"size": "2"}).run.id)
    source = derivations(runtime).rollback(environment="dev", run_id=first.id)
    monkeypatch.setattr(stateful, "STATEFUL_TYPES", {"terraform_data": "things"})

    with pytest.raises(StatefulLossError) as caught:
        plan_from(runtime, "dev", source)

    assert caught.value.why == "terraform_data.thing[1] holds things"
    refused = ledger.runs(kind=RunKind.plan)[0]
    assert (refused.status, refused.error_code) == (RunStatus.refused, "AS-GATE-010")
    assert (refused.purpose, refused.parent_run_id) == (Purpose.rollback, first.id)
    assert ledger.entries(limit=1000)[-1].kind == "run:plan:refused"

    monkeypatch.undo()
    planned = plan_from(runtime, "dev", source)
    assert planned.plan.summary()["destroy"] == 1
    assert ledger.verify().ok


def test_plan_is_refused_when_the_checkout_is_another_commit(make_runtime: MakeRuntime, ledger: Ledger) -> None:
    runtime = make_runtime("embedded")
    applied = runtime.apply(runtime.plan("dev").run.id)
    source = derivations(runtime).rollback(environment="dev", run_id=applied.id)
    elsewhere = make_runtime("embedded", revision=SourceRevision("b" * 40, None))

    with pytest.raises(RollbackRefusedError, match="This is commit bbbb"):
        plan_from(elsewhere, "dev", source)

    entry = ledger.entries(limit=1000)[-1]
    assert entry.kind == "run:rollback:refused"
    assert json.loads(entry.body)["facts"]["code"] == "AS-GATE-011"


@pytest.mark.parametrize("status", [RunStatus.errored, RunStatus.interrupted, RunStatus.cancelled])
def test_apply_that_did_not_complete_is_no_way_back(
    make_runtime: MakeRuntime, ledger: Ledger, status: RunStatus
) -> None:
    runtime = make_runtime("embedded")
    new = NewRun("alphaswarm_platform", "dev", RunKind.apply, runtime.context.actor, None, commit="a" * 40)
    run = ledger.open_run(new, exclusive=True)
    ledger.transition(run.id, RunStatus.applying)
    ledger.transition(run.id, status)

    with pytest.raises(RollbackRefusedError, match=f"no way back to run {run.id}"):
        derivations(runtime).rollback(environment="dev", run_id=run.id)
    with pytest.raises(RunNotFoundError):
        derivations(runtime).rollback(environment="dev", run_id="0" * 32)
    assert ledger.entries(limit=1000)[-1].kind == "run:rollback:refused"


def test_what_was_destroyed_or_replaced_meanwhile_is_not_promoted(make_runtime: MakeRuntime, ledger: Ledger) -> None:
    runtime = make_runtime("embedded")
    settings = runtime.context.settings
    environments = dict(settings.environments)
    environments["staging"] = environments["staging"].model_copy(update={"promoted_from": "dev"})
    changed = settings.model_copy(update={"environments": environments})
    asked = Derivations(ledger, changed, runtime.context.actor)
    first = runtime.apply(runtime.plan("dev", inputs={"size": "1"}).run.id)
    second = runtime.apply(runtime.plan("dev", inputs={"size": "2"}).run.id)
    runtime.refresh("dev")
    assert asked.promotion(origin="dev", environment="staging").run.id == second.id

    with pytest.raises(NotPromotedError, match="is not what runs in dev any more"):
        asked.of_order(Purpose.promotion, environment="staging", run_id=first.id)
    assert ledger.entries(limit=1000)[-1].kind == "run:promotion:refused"
    runtime.apply(runtime.plan("dev", destroys=True).run.id)
    with pytest.raises(NotPromotedError, match="Nothing in dev"):
        asked.of_order(Purpose.promotion, environment="staging", run_id=second.id)
