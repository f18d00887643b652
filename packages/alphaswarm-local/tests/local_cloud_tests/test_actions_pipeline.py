"""A whole delivery: plan, gate, apply of just that plan; and each way round the gate."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local.actions.seam.events import Conclusion

from .conftest import ClientOf, required_tool
from .deliveries import APPLY, BUCKET, PIPELINE, PLAN, Delivery, Edit
from .roles import RoleOf

_SUCCESS, _FAILURE, _SKIPPED = Conclusion.SUCCESS, Conclusion.FAILURE, Conclusion.SKIPPED


def _state(client: ClientOf, key: str) -> dict[str, Any] | None:
    try:
        found = client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    except ClientError:
        return None
    document: dict[str, Any] = json.loads(found)
    return document


@pytest.mark.timeout(200)
def test_a_plan_is_applied_once_its_environment_lets_it_in(
    tmp_path: Path, cloud: LocalCloudAddress, role: RoleOf, client: ClientOf
) -> None:
    required_tool("terraform")
    delivery = Delivery(tmp_path, cloud, role)

    handle = delivery.start(real=True)
    while handle.wait(0.05) is None and not delivery.waits():
        pass
    assert handle.wait(0) is None, delivery.said()
    assert _state(client, delivery.key) is None
    assert [each.key for each in delivery.plane.opened] == ["plan / plan"]
    delivery.approved.set()
    result = handle.wait(120)

    assert result is not None
    assert result.conclusion is _SUCCESS, delivery.said()
    assert delivery.jobs() == {"plan / plan": _SUCCESS, "apply / apply": _SUCCESS}
    state = _state(client, delivery.key)
    assert state is not None
    assert state["outputs"]["deployed"]["value"] == "prod"
    sessions = [line.rpartition("/")[2] for line in delivery.plane.log() if line.startswith("Authenticated as ")]
    assert sessions == ["plan", "apply"]
    again = Delivery(tmp_path / "again", cloud, role, key=delivery.key)
    assert again.run(real=True).conclusion is _SUCCESS, again.said()
    assert again.jobs() == {"plan / plan": _SUCCESS, "apply": _SKIPPED}


_UPLOAD = "      - uses: actions/upload-artifact@v4\n"
_AT_ONCE = "      - run: terraform apply -auto-approve -no-color -input=false\n        env: {TF_VAR_environment: x}\n"


@pytest.mark.timeout(120)
def test_the_plan_job_can_change_nothing(
    tmp_path: Path, cloud: LocalCloudAddress, role: RoleOf, client: ClientOf
) -> None:
    required_tool("terraform")
    delivery = Delivery(tmp_path, cloud, role, {PLAN: lambda text: text.replace(_UPLOAD, _AT_ONCE + _UPLOAD)})

    assert delivery.run(real=True).conclusion is _FAILURE
    said = " ".join(delivery.said().replace("│", " ").split())
    assert "is not authorized to perform: s3:PutObject" in said
    assert _state(client, delivery.key) is None


_OWN_APPLY = """
  apply:
    needs: plan
    runs-on: ubuntu-24.04
    environment: prod
    permissions: { id-token: write }
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with: { aws-region: us-east-1, role-to-assume: "${{ vars.AWS_DEPLOYER_ROLE_ARN }}" }
      - run: terraform apply
"""
_SWAP = """
  swap:
    needs: plan
    runs-on: ubuntu-24.04
    steps:
      - run: echo "another plan" > tfplan
      - uses: actions/upload-artifact@v4
        with: { name: plan, path: tfplan, overwrite: true }
"""
_UNTRUSTED = "Could not assume role with OIDC"
_EDITS: Mapping[str, tuple[str, Edit, str]] = {
    "no environment": (APPLY, lambda text: text.replace("    environment: ${{ inputs.env }}\n", ""), _UNTRUSTED),
    "no permission": (APPLY, lambda text: text.replace("id-token: write", "id-token: none"), "has no OIDC token"),
    "another file": (PIPELINE, lambda text: text.partition("\n  apply:")[0] + _OWN_APPLY, _UNTRUSTED),
    "another plan": (
        PIPELINE,
        lambda text: text.replace("needs: plan", "needs: [plan, swap]") + _SWAP,
        "computed checksum did NOT match",
    ),
}


@pytest.mark.parametrize("name", _EDITS)
def test_an_edited_workflow_does_not_get_round_the_gate(
    tmp_path: Path, cloud: LocalCloudAddress, role: RoleOf, name: str
) -> None:
    path, edit, problem = _EDITS[name]
    delivery = Delivery(tmp_path, cloud, role, {path: edit})

    assert delivery.run().conclusion is _FAILURE
    assert problem in delivery.said(), delivery.said()
    assert not delivery.mark.exists()


def test_the_same_stub_is_reached_when_nothing_is_wrong(tmp_path: Path, cloud: LocalCloudAddress, role: RoleOf) -> None:
    delivery = Delivery(tmp_path, cloud, role)

    assert delivery.run().conclusion is _SUCCESS, delivery.said()
    assert delivery.mark.exists()


def test_a_rejected_apply_does_not_run(tmp_path: Path, cloud: LocalCloudAddress, role: RoleOf) -> None:
    delivery = Delivery(tmp_path, cloud, role)
    delivery.rejected = True

    assert delivery.run().conclusion is _FAILURE
    assert delivery.jobs() == {"plan / plan": _SUCCESS, "apply / apply": _FAILURE}
    assert "mona rejected it" in delivery.said()
    assert not delivery.mark.exists()


def test_a_branch_that_is_not_main_gets_neither_role(tmp_path: Path, cloud: LocalCloudAddress, role: RoleOf) -> None:
    delivery = Delivery(tmp_path, cloud, role)

    assert delivery.run(ref="refs/heads/feature").conclusion is _FAILURE
    assert _UNTRUSTED in delivery.said()
    assert delivery.jobs() == {"plan / plan": _FAILURE, "apply": _SKIPPED}
