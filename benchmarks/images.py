"""What verifying images costs: `python -m benchmarks images`.

Against the registry and the Sigstore of a local cloud, over HTTP, with SBOMs of 500 packages for each of two platforms.
One image: all checks with a warm trust root, and the memory of the whole program beyond that of a bare interpreter.
Many: 100 by one call of the program, against one call for each. Registry and clients share the machine.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from alphaswarm_core.adapters.image_registry import ImageRegistry, RegistryAddress, ecr_authorization
from alphaswarm_core.adapters.sigstore_signing import AUDIENCE, KeylessSigner
from alphaswarm_core.identity.github.claims import claims
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.identity.trust import github_repositories
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_core.settings import load_settings
from alphaswarm_core.supply.attesting import Attestation, attest, provenance_of, sboms_of, signature_of, verdict_of
from alphaswarm_core.supply.bundles import BundleVerifier
from alphaswarm_core.supply.declared import rule_of
from alphaswarm_core.supply.findings import Severity
from alphaswarm_core.supply.images import OCI_INDEX, OCI_MANIFEST, Fetched, Image, read_image
from alphaswarm_core.supply.provenance import BuildFacts, build_facts
from alphaswarm_core.supply.references import Repository, ecr_repository
from alphaswarm_core.supply.sboms import Sbom, SbomForm
from alphaswarm_core.supply.verdicts import ScanVerdict, verdict_predicate
from alphaswarm_core.supply.verifying import ImageVerifier
from alphaswarm_local import supervisor
from alphaswarm_local.github.client import request_token
from benchmarks.measurement import CannotMeasureError, Measurement
from benchmarks.processes import user_environment

MOST_MS, MOST_MB, TIMES = 150.0, 100.0, 8.0
_IMAGES, _COLD, _ROUNDS, _PACKAGES = 100, 10, 30, 500
_ACCOUNT, _SERVICE = "111111111111", "admin"
_PROJECT = Path(__file__).resolve().parents[1]

_PROGRAM = """
import atexit, sys
from pathlib import Path
report = Path(sys.argv.pop(1))
def peak():
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024
bare = peak()
atexit.register(lambda: report.write_text(str(peak() - bare)))
from alphaswarm.__main__ import main
main()
"""
"""`alphaswarm`, which writes down how many MB its peak is above a bare interpreter's."""


def measure() -> list[Measurement]:
    """Time and memory of one, and how much faster 100 are together."""
    with tempfile.TemporaryDirectory(prefix="alphaswarm-bench-") as name:
        root = Path(name)
        shutil.copy(_PROJECT / "alphaswarm.toml", root)
        home = root / ".alphaswarm"
        address = supervisor.up(home, region="us-east-1", accounts={"dev": _ACCOUNT})
        try:
            stand = _Stand(root, address)
            references = stand.filled(_IMAGES)
            return [stand.one(references[0]), *stand.many(references)]
        finally:
            supervisor.down(home)


