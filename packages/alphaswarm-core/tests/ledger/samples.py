"""Records that the tests write."""

from typing import Any

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.image_records import ImageFacts
from alphaswarm_core.ledger.records import Actor, ActorKind, Decision, NewRun, Part, Run, RunKind, RunStatus, SpecRecord
from alphaswarm_core.ledger.store import Ledger

TREE = "alphaswarm_platform"
ANN = Actor(ActorKind.person, "ann@example.com", "Ann Example")
BUILD = Actor(ActorKind.codebuild, "arn:aws:codebuild:build/1", "Build 1", "https://github.com/o/r/actions/runs/1")
DIGEST = "c0ffee" * 10 + "beef"
SPEC = SpecRecord(TREE, "dev", "5bec" * 16, {"files": {"main.tf": "aa"}, "inputs": {"größe": 1.5}})


REPOSITORY = "111111111111.dkr.ecr.us-east-1.amazonaws.com/alphaswarm-admin"


def image_digest(number: int = 1) -> str:
    return f"sha256:{number:064x}"


def reference(number: int = 1) -> str:
    return f"{REPOSITORY}@{image_digest(number)}"


def image_facts(number: int = 1, **changes: Any) -> ImageFacts:
    values: dict[str, Any] = {
        "service": "admin",
        "repository": REPOSITORY,
        "digest": image_digest(number),
        "platforms": ("linux/amd64", "linux/arm64"),
        "version": "v1.0.0",
        "commit": "c" * 40,
        "builder": "https://github.com/o/r/.github/workflows/build-publish.yml@refs/tags/v1.0.0",
        "signer": "https://github.com/o/r/.github/workflows/build-publish.yml@refs/tags/v1.0.0",
        "scan": {"passed": True, "scanners": [{"name": "grype", "version": "0.80"}], "without": ["trivy"]},
        "verification": [{"name": "signature", "passed": True, "detail": "one"}],
    }
    return ImageFacts(**{**values, **changes})


def cyclonedx(*packages: tuple[str, str]) -> Json:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [{"type": "library", "name": name, "version": version} for name, version in packages],
    }


def new_run(kind: RunKind = RunKind.plan, **changes: Any) -> NewRun:
    values: dict[str, Any] = {
        "tree": TREE,
        "environment": "dev",
        "run_kind": kind,
        "actor": ANN,
        "spec_version_id": None,
    }
    return NewRun(**{**values, **changes})


def planned(ledger: Ledger, **changes: Any) -> Run:
    """A plan that waits for approval."""
    run = ledger.open_run(new_run(**changes), exclusive=False)
    ledger.transition(run.id, RunStatus.running, changes={"engine": "terraform"})
    learned: dict[str, Any] = {
        "plan_digest": DIGEST,
        "plan_summary": {"add": 1, "by_type": {"aws_lb": 1}, "ratio": 0.5},
    }
    return ledger.transition(run.id, RunStatus.awaiting_approval, changes=learned)


def approved(ledger: Ledger, **changes: Any) -> Run:
    return ledger.transition(planned(ledger, **changes).id, RunStatus.approved)


def applied(ledger: Ledger, images: list[str] | None, environment: str = "dev") -> Run:
    """A completed apply that left these images running."""
    plan = approved(ledger, environment=environment)
    apply = ledger.claim_plan(plan.id, new_run(RunKind.apply, environment=environment))
    ledger.transition(apply.id, RunStatus.applying)
    done = ledger.transition(apply.id, RunStatus.completed, changes={"images": images})
    ledger.transition(plan.id, RunStatus.completed)
    return done


def whole_story(ledger: Ledger) -> None:
    """Something in every evidence table, several runs, an interrupted one, events."""
    spec = ledger.register_spec(SPEC)
    plan = planned(ledger, spec_version_id=spec.id)
    ledger.add_approval(plan.id, DIGEST, "bob", Decision.approve, comment="fine", source="cli")
    ledger.add_involvements(plan.id, [("github:1", Part.author)], source="git")
    ledger.add_waiver(plan.id, DIGEST, "bob", "the fix has to go out", source="cli")
    ledger.transition(plan.id, RunStatus.approved)
    apply = ledger.claim_plan(plan.id, new_run(RunKind.apply, actor=BUILD, role="AqpTerraformExecutionRole"))
    ledger.transition(apply.id, RunStatus.applying, changes={"state_before": None})
    ledger.set_halt(on=True, reason="incident", actor=ANN)
    ledger.transition(
        apply.id, RunStatus.completed, changes={"exit_code": 0, "state_after": {"lineage": "l", "serial": 7}}
    )
    ledger.transition(plan.id, RunStatus.completed)
    ledger.note("run:apply:refused", f"{TREE}/dev", {"why": "halted"})
    ledger.open_run(new_run(RunKind.refresh, note="nightly"), exclusive=False)
    ledger.set_halt(on=False, reason="over", actor=ANN)
    ledger.record_image(image_facts(), {image_digest(7): cyclonedx(("openssl", "3.0.1"), ("zlib", "1.3"))})
