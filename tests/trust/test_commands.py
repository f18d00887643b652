"""The trust commands on this repository: they succeed as it is, and name the token that gets in when it is not.

Each attack is made on production's own rendered policies, and given to the commands as a plan.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alphaswarm_core.identity.trust import RolePolicy
from alphaswarm_core.settings import FILE_NAME, load_settings
from alphaswarm_core.terraform.engines.selection import select_engine
from alphaswarm_core.terraform.trust_rendering import render_policies
from tests.checks.trees import REPOSITORY
from tests.terraform.conftest import terraform_or_skip

pytestmark = pytest.mark.xdist_group("trust")

PREFIX = "token.actions.githubusercontent.com:"
PLATFORM = "repo:Alpha-Swarm-ai@800000001/alphaswarm_platform@900000001"
Policy = dict[str, Any]
Attack = Callable[[Policy], None]


def trust(*words: str) -> tuple[int, Any]:
    """`alphaswarm trust WORDS --json` in this repository: exit code and result."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "alphaswarm", "trust", *words, "--json"]
    ended = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert "Traceback" not in ended.stderr
    return ended.returncode, json.loads(ended.stdout)


@pytest.fixture(scope="session")
def production() -> tuple[RolePolicy, ...]:
    terraform_or_skip()
    settings = load_settings(REPOSITORY / FILE_NAME, {})
    return render_policies(settings, select_engine(settings.terraform, os.environ), os.environ, "prod")


@pytest.fixture
def plan_with(production: tuple[RolePolicy, ...], tmp_path: Path) -> Callable[[Attack], str]:
    """Writes a plan in which the apply role's trust policy was tampered with."""

    def make(attack: Attack) -> str:
        plan, apply = (json.loads(policy.document) for policy in production)
        attack(apply)
        outputs = {"plan_policy": {"value": json.dumps(plan)}, "apply_policy": {"value": json.dumps(apply)}}
        path = tmp_path / "plan.json"
        path.write_text(json.dumps({"format_version": "1.2", "planned_values": {"outputs": outputs}}))
        return str(path)

    return make


def conditions(policy: Policy, operator: str = "StringEquals") -> Policy:
    """The conditions of the policy's first statement."""
    found: Policy = policy["Statement"][0]["Condition"][operator]
    return found


def also_main(policy: Policy) -> None:
    statement = json.loads(json.dumps(policy["Statement"][0]))
    statement["Sid"] = "Main"
    statement["Condition"] = {
        "StringEquals": {
            f"{PREFIX}aud": "sts.amazonaws.com",
            f"{PREFIX}sub": f"{PLATFORM}:ref:refs/heads/main",
        }
    }
    policy["Statement"].append(statement)


def any_repository(policy: Policy) -> None:
    subject = conditions(policy).pop(f"{PREFIX}sub")
    assert subject
    policy["Statement"][0]["Condition"].setdefault("StringLike", {})[f"{PREFIX}sub"] = "repo:Alpha-Swarm-ai@800000001/*"
    for claim in ("repository_id", "job_workflow_ref"):
        conditions(policy).pop(f"{PREFIX}{claim}", None)


def for_all_values(policy: Policy) -> None:
    block = policy["Statement"][0]["Condition"]
    block["ForAllValues:StringEquals"] = {f"{PREFIX}environment": block["StringEquals"].pop(f"{PREFIX}environment")}
    block["ForAllValues:StringEquals"][f"{PREFIX}job_workflow_ref"] = block["StringEquals"].pop(
        f"{PREFIX}job_workflow_ref"
    )
    block["StringLike"] = {f"{PREFIX}sub": f"{PLATFORM}:*"}
    block["StringEquals"].pop(f"{PREFIX}sub")


def unpinned_id(policy: Policy) -> None:
    for statement in policy["Statement"]:
        statement["Condition"]["StringEquals"].pop(f"{PREFIX}repository_id", None)
        statement["Condition"]["StringEquals"].pop(f"{PREFIX}repository_owner_id", None)
        statement["Condition"]["StringEquals"].pop(f"{PREFIX}sub", None)
        statement["Condition"].setdefault("StringLike", {})[f"{PREFIX}sub"] = (
            "repo:Alpha-Swarm-ai*/alphaswarm_platform*:environment:prod"
        )


ATTACKS = [also_main, any_repository, for_all_values, unpinned_id]


def test_this_repository_is_as_declared() -> None:
    code, found = trust("matrix")
    assert (code, found["holds"]) == (0, True)
    assert {cell["environment"] for cell in found["cells"]} == {"dev", "staging", "prod"}
    assert not any(cell["differs"] for cell in found["cells"])


def test_this_repository_is_proved() -> None:
    code, found = trust("prove")
    assert code == 0
    assert [proof["verdict"] for proof in found["proofs"]] == ["proved"] * 6


def test_this_repository_is_audited_clean() -> None:
    code, found = trust("audit", ".")
    assert code == 0, found


def test_untouched_policies_are_proved_from_a_plan_too(plan_with: Callable[[Attack], str]) -> None:
    code, _ = trust("prove", "--env", "prod", "--plan", plan_with(lambda policy: None))
    assert code == 0


@pytest.mark.parametrize("attack", ATTACKS)
def test_proof_fails_and_prints_the_token_that_gets_in(attack: Attack, plan_with: Callable[[Attack], str]) -> None:
    code, found = trust("prove", "--env", "prod", "--plan", plan_with(attack))

    assert code == 3
    (apply,) = (proof for proof in found["proofs"] if proof["role"] == "aqp-gha-apply")
    assert apply["verdict"] != "proved"
    assert apply["witnesses"], apply
    assert all("sub" in json.dumps(witness) for witness in apply["witnesses"])


def test_matrix_shows_the_job_that_gets_in_past_the_reviewers(plan_with: Callable[[Attack], str]) -> None:
    code, found = trust("matrix", "--env", "prod", "--plan", plan_with(also_main))

    assert code == 3
    assert any(
        cell["differs"] and cell["admitted"] and cell["subject"] == f"{PLATFORM}:ref:refs/heads/main"
        for cell in found["cells"]
    )
