"""`alphaswarm image` on a local cloud, from the push to the verdict, as a job would call it."""

from collections.abc import Callable
from pathlib import Path

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
