"""Which jobs run for which event, and which environments are asked: the files' own conditions decide, in the runner."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.hollow import REPOSITORY, SHA, Scenario, play

PLAN_RUN = "01a207b1-67c5-7f44-91bc-40fec2bf561f"
INFRASTRUCTURE, PLATFORM = "plan (infrastructure) / plan", "plan (alphaswarm_platform) / plan"
CHANGES = {"plan": {"changes": "true", "digest": "0" * 64}, "record": {"run": PLAN_RUN}}
SAME = {"plan": {"changes": "false", "digest": "0" * 64}}


def dispatch(tree: str, env: str, action: str, plan_run: str = "", **more: Any) -> Scenario:
    inputs = {"tree": tree, "env": env, "action": action, "plan_run": plan_run}
    return Scenario("workflow_dispatch", {"inputs": inputs}, **{"outputs": CHANGES, **more})


def published() -> Scenario:
    images = {f"{name}_image_digest": f"sha256:{'a' * 64}" for name in ("backend", "frontend")}
    return Scenario("repository_dispatch", {"action": "admin-image-published", "client_payload": images})


@pytest.mark.parametrize(
    ("scenario", "ran", "asked"),
    [
        pytest.param(
            Scenario("push", {"after": SHA}),
            {"order", INFRASTRUCTURE, PLATFORM},
            {},
            id="a push plans both trees of dev",
        ),
        pytest.param(
            dispatch("infrastructure", "prod", "plan"), {"order", INFRASTRUCTURE}, {}, id="a native plan asks nobody"
        ),
        pytest.param(
            dispatch("infrastructure", "prod", "apply"),
            {"order", INFRASTRUCTURE, "apply"},
            {"apply": "prod"},
            id="a native apply asks its environment",
        ),
        pytest.param(
            dispatch("infrastructure", "prod", "apply", outputs=SAME),
            {"order", INFRASTRUCTURE},
            {},
            id="nothing to change asks nobody",
        ),
        pytest.param(
            dispatch("alphaswarm_platform", "dev", "plan"), {"order", PLATFORM}, {}, id="a plan of dev asks nobody"
        ),
        pytest.param(
            dispatch("alphaswarm_platform", "dev", "apply"),
            {"order", PLATFORM, "apply"},
            {"apply": "dev"},
            id="dev applies at once",
        ),
        pytest.param(
            published(), {"order", PLATFORM, "apply"}, {"apply": "dev"}, id="published images go to dev and no further"
        ),
        pytest.param(
            dispatch("alphaswarm_platform", "prod", "plan"),
            {"order", "record"},
            {"record": "prod"},
            id="the plan that counts is recorded by the build",
        ),
        pytest.param(
            dispatch("alphaswarm_platform", "prod", "apply"),
            {"order", "record", "apply"},
            {"record": "prod", "apply": "prod"},
            id="an apply without a plan records one first",
        ),
        pytest.param(
            dispatch("alphaswarm_platform", "prod", "apply", PLAN_RUN),
            {"order", "apply"},
            {"apply": "prod"},
            id="an approved plan is applied as it is",
        ),
    ],
)
def test_an_event_runs_these_jobs_and_asks_these_environments(
    tmp_path: Path, scenario: Scenario, ran: set[str], asked: Mapping[str, str]
) -> None:
    happened = play(tmp_path, "terraform-pipeline.yml", scenario)

    assert happened.result.conclusion == "success", happened.result
    assert happened.ran() == ran
    assert happened.asked == asked


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(dispatch("infrastructure", "prod", "apply", failing=frozenset({"plan"})), id="its plan failed"),
        pytest.param(dispatch("infrastructure", "prod", "apply", refused=frozenset({"prod"})), id="a person said no"),
        pytest.param(
            dispatch("alphaswarm_platform", "prod", "apply", failing=frozenset({"record"})), id="not recorded"
        ),
        pytest.param(dispatch("alphaswarm_platform", "prod", "apply", ref="refs/heads/feature"), id="another branch"),
        pytest.param(dispatch("alphaswarm_platform", "prod", "apply", "$(id)"), id="a malformed input"),
    ],
)
def test_nothing_is_applied_when(tmp_path: Path, scenario: Scenario) -> None:
    happened = play(tmp_path, "terraform-pipeline.yml", scenario)

    assert happened.result.conclusion == "failure"
    assert "apply" not in {each.id for each in happened.opened}


def pull(owner: str) -> Mapping[str, Any]:
    head = {"ref": "feature", "sha": SHA, "repo": {"full_name": f"{owner}/alphaswarm_platform"}}
    return {"action": "opened", "number": 7, "pull_request": {"number": 7, "head": head, "base": {"ref": "main"}}}


CHECKS = {"python", "tests", "terraform", "tfsec", "conftest", "trust", "order"}


def test_a_pull_request_is_validated_planned_and_commented_on(tmp_path: Path) -> None:
    scenario = Scenario("pull_request", pull(REPOSITORY.owner), "refs/pull/7/merge")

    happened = play(tmp_path, "pr-validate.yml", scenario)

    comments = {"comment (infrastructure)", "comment (alphaswarm_platform)"}
    assert happened.ran() == {*CHECKS, INFRASTRUCTURE, PLATFORM, *comments}
    assert {each.id for each in happened.opened if each.may_have_identity_token} == {"plan"}


def test_a_forks_pull_request_is_validated_without_a_token_that_can_do_anything(tmp_path: Path) -> None:
    scenario = Scenario("pull_request", pull("stranger"), "refs/pull/7/merge", from_fork=True)

    happened = play(tmp_path, "pr-validate.yml", scenario)

    assert happened.result.conclusion == "success"
    assert happened.ran() == CHECKS
    assert all(dict(each.permissions) == {"contents": "read"} for each in happened.opened)
