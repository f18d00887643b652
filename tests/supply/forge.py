"""Images, and bundles about them, good and bad: a registry in memory, the local cloud's Sigstore without HTTP."""

import base64
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from alphaswarm_core.canonical import sha256_hex
from alphaswarm_core.identity.github.claims import Claims, claims
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs import WorkflowJob
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.identity.github.repositories import Repository as GithubRepository
from alphaswarm_core.identity.github.subjects import SubjectFormat
from alphaswarm_core.supply.attachments import BUNDLE_TYPE, attach
from alphaswarm_core.supply.bundles import BundleVerifier
from alphaswarm_core.supply.errors import ImageMissingError
from alphaswarm_core.supply.findings import Severity
from alphaswarm_core.supply.images import OCI_INDEX, OCI_MANIFEST, Descriptor, Fetched, descriptor_of
from alphaswarm_core.supply.provenance import build_facts, provenance
from alphaswarm_core.supply.references import Repository, ecr_repository
from alphaswarm_core.supply.rules import SignerRule
from alphaswarm_core.supply.statements import (
    CYCLONEDX,
    PAYLOAD_TYPE,
    PROVENANCE,
    SCAN_VERDICT,
    SIGNATURE,
    statement_bytes,
)
from alphaswarm_core.supply.verdicts import ScanRule, ScanVerdict, verdict_predicate
from alphaswarm_core.supply.verifying import ImageRule, ImageVerdict, ImageVerifier
from alphaswarm_local.sigstore.certificates import Authority
from alphaswarm_local.sigstore.claims import extensions_of, identity_of
from alphaswarm_local.sigstore.keys import LogKey
from alphaswarm_local.sigstore.log import TransparencyLog
from alphaswarm_local.sigstore.proposals import entry_of
from alphaswarm_local.sigstore.trust import trusted_root

NOW = dt.datetime(2025, 6, 3, 12, 0, tzinfo=dt.UTC)
REPOSITORY = ecr_repository("111111111111", "us-east-1", "service")
OURS = GithubRepository(name="octo-org/octo-repo", id=456789, owner_id=123456, subject_format=SubjectFormat.IMMUTABLE)
WORKFLOW = ".github/workflows/build-publish.yml"
JOB = workflow_job(Event.PUSH, OURS, WORKFLOW, ref="refs/tags/v1.2.0")
SIGNER = SignerRule(
    issuer="https://token.actions.githubusercontent.com",
    server="https://github.com",
    repository=OURS.name,
    repository_id=OURS.id,
    owner_id=OURS.owner_id,
    workflow=WORKFLOW,
    refs=("refs/tags/v*",),
    triggers=("push",),
    runners=("github-hosted",),
)
SCAN = ScanRule(scanners=("grype", "trivy"), limit=Severity.high, longest=dt.timedelta(hours=24))
RULE = ImageRule(signer=SIGNER, scan=SCAN)


