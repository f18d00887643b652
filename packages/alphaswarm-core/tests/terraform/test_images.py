"""Images of a plan: by digest, verified before the plan counts and again before it is applied."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from conftest import MakeRuntime
from example_project import Project

from alphaswarm_core.errors import RefusedError
from alphaswarm_core.ledger.records import RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.terraform.images import (
    ImageByTagError,
    ImageNotKnownError,
    NobodyVerifiesError,
    UnverifiedDeployError,
    planned_images,
    require_expected,
    state_images,
)

DIGEST, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
ADMIN = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/alphaswarm-admin@{DIGEST}"
OUTPUT = """
variable "admin_image_digest" {
  type    = string
  default = null
}
locals {
  repository = "111111111111.dkr.ecr.us-east-1.amazonaws.com/alphaswarm-admin"
}
output "images" {
  value = { admin = var.admin_image_digest == null ? null : "${local.repository}@${var.admin_image_digest}" }
}
"""

HIDING = f"""
resource "terraform_data" "hidden" {{
  input = "{ADMIN.partition("@")[0]}@{OTHER}"
}}
output "images" {{
  value = {{ other = terraform_data.hidden.output }}
}}
"""
"""What runs is known only after the apply."""


class UnsignedError(RefusedError):
    code = "AS-TST-001"
    summary = "Of a test"


class Verifier:
    """Knows which images may run, and remembers what it was asked."""

    def __init__(self, *good: str) -> None:
        self.good, self.asked = set(good), list[tuple[str, tuple[str, ...]]]()

    def require(self, environment: str, images: Sequence[str]) -> None:
        self.asked.append((environment, tuple(images)))
        for each in images:
            if each not in self.good:
                raise UnsignedError(f"{each} is not trusted: the check 'signature' says no")


@pytest.fixture
def with_images(project: Project) -> Project:
    for environment in ("dev", "staging"):
        path = project.stack(environment)
        path.write_text(path.read_text() + OUTPUT)
    return project


def test_image_is_verified_before_the_plan_counts_and_again_before_the_apply(
    with_images: Project, make_runtime: MakeRuntime, ledger: Ledger
) -> None:
    verifier = Verifier(ADMIN)
    runtime = make_runtime("embedded", images=verifier)

    planned = runtime.plan("dev", inputs={"admin_image_digest": DIGEST})
    applied = runtime.apply(planned.run.id)

    assert verifier.asked == [("dev", (ADMIN,))] * 2
    assert list(planned.run.images) == list(applied.images) == [ADMIN]  # type: ignore[arg-type]
    assert [(each.environment, each.reference, each.since.id) for each in ledger.deployments()] == [
        ("dev", ADMIN, applied.id)
    ]
    assert ledger.verify().ok


def test_plan_is_refused_and_says_which_check_when_an_image_does_not_pass(
    with_images: Project, make_runtime: MakeRuntime, ledger: Ledger
) -> None:
    with pytest.raises(UnsignedError):
        make_runtime("embedded", images=Verifier()).plan("dev", inputs={"admin_image_digest": DIGEST})

    (run,) = ledger.runs()
    assert (run.status, run.error_code) == (RunStatus.refused, "AS-TST-001")
    assert "'signature' says no" in str(run.error)


def test_apply_is_stopped_when_an_image_went_bad_after_the_plan(
    with_images: Project, make_runtime: MakeRuntime, ledger: Ledger
) -> None:
    verifier = Verifier(ADMIN)
    runtime = make_runtime("embedded", images=verifier)
    planned = runtime.plan("dev", inputs={"admin_image_digest": DIGEST})
    verifier.good.clear()

    with pytest.raises(UnsignedError):
        runtime.apply(planned.run.id)

    assert not with_images.state().exists()
    assert [each.id for each in ledger.runs()] == [planned.run.id]
    refusal = json.loads(ledger.entries(limit=1000)[-1].body)
    assert ledger.entries(limit=1000)[-1].kind == "run:apply:refused"
    assert (refusal["facts"]["code"], "'signature'" in refusal["facts"]["what"]) == ("AS-TST-001", True)


def test_apply_does_not_complete_when_something_runs_that_the_plan_did_not_show(
    project: Project, make_runtime: MakeRuntime, ledger: Ledger
) -> None:
    path = project.stack("dev")
    path.write_text(path.read_text() + HIDING)
    runtime = make_runtime("embedded", images=Verifier())
    planned = runtime.plan("dev")

    with pytest.raises(UnverifiedDeployError, match=f"@{OTHER} runs"):
        runtime.apply(planned.run.id)

    newest = ledger.runs()[0]
    assert (newest.parent_run_id, newest.status, newest.error_code) == (planned.run.id, RunStatus.errored, "AS-IMG-023")


def test_images_stay_when_a_later_plan_does_not_speak_of_them(with_images: Project, make_runtime: MakeRuntime) -> None:
    runtime = make_runtime("embedded", images=Verifier(ADMIN))
    runtime.apply(runtime.plan("dev", inputs={"admin_image_digest": DIGEST}).run.id)

    again = runtime.plan("dev")

    assert again.plan.is_empty
    assert list(again.run.images) == [ADMIN]  # type: ignore[arg-type]


def test_nothing_with_images_is_planned_when_nobody_verifies(with_images: Project, make_runtime: MakeRuntime) -> None:
    with pytest.raises(NobodyVerifiesError):
        make_runtime("embedded").plan("dev", inputs={"admin_image_digest": DIGEST})


def test_stack_without_images_needs_no_verifier(with_images: Project, make_runtime: MakeRuntime) -> None:
    runtime = make_runtime("embedded")

    assert runtime.apply(runtime.plan("dev").run.id).images == []


def task(image: str | None, *, unknown: bool = False) -> dict[str, Any]:
    values = {} if unknown else {"container_definitions": json.dumps([{"name": "a", "image": image}])}
    resource = {"address": "module.m.t", "mode": "managed", "type": "aws_ecs_task_definition", "values": values}
    change = {"after_unknown": {"container_definitions": True}} if unknown else {}
    return {
        "planned_values": {"root_module": {"child_modules": [{"resources": [resource]}]}},
        "resource_changes": [{**resource, "change": change}],
    }


def declaring(document: dict[str, Any], value: Any) -> dict[str, Any]:
    return {**document, "planned_values": {**document["planned_values"], "outputs": {"images": {"value": value}}}}


@pytest.mark.parametrize(
    "image", ["r/app:latest", "r/app", f"r/app:v1@{DIGEST[:-1]}", f"@{DIGEST}", f"r/app@{DIGEST}@{DIGEST}"]
)
def test_tag_is_refused_wherever_it_stands(image: str) -> None:
    with pytest.raises(ImageByTagError):
        planned_images(task(image))
    with pytest.raises(ImageByTagError):
        planned_images(declaring({"planned_values": {}}, {"admin": image}))


def test_images_are_found_in_tasks_functions_and_the_output() -> None:
    function = {"mode": "managed", "type": "aws_lambda_function", "values": {"image_uri": f"r/f@{OTHER}"}}
    document = declaring(task(f"r/app@{DIGEST}"), {"admin": ADMIN, "not-yet": None})
    document["planned_values"]["root_module"]["resources"] = [function]

    assert planned_images(document) == tuple(sorted([f"r/app@{DIGEST}", f"r/f@{OTHER}", ADMIN]))


def test_unknown_containers_are_refused_when_the_stack_does_not_say_what_it_runs() -> None:
    with pytest.raises(ImageNotKnownError, match=r"module\.m\.t"):
        planned_images(task(None, unknown=True))

    assert planned_images(declaring(task(None, unknown=True), {"admin": ADMIN})) == (ADMIN,)


@pytest.mark.parametrize("value", ["text", [ADMIN], {"admin": {"image": ADMIN}}, {"admin": 1}])
def test_output_is_refused_when_it_is_no_map_of_images(value: Any) -> None:
    with pytest.raises(ImageNotKnownError):
        planned_images(declaring(task(f"r/app@{DIGEST}"), value))


def test_image_that_was_hidden_from_the_plan_is_named_after_the_apply() -> None:
    instance = {"attributes": {"container_definitions": json.dumps([{"image": f"r/evil@{OTHER}"}])}}
    resource = {"mode": "managed", "type": "aws_ecs_task_definition", "name": "t", "instances": [instance]}
    state = json.dumps({"resources": [resource], "outputs": {"images": {"value": {"admin": ADMIN}}}}).encode()

    with pytest.raises(UnverifiedDeployError, match="evil"):
        require_expected(state_images(state), [ADMIN])

    require_expected([ADMIN], [ADMIN, f"r/app@{DIGEST}"])
