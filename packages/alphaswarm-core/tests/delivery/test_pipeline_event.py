"""What events may ask the pipeline for. Their values come from whoever sent them."""

from pathlib import Path
from typing import Any

import pytest

from alphaswarm_core.delivery.pipeline_event import PipelineEventError, PipelineOrder, pipeline_order
from alphaswarm_core.settings import Settings, load_settings

MAIN = "refs/heads/main"
APP = "alphaswarm_platform"
DIGEST = "sha256:" + "a" * 64
RUN = "01a2124e-5aa4-7ce4-9976-79f6970de628"


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(Path(__file__).resolve().parents[4] / "alphaswarm.toml", {})


def dispatched(**inputs: str) -> dict[str, Any]:
    return {"inputs": {"tree": APP, "env": "prod", "action": "apply", **inputs}}


def published(**payload: Any) -> dict[str, Any]:
    given = {"backend_image_digest": DIGEST, "frontend_image_digest": DIGEST, **payload}
    return {"action": "admin-image-published", "client_payload": given}


def test_push_to_main_plans_every_tree_of_the_first_environment(settings: Settings) -> None:
    assert pipeline_order(settings, "push", MAIN, {}) == PipelineOrder(APP, "dev", "plan", named=False)


def test_pull_request_plans_whatever_its_ref_is(settings: Settings) -> None:
    assert pipeline_order(settings, "pull_request", "refs/pull/7/merge", {}).action == "plan"


def test_dispatch_asks_for_its_inputs(settings: Settings) -> None:
    order = pipeline_order(settings, "workflow_dispatch", MAIN, dispatched(plan_run=RUN))
    assert order == PipelineOrder(APP, "prod", "apply", RUN)


def test_published_image_goes_to_the_first_environment_only(settings: Settings) -> None:
    order = pipeline_order(settings, "repository_dispatch", MAIN, published(environment="prod", env="prod"))
    assert (order.environment, order.action) == ("dev", "apply")
    assert order.inputs == {"backend_image_digest": DIGEST, "frontend_image_digest": DIGEST}


@pytest.mark.parametrize("event", ["push", "workflow_dispatch", "repository_dispatch", "schedule"])
@pytest.mark.parametrize("ref", ["refs/heads/feature", "refs/tags/main", "refs/pull/1/merge", "main", ""])
def test_other_refs_are_refused(settings: Settings, event: str, ref: str) -> None:
    with pytest.raises(PipelineEventError):
        pipeline_order(settings, event, ref, dispatched())


@pytest.mark.parametrize("event", ["pull_request_target", "schedule", "issue_comment", "workflow_run", "release", ""])
def test_other_events_are_refused_on_main(settings: Settings, event: str) -> None:
    with pytest.raises(PipelineEventError):
        pipeline_order(settings, event, MAIN, {})


@pytest.mark.parametrize(
    "inputs",
    [
        {"env": "prod; rm -rf /"},
        {"env": "Prod"},
        {"env": "prod\ntree=x"},
        {"tree": "../infrastructure"},
        {"action": "destroy"},
        {"plan_run": "$(id)"},
        {"plan_run": RUN[:13]},
        {"plan_run": RUN, "action": "plan"},
        {"plan_run": RUN, "tree": "infrastructure"},
    ],
)
def test_dispatch_with_other_values_is_refused(settings: Settings, inputs: dict[str, str]) -> None:
    with pytest.raises(PipelineEventError):
        pipeline_order(settings, "workflow_dispatch", MAIN, dispatched(**inputs))


@pytest.mark.parametrize("digest", ["latest", "sha256:abc", DIGEST + "\n--destroy", DIGEST + " x", None, ["x"], 7])
def test_published_image_without_a_digest_is_refused(settings: Settings, digest: Any) -> None:
    with pytest.raises(PipelineEventError):
        pipeline_order(settings, "repository_dispatch", MAIN, published(backend_image_digest=digest))


@pytest.mark.parametrize(
    "document", [{}, {"action": "other"}, {"action": "admin-image-published", "client_payload": []}]
)
def test_other_dispatches_are_refused(settings: Settings, document: dict[str, Any]) -> None:
    with pytest.raises(PipelineEventError):
        pipeline_order(settings, "repository_dispatch", MAIN, document)
