import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest

from alphaswarm_core.delivery.build_identity import actor_of, require_own_build
from alphaswarm_core.delivery.executor_errors import BuildIdentityError, EvidenceRefusedError
from alphaswarm_core.ledger.records import ActorKind

from .fake_builds import RUNNING

ROLE = "arn:aws:iam::111111111111:role/alphaswarm-deploy-dev"
MINE = dataclasses.replace(RUNNING, service_role=ROLE)
SAID = {"service_role": ROLE, "session_name": "AWSCodeBuild-0f0e", "project": "alphaswarm-deploy-dev"}


def claims(**other: str) -> Any:
    """What stands for verified claims: only the verifier makes real ones."""
    values = {
        "actor": "ann", "actor_id": "7", "repository": "o/r", "run_id": "42", "run_attempt": "1", **other
    }  # fmt: skip
    return SimpleNamespace(text=values.get, digest="d" * 64)


def test_build_that_aws_confirms_is_ours() -> None:
    require_own_build(MINE, **SAID)
    with_path = dataclasses.replace(MINE, service_role=ROLE.replace("role/", "role/path/"))
    require_own_build(with_path, **SAID)  # an assumed role's ARN has no path


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (MINE, {"session_name": "ann"}),
        (MINE, {"session_name": "x-AWSCodeBuild-0f0e"}),
        (MINE, {"service_role": ROLE + "-other"}),
        (MINE, {"project": "alphaswarm-deploy-prod"}),
        (dataclasses.replace(MINE, status="SUCCEEDED", complete=True), {}),
        (dataclasses.replace(MINE, complete=True), {}),
        (dataclasses.replace(MINE, service_role=""), {}),
    ],
)
def test_build_that_aws_does_not_confirm_is_refused(build: Any, said: dict[str, str]) -> None:
    with pytest.raises(BuildIdentityError):
        require_own_build(build, **{**SAID, **said})


def test_actor_is_who_started_the_build_when_no_token_came() -> None:
    found = actor_of(MINE, None)

    assert found.actor.kind is ActorKind.codebuild
    assert found.actor.subject == "codebuild:aqp-gha-apply/42-1"
    assert found.claims_digest is None


def test_actor_is_the_person_of_the_token_when_it_is_of_the_session_that_started_the_build() -> None:
    found = actor_of(MINE, claims())

    assert found.actor.kind is ActorKind.codebuild  # the person of four eyes, and still no person at a workstation
    assert found.actor.subject == "github:7"
    assert found.actor.display_name == "ann"
    assert found.actor.run_url == "https://github.com/o/r/actions/runs/42"
    assert found.claims_digest == "d" * 64


@pytest.mark.parametrize("other", [{"run_id": "43"}, {"run_attempt": "2"}, {"run_id": ""}])
def test_token_of_another_job_is_refused(other: dict[str, str]) -> None:
    with pytest.raises(EvidenceRefusedError):
        actor_of(MINE, claims(**other))


@pytest.mark.parametrize("initiator", ["", "ann", "aqp-gha-apply/ann", "rule/42-1-1"])
def test_token_is_refused_when_the_build_was_started_otherwise(initiator: str) -> None:
    with pytest.raises(EvidenceRefusedError):
        actor_of(dataclasses.replace(MINE, initiator=initiator), claims())
