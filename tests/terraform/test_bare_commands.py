"""P7: the app tier cannot be changed with a bare Terraform command. And what else a plan refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.terraform.conftest import ACCOUNTS, OTHER_RUN_ID, RUN_ID, AppTier

pytestmark = pytest.mark.xdist_group("app-tier")

COMMON = ("-input=false", "-no-color")
# The last ones are ways around a rule that only a variable states: Terraform does not evaluate a variable that nothing
# needs, and a destroy without refresh, or one target, needs little.
BARE_COMMANDS = (
    ("plan",),
    ("apply", "-auto-approve"),
    ("destroy", "-auto-approve"),
    ("apply", "-refresh-only", "-auto-approve"),
    ("plan", "-refresh=false"),
    ("destroy", "-auto-approve", "-refresh=false"),
    ("apply", "-auto-approve", "-refresh=false", "-target=aws_ssm_parameter.handle"),
    ("destroy", "-auto-approve", "-refresh=false", "-target=aws_ssm_parameter.handle"),
)
DEPLOYED = {
    "version": 4,
    "terraform_version": "1.10.0",
    "serial": 7,
    "lineage": "3f0d9c1e-0000-4000-8000-000000000000",
    "outputs": {},
    "resources": [
        {
            "mode": "managed",
            "type": "aws_ssm_parameter",
            "name": "handle",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [
                {
                    "index_key": "admin_url",
                    "schema_version": 0,
                    "attributes": {"id": "/alphaswarm/dev/admin_url", "name": "/alphaswarm/dev/admin_url"},
                }
            ],
        }
    ],
}


@pytest.mark.parametrize("command", BARE_COMMANDS, ids=" ".join)
def test_a_bare_command_is_refused_and_changes_nothing(
    app_tier: AppTier, tmp_path: Path, command: tuple[str, ...]
) -> None:
    state = tmp_path / "terraform.tfstate"
    state.write_text(json.dumps(DEPLOYED))

    outcome = app_tier.run("dev", *command, *COMMON, f"-state={state}")

    assert outcome.exit_code == 1
    assert "`alphaswarm deploy plan --env dev`" in outcome.sentence
    assert "terraform_runs" in outcome.sentence
    assert json.loads(state.read_text()) == DEPLOYED


def test_a_random_uuid_is_refused(app_tier: AppTier) -> None:
    outcome = app_tier.run("dev", "plan", *COMMON, "-var", "run_id=9b2d4a56-1c3e-4f5a-8b6c-7d8e9f0a1b2c")

    assert outcome.exit_code == 1
    assert "bare terraform command" in outcome.sentence


def test_the_wrong_account_is_refused(app_tier: AppTier) -> None:
    outcome = app_tier.run("dev", "plan", *COMMON, "-var", f"run_id={RUN_ID}", account=ACCOUNTS["prod"])

    assert outcome.exit_code == 1
    assert "AWS account ID not allowed: 333333333333" in outcome.sentence


def test_a_missing_handle_is_named_together_with_its_publisher(app_tier: AppTier) -> None:
    app_tier.aws.publish_landing_zone("staging", app_tier.aws.keys(ACCOUNTS["staging"]), without="vpc_id")

    outcome = app_tier.run("staging", "plan", *COMMON, "-var", f"run_id={RUN_ID}")

    assert outcome.exit_code == 1
    assert "Not published: /alphaswarm/staging/vpc_id - " in outcome.sentence
    assert "infrastructure/envs/admin-staging" in outcome.sentence
    assert "private_subnet_ids" not in outcome.sentence.split("Not published:")[1]


def plan_of(app_tier: AppTier, environment: str, run_id: str, *, images: bool = True) -> dict[str, Any]:
    digests = [f"-var={service}_image_digest={IMAGE}" for service in ("backend", "frontend") if images]
    outcome = app_tier.run(environment, "plan", *COMMON, *digests, "-var", f"run_id={run_id}", "-out=saved.tfplan")
    assert outcome.exit_code == 0, outcome.text
    shown = app_tier.run(environment, "show", "-json", "saved.tfplan")
    document: dict[str, Any] = json.loads(shown.text)
    return document


IMAGE = f"sha256:{'a' * 64}"


def test_service_without_an_image_is_prepared_and_does_not_run(app_tier: AppTier) -> None:
    plan = plan_of(app_tier, "dev", RUN_ID, images=False)

    assert planned(plan, "aws_ecs_service") == planned(plan, "aws_ecs_task_definition") == []
    assert set(plan["planned_values"]["outputs"]["images"]["value"].values()) == {None}
    groups = {each["name"] for each in planned(plan, "aws_cloudwatch_log_group")}
    assert {"/aws/ecs/alphaswarm-admin-dev", "/aws/ecs/alphaswarm-admin-frontend-dev"} <= groups


def planned(plan: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [change["change"]["after"] for change in plan["resource_changes"] if change["type"] == kind]


def test_the_run_id_is_in_the_saved_plan_and_nowhere_else(app_tier: AppTier) -> None:
    first = plan_of(app_tier, "dev", RUN_ID)
    second = plan_of(app_tier, "dev", OTHER_RUN_ID)

    assert first["variables"]["run_id"] == {"value": RUN_ID}
    assert RUN_ID not in json.dumps({name: part for name, part in first.items() if name != "variables"})
    assert first["resource_changes"] == second["resource_changes"]
    assert first["output_changes"] == second["output_changes"]


@pytest.mark.parametrize("environment", ["minimum", "prod"])
def test_each_environment_plans_private_services_with_its_own_protection(app_tier: AppTier, environment: str) -> None:
    plan = plan_of(app_tier, environment, RUN_ID)
    production = environment == "prod"

    (balancer,) = planned(plan, "aws_lb")
    (pool,) = planned(plan, "aws_cognito_user_pool")
    (capacity,) = planned(plan, "aws_ecs_cluster_capacity_providers")
    assert balancer["enable_deletion_protection"] is production
    assert pool["deletion_protection"] == ("ACTIVE" if production else "INACTIVE")
    assert pool["mfa_configuration"] == ("ON" if production else "OPTIONAL")
    assert ("FARGATE_SPOT" in capacity["capacity_providers"]) is not production
    assert {change["change"]["actions"][0] for change in plan["resource_changes"]} <= {"create", "read"}
    assert all(each.endswith(f"@{IMAGE}") for each in plan["planned_values"]["outputs"]["images"]["value"].values())
    services = planned(plan, "aws_ecs_service")
    names = {f"alphaswarm-admin-{environment}", f"alphaswarm-admin-frontend-{environment}"}
    assert {service["name"] for service in services} == names
    for service in services:
        assert service["network_configuration"][0]["assign_public_ip"] is False
        assert service["network_configuration"][0]["subnets"] == ["subnet-1", "subnet-2"]
        assert service["deployment_circuit_breaker"] == [{"enable": True, "rollback": True}]
