"""`alphaswarm image where` and `affected`, by what the ledger holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from alphaswarm.commands.image import image
from alphaswarm_core.ledger.image_records import ImageFacts
from alphaswarm_core.ledger.records import Actor, ActorKind, NewRun, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger

SETTINGS = """
schema = 1
project = "example"
[environments.dev]
account_id = "111111111111"
approvals = 0
[trees.alphaswarm_platform]
path = "terraform/environments/{env}"
applied_by = "runtime"
"""
REPOSITORY = "111111111111.dkr.ecr.us-east-1.amazonaws.com/alphaswarm-admin"
KNOWN, UNKNOWN = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
SBOM = {"bomFormat": "CycloneDX", "components": [{"type": "library", "name": "openssl", "version": "3.0.1"}]}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project where a recorded image runs in dev, and one that nobody recorded."""
    (tmp_path / "alphaswarm.toml").write_text(SETTINGS)
    facts = ImageFacts(
        service="admin",
        repository=REPOSITORY,
        digest=KNOWN,
        platforms=("linux/amd64",),
        version="v1.0.0",
        commit="c" * 40,
        builder="builder",
        signer="signer",
        scan=None,
        verification=[],
    )
    actor = Actor(ActorKind.person, "ann@example.com", "Ann")
    with Ledger.open(f"sqlite:///{tmp_path}/.alphaswarm/ledger.db") as ledger:
        ledger.record_image(facts, {f"sha256:{'1' * 64}": SBOM})
        new = NewRun("alphaswarm_platform", "dev", RunKind.apply, actor, None)
        run = ledger.open_run(new, exclusive=True)
        ledger.transition(run.id, RunStatus.applying)
        images = [f"{REPOSITORY}@{KNOWN}", f"{REPOSITORY}@{UNKNOWN}"]
        ledger.transition(run.id, RunStatus.completed, changes={"images": images})
    return tmp_path


def asked(project: Path, *words: str) -> Any:
    config = str(project / "alphaswarm.toml")
    ended = CliRunner().invoke(image, [*words, "--json", "--config", config], catch_exceptions=False)
    assert ended.exit_code == 0
    return json.loads(ended.stdout)


@pytest.mark.parametrize("wanted", ["admin", KNOWN])
def test_where_names_environment_and_run_of_a_service_or_digest(project: Path, wanted: str) -> None:
    (found,) = asked(project, "where", wanted)["deployments"]

    assert (found["environment"], found["version"]) == ("dev", "v1.0.0")
    assert found["image"].endswith(KNOWN)
    assert found["since"]["by"] == "Ann"


def test_where_names_nothing_that_does_not_run(project: Path) -> None:
    assert asked(project, "where", "other")["deployments"] == []


def test_affected_names_what_runs_the_package_and_what_nobody_knows(project: Path) -> None:
    found = asked(project, "affected", "--package", "OpenSSL", "--version", "3.0.1")

    assert [(each["environment"], each["service"], each["versions"]) for each in found["affected"]] == [
        ("dev", "admin", ["3.0.1"])
    ]
    assert found["unknown"] == [f"{REPOSITORY}@{UNKNOWN}"]
    assert asked(project, "affected", "--package", "openssl", "--version", "3.0.2")["affected"] == []
