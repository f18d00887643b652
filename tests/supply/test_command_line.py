"""`alphaswarm image` on a local cloud, from the push to the verdict, as a job would call it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from alphaswarm_core.supply.sboms import Sbom, SbomForm, write_sbom

from .stand import SERVICE, Workplace, push_image

TRIVY = """
case "$1" in
version) echo '{"Version": "0.60.0"}' ;;
*) echo '{"SchemaVersion": 2, "ArtifactName": "sbom", "ArtifactType": "cyclonedx", "Results": []}' ;;
esac
"""
GRYPE = """
case "$1" in
version) echo '{"version": "0.90.0"}' ;;
*) echo '{"matches": [], "descriptor": {"name": "grype"}}' ;;
esac
"""
GONE = "sha256:" + "7" * 64
AT_TAG = ("--rehearse-ref", "refs/tags/v1.2.0")


def test_image_may_run_when_a_job_did_all_the_steps(
    workplace: Workplace, tmp_path: Path, program: Callable[[str, str], Path]
) -> None:
    digest = push_image(workplace.registry(), "complete", tag="v1.2.0")
    image, sboms, verdict = f"{SERVICE}@{digest}", str(tmp_path / "sboms"), str(tmp_path / "verdict.json")
    program("trivy", TRIVY)
    program("grype", GRYPE)

    workplace.succeed("image", "sbom", image, "--form", "cyclonedx", "--form", "spdx", "--output", sboms)
    workplace.succeed("image", "scan", sboms, "--output", verdict)
    workplace.succeed("image", "sign", image, *AT_TAG)
    attested = workplace.succeed(
        "image", "attest", image, "--provenance", "--sboms", sboms, "--verdict", verdict, *AT_TAG, "--json"
    )
    assert len(attested.document["statements"]) == 6

    verified = workplace.succeed("image", "verify", f"admin:v1.2.0@{digest}", "--env", "dev", "--json").document
    assert verified["passed"]
    assert verified["images"][0]["set_aside"] == []
    shown = workplace.succeed("image", "show", image, "--json").document
    assert len(shown["bundles"]) == 7
    assert all(each["holds"] for each in shown["bundles"])
    listed = workplace.succeed("image", "list", "admin", "--env", "dev", "--json").document
    assert listed["tags"]["v1.2.0"] == digest


def test_image_is_refused_when_a_step_is_missing(workplace: Workplace) -> None:
    digest = push_image(workplace.registry(), "unsigned")
    refused = workplace.run("image", "verify", f"{SERVICE}@{digest}", "--json")
    assert refused.code == 3
    (image,) = refused.document["images"]
    assert (image["passed"], image["refused_by"]) == (False, "signature")
    workplace.succeed("image", "sign", f"{SERVICE}@{digest}", *AT_TAG)
    assert workplace.run("image", "verify", f"{SERVICE}@{digest}", "--json").document["images"][0]["refused_by"] == (
        "sbom linux/amd64"
    )


def test_image_is_refused_when_a_branch_signed_it(workplace: Workplace) -> None:
    digest = push_image(workplace.registry(), "signed by a branch")
    workplace.succeed("image", "sign", f"{SERVICE}@{digest}", "--rehearse-ref", "refs/heads/feature")
    refused = workplace.run("image", "verify", f"{SERVICE}@{digest}", "--json")
    assert (refused.code, refused.document["images"][0]["refused_by"]) == (3, "ref")


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("sign", f"{SERVICE}:v1", *AT_TAG), 2, "AS-USE-001"),
        (("sign", f"{SERVICE}@{GONE}"), 1, "AS-IMG-004"),
        (("attest", f"{SERVICE}@{GONE}"), 2, "AS-USE-001"),
        (("verify", "alphaswarm-admin"), 2, "AS-USE-001"),
        (("verify", "registry.example/alphaswarm-admin:v1"), 2, "AS-USE-001"),
        (("verify", f"nobody@{GONE}", "--env", "dev"), 2, "AS-IMG-012"),
        (("verify", f"{SERVICE}@{GONE}"), 1, "AS-IMG-004"),
        (("scan", "."), 5, "AS-IMG-008"),
        (("scan", "nowhere"), 2, "AS-IMG-013"),
        (("scan", ".", "--without", "snyk"), 2, "AS-USE-001"),
    ],
)
def test_call_is_refused_with_a_code(
    workplace: Workplace, tmp_path: Path, words: tuple[str, ...], code: int, error: str
) -> None:
    write_sbom(tmp_path, Sbom(GONE, SbomForm.CYCLONEDX, {"bomFormat": "CycloneDX"}))
    refused = workplace.run("image", *(str(tmp_path) if each == "." else each for each in words), "--json")
    assert (refused.code, refused.document["error"]["code"]) == (code, error), refused.err


def test_nobody_signs_outside_of_a_job(workplace: Workplace) -> None:
    digest = push_image(workplace.registry(), "no job")
    refused = workplace.run("image", "sign", f"{SERVICE}@{digest}", "--json")
    assert refused.code != 0
    assert "id-token" in refused.document["error"]["fix"]