@dataclass
class MemoryRegistry:
    """A registry; `lists_referrers` as the API has it, or an older one."""

    lists_referrers: bool = True
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, Fetched] = field(default_factory=dict)
    lies: dict[str, list[Descriptor]] = field(default_factory=dict)

    def manifest(self, repository: Repository, reference: str) -> Fetched:
        if reference not in self.manifests:
            raise ImageMissingError(f"There is no {repository}:{reference}")
        return self.manifests[reference]

    def blob(self, repository: Repository, digest: str, size: int) -> bytes:
        if digest not in self.blobs:
            raise ImageMissingError(f"There is no {repository}@{digest}")
        return self.blobs[digest]

    def referrers(self, repository: Repository, digest: str) -> Sequence[Descriptor]:
        if not self.lists_referrers:
            return []
        found = list(self.lies.get(digest, []))
        for key, each in self.manifests.items():
            document = json.loads(each.content)
            if key == each.digest and document.get("subject", {}).get("digest") == digest:
                kind = document.get("artifactType", "")
                found.append(Descriptor(each.digest, len(each.content), each.media_type, kind))
        return found

    def push_blob(self, repository: Repository, content: bytes) -> str:
        digest = f"sha256:{sha256_hex(content)}"
        self.blobs[digest] = content
        return digest

    def put_manifest(self, repository: Repository, reference: str, manifest: Fetched) -> bool:
        self.manifests[manifest.digest] = self.manifests[reference] = manifest
        return self.lists_referrers

    def refer(self, subject: str, layers: list[dict[str, Any]], *, about: str = "") -> None:
        """List a referrer beside `subject` that says it is about `about`; the same if nothing is said."""
        document = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "artifactType": BUNDLE_TYPE,
            "layers": layers,
            "subject": {"mediaType": OCI_INDEX, "digest": about or subject, "size": 1},
        }
        made = Fetched(json.dumps(document).encode(), OCI_MANIFEST)
        self.manifests[made.digest] = made
        if about:
            self.lies[subject] = [Descriptor(made.digest, len(made.content), made.media_type, BUNDLE_TYPE)]

    def image(self, architecture: str, note: str = "") -> Fetched:
        config = json.dumps({"os": "linux", "architecture": architecture, "note": note}).encode()
        document = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **self._held(config)},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **self._held(note.encode())}],
        }
        made = Fetched(json.dumps(document).encode(), OCI_MANIFEST)
        self.manifests[made.digest] = made
        return made

    def index(self, *members: tuple[str, Fetched]) -> Fetched:
        listed = [
            {
                "mediaType": each.media_type,
                "digest": each.digest,
                "size": len(each.content),
                "platform": {"os": "linux", "architecture": architecture},
            }
            for architecture, each in members
        ]
        document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}
        made = Fetched(json.dumps(document).encode(), OCI_INDEX)
        self.manifests[made.digest] = made
        return made

    def _held(self, content: bytes) -> dict[str, Any]:
        return {"digest": self.push_blob(REPOSITORY, content), "size": len(content)}


class _Verified:
    """Claims in the shape in which the authority takes them."""

    def __init__(self, given: Claims) -> None:
        self.issuer = "https://token.actions.githubusercontent.com"
        self._document = given.document()

    def text(self, name: str) -> str | None:
        return self._document.get(name)