class _Stand:
    """A project, its local cloud, and images in its registry."""

    def __init__(self, root: Path, address: LocalCloudAddress) -> None:
        self._root, self._address = root, address
        self._settings = load_settings(root / "alphaswarm.toml", {}, {})
        declared = self._settings.images.services[_SERVICE]
        self._repository = ecr_repository(_ACCOUNT, address.region, declared.repository)
        keys = address.accounts["dev"]
        session = boto3.Session(keys.access_key_id, keys.secret_access_key, region_name=address.region)
        ecr = session.client("ecr", endpoint_url=address.endpoint)
        ecr.create_repository(repositoryName=declared.repository)
        base = f"{address.url('registry')}/{_ACCOUNT}"
        self._registry = ImageRegistry(lambda _: RegistryAddress(base, lambda: ecr_authorization(ecr)))
        source = github_repositories(self._settings)[declared.source]
        self._job = workflow_job(Event.PUSH, source, declared.workflow, ref="refs/tags/v1.0.0")

    def filled(self, count: int) -> list[str]:
        """References of `count` images with everything that is asked for."""
        with urllib.request.urlopen(f"{self._address.url('sigstore')}/client_trust_config.json", timeout=10) as answer:
            config = answer.read()
        signer = KeylessSigner(config, lambda: request_token(self._address, self._job, AUDIENCE))
        said = claims(self._job)
        if not isinstance(said, tuple):
            raise CannotMeasureError("the job has no token")
        facts, found = build_facts(said[0].document()), []
        for number in range(count):
            image = read_image(self._registry, self._repository, _push(self._registry, self._repository, number))
            attest(self._registry, signer, image, _everything(image, facts), datetime.now(UTC))
            found.append(f"{self._repository}@{image.digest}")
        return found

    def one(self, reference: str) -> Measurement:
        """One image again and again."""
        with_root = BundleVerifier(self._trust_root())
        verifier = ImageVerifier(self._registry, with_root, lambda: datetime.now(UTC))
        rule = rule_of(self._settings, _SERVICE, "dev")
        times = []
        for _ in range(_ROUNDS):
            started = time.perf_counter()
            verifier.verify(self._repository, reference.partition("@")[2], rule).require()
            times.append((time.perf_counter() - started) * 1000)
        usual = f"median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms"
        detail = f"the fastest of {_ROUNDS} rounds: what else the machine does only adds; {usual}"
        return Measurement("verify one image, all checks", min(times), MOST_MS, "ms", at_least=False, detail=detail)

    def many(self, references: Sequence[str]) -> list[Measurement]:
        """One process for all, against one for each."""
        cold = [self._call([each]) for each in references[:_COLD]]
        each, memory = statistics.mean(seconds for seconds, _ in cold), max(size for _, size in cold)
        together, size = self._call(references)
        ratio = each * len(references) / together
        detail = f"{len(references)} in {together:.1f} s; one by one {each:.2f} s each, by {_COLD} of them"
        beside = f"{size:.0f} MB for {len(references)} at once"
        return [
            Measurement("memory to verify one image", memory, MOST_MB, "MB", at_least=False, detail=beside),
            Measurement("verify 100 images, by cold processes", ratio, TIMES, "x", at_least=True, detail=detail),
        ]

    def _call(self, references: Sequence[str]) -> tuple[float, float]:
        """Seconds and MB of one call of the program."""
        report = self._root / "peak"
        started = time.perf_counter()
        ended = subprocess.run(
            [sys.executable, "-c", _PROGRAM, str(report), "image", "verify", *references, "--json"],
            cwd=self._root,
            env=user_environment(),
            capture_output=True,
            check=False,
            timeout=600,
        )
        if ended.returncode != 0:
            raise CannotMeasureError(f"image verify ended with {ended.returncode}: {ended.stderr.decode()[-300:]}")
        return time.perf_counter() - started, float(report.read_text())

    def _trust_root(self) -> bytes:
        with urllib.request.urlopen(f"{self._address.url('sigstore')}/trusted_root.json", timeout=10) as answer:
            content: bytes = answer.read()
        return content


def _everything(image: Image, facts: BuildFacts) -> list[Attestation]:
    """What a job says about its image."""
    members = [each.digest for each in image.members]
    verdict = ScanVerdict(
        passed=True,
        scanned_at=datetime.now(UTC),
        scanners={"grype": "0.90.0", "trivy": "0.60.0"},
        images=tuple(members),
        without=(),
        limit=Severity.high,
        counts={},
    )
    sboms = [Sbom(each, SbomForm.CYCLONEDX, _sbom()) for each in members]
    return [
        signature_of(image),
        provenance_of(image, facts),
        *sboms_of(image, sboms),
        verdict_of(image, verdict_predicate(verdict, [])),
    ]


def _sbom() -> dict[str, Any]:
    components = [
        {
            "type": "library",
            "name": f"package-{number}",
            "version": f"1.{number}.0",
            "purl": f"pkg:pypi/package-{number}@1.{number}.0",
            "licenses": [{"license": {"id": "Apache-2.0"}}],
            "properties": [{"name": "syft:location:0:path", "value": f"/usr/lib/python3/package-{number}/METADATA"}],
        }
        for number in range(_PACKAGES)
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}


def _push(registry: ImageRegistry, repository: Repository, number: int) -> str:
    """An image of two platforms; its digest."""
    listed = []
    for architecture in ("amd64", "arm64"):
        config = json.dumps({"os": "linux", "architecture": architecture, "number": number}).encode()
        layer = f"{architecture} {number}".encode()
        document = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": _held(registry, repository, "application/vnd.oci.image.config.v1+json", config),
            "layers": [_held(registry, repository, "application/vnd.oci.image.layer.v1.tar", layer)],
        }
        manifest = Fetched(json.dumps(document).encode(), OCI_MANIFEST)
        registry.put_manifest(repository, manifest.digest, manifest)
        listed.append(
            {
                "mediaType": OCI_MANIFEST,
                "digest": manifest.digest,
                "size": len(manifest.content),
                "platform": {"os": "linux", "architecture": architecture},
            }
        )
    index = Fetched(json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}).encode(), OCI_INDEX)
    registry.put_manifest(repository, index.digest, index)
    return index.digest


def _held(registry: ImageRegistry, repository: Repository, kind: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": kind, "digest": registry.push_blob(repository, content), "size": len(content)}