@dataclass
class Forge:
    """A Sigstore whose clock the test holds."""

    now: dt.datetime = NOW

    def __post_init__(self) -> None:
        self._certificate_log = LogKey()
        self.authority = Authority(self._certificate_log, NOW - dt.timedelta(days=30))
        self.log = TransparencyLog(LogKey(), self._seconds)
        self.log.add(b"an entry before all others")
        url = "http://127.0.0.1/sigstore"
        self.trust_root = json.dumps(
            trusted_root(self.authority, self._certificate_log, self.log.key, url, url)
        ).encode()

    def _seconds(self) -> float:
        return self.now.timestamp()

    def certificate(
        self, key: ec.EllipticCurvePrivateKey, job: WorkflowJob = JOB, at: dt.datetime | None = None
    ) -> x509.Certificate:
        said = claims(job)
        assert isinstance(said, tuple)
        verified: Any = _Verified(said[0])
        return self.authority.issue(
            key.public_key(), identity_of(verified), list(extensions_of(verified)), at or self.now
        )

    def bundle(
        self,
        statement: bytes,
        job: WorkflowJob = JOB,
        *,
        issued_at: dt.datetime | None = None,
        other_key: bool = False,
        payload_type: str = PAYLOAD_TYPE,
    ) -> dict[str, Any]:
        """A bundle; with `other_key`, signed by a key that the certificate is not for."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.certificate(key, job, issued_at)
        signer = ec.generate_private_key(ec.SECP256R1()) if other_key else key
        signature = signer.sign(_pae(payload_type, statement), ec.ECDSA(hashes.SHA256()))
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        verifier = pem
        if other_key:  # the log takes a signature that holds: it is logged under the key that made it
            verifier = signer.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        envelope = {
            "payload": _b64(statement),
            "payloadType": payload_type,
            "signatures": [{"sig": _b64(signature)}],
        }
        proposed = {"envelope": json.dumps(envelope), "verifiers": [_b64(verifier)]}
        body = entry_of({"kind": "dsse", "apiVersion": "0.0.1", "spec": {"proposedContent": proposed}})
        return {
            "mediaType": BUNDLE_TYPE,
            "verificationMaterial": {
                "certificate": {"rawBytes": _b64(certificate.public_bytes(serialization.Encoding.DER))},
                "tlogEntries": [self._entry(body)],
            },
            "dsseEnvelope": envelope,
        }

    def _entry(self, body: bytes) -> dict[str, Any]:
        index, _ = self.log.add(body)
        found = self.log.entry(index)
        assert found is not None
        entry = found[1]
        proof = entry["verification"]["inclusionProof"]
        return {
            "logIndex": str(entry["logIndex"]),
            "logId": {"keyId": _b64(bytes.fromhex(entry["logID"]))},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(entry["integratedTime"]),
            "inclusionPromise": {"signedEntryTimestamp": entry["verification"]["signedEntryTimestamp"]},
            "inclusionProof": {
                "logIndex": str(proof["logIndex"]),
                "rootHash": _b64(bytes.fromhex(proof["rootHash"])),
                "treeSize": str(proof["treeSize"]),
                "hashes": [_b64(bytes.fromhex(each)) for each in proof["hashes"]],
                "checkpoint": {"envelope": proof["checkpoint"]},
            },
            "canonicalizedBody": entry["body"],
        }


@dataclass
class Stand:
    """An image of two platforms with everything that it needs, to be spoiled by tests."""

    forge: Forge = field(default_factory=Forge)
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)

    def __post_init__(self) -> None:
        self.members = {arch: self.registry.image(arch, "good") for arch in ("amd64", "arm64")}
        self.index = self.registry.index(*self.members.items())

    @property
    def digest(self) -> str:
        return self.index.digest

    def verify(self, rule: ImageRule = RULE, digest: str | None = None) -> ImageVerdict:
        verifier = ImageVerifier(self.registry, BundleVerifier(self.forge.trust_root), lambda: self.forge.now)
        return verifier.verify(REPOSITORY, digest or self.digest, rule)

    def refusal(self, rule: ImageRule = RULE, digest: str | None = None) -> str:
        """The name of the check that refuses."""
        refused = [each.name for each in self.verify(rule, digest).checks if not each.passed]
        assert refused, "the image passed"
        return refused[0]

    def attach(self, bundle: Mapping[str, Any], digest: str | None = None) -> None:
        subject = self.registry.manifests[digest or self.digest]
        descriptor = descriptor_of(
            {"digest": subject.digest, "size": len(subject.content), "mediaType": subject.media_type}
        )
        content = json.dumps(bundle).encode()
        attach(self.registry, REPOSITORY, descriptor, content, predicate_type="of-a-test", now=self.forge.now)

    def state(
        self, kind: str, predicate: Mapping[str, Any], *, about: str = "", beside: str = "", job: WorkflowJob = JOB
    ) -> None:
        """Sign a statement about `about` and attach it beside `beside`; both are the index if nothing is said."""
        statement = statement_bytes(str(REPOSITORY), about or self.digest, kind, predicate)
        self.attach(self.forge.bundle(statement, job), beside or about or self.digest)

    def sign(self, job: WorkflowJob = JOB, about: str = "") -> None:
        self.state(SIGNATURE, {}, about=about, beside=self.digest, job=job)

    def complete(self, *, without: str = "", job: WorkflowJob = JOB) -> "Stand":
        """Everything that RULE asks for, but `without`."""
        if without != "signature":
            self.sign(job)
        for each in self.members.values() if without != "sbom" else ():
            self.state(CYCLONEDX, sbom(), about=each.digest, job=job)
        if without != "provenance":
            self.state(PROVENANCE, provenance_of(job), job=job)
        if without != "scan":
            self.state(SCAN_VERDICT, self.verdict(), job=job)
        return self

    def verdict(self, **changed: Any) -> dict[str, Any]:
        """A good scan of all members, but `changed`."""
        good = ScanVerdict(
            passed=True,
            scanned_at=NOW - dt.timedelta(hours=1),
            scanners={"grype": "0.90.0", "trivy": "0.60.0"},
            images=tuple(each.digest for each in self.members.values()),
            without=(),
            limit=Severity.high,
            counts={Severity.low: 2},
        )
        return verdict_predicate(replace(good, **changed), [])


def sbom() -> dict[str, Any]:
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "openssl", "version": "3.0.1"}]}


def provenance_of(job: WorkflowJob) -> dict[str, Any]:
    said = claims(job)
    assert isinstance(said, tuple)
    return provenance(build_facts(said[0].document()))


def _pae(kind: str, payload: bytes) -> bytes:
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()
