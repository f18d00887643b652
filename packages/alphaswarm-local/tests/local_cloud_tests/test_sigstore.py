"""Sigstore of the local cloud, signed with and verified by the unchanged client; and what it does not sign."""

import base64
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from sigstore.errors import VerificationError
from sigstore.models import Bundle, ClientTrustConfig
from sigstore.oidc import IdentityToken
from sigstore.sign import SigningContext
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity, UnsafeNoOp

from alphaswarm_core.identity.github.jobs import WorkflowJob
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local.github.client import request_token
from alphaswarm_local.sigstore.claims import utf8_string
from alphaswarm_local.sigstore.merkle import MerkleTree, leaf_hash

from .roles import ISSUER, JOB, SUBJECT

CONTENT = b"what is signed"


@dataclass(frozen=True)
class Reply:
    status: int
    document: Any


@dataclass(frozen=True)
class Stand:
    """The local sigstore from outside."""

    cloud: LocalCloudAddress
    trust: ClientTrustConfig

    def token(self, job: WorkflowJob = JOB, audience: str = "sigstore") -> str:
        return request_token(self.cloud, job, audience)

    def sign(self, content: bytes = CONTENT, job: WorkflowJob = JOB) -> Bundle:
        with SigningContext.from_trust_config(self.trust).signer(IdentityToken(self.token(job))) as signer:
            return signer.sign_artifact(content)

    def verify(self, bundle: Bundle, content: bytes = CONTENT, **identity: str) -> None:
        policy = Identity(**identity) if identity else UnsafeNoOp()  # type: ignore[arg-type]
        Verifier(trusted_root=self.trust.trusted_root).verify_artifact(content, bundle, policy)

    def certificate(self, token: str, request: x509.CertificateSigningRequest | None = None) -> Reply:
        pem = (request or signed_request()).public_bytes(serialization.Encoding.PEM)
        document = {"certificateSigningRequest": base64.b64encode(pem).decode()}
        return ask(f"{self.cloud.url('fulcio')}/api/v2/signingCert", document, f"Bearer {token}")

    def propose(self, document: Any) -> Reply:
        return ask(f"{self.cloud.url('rekor')}/api/v1/log/entries", document)


def ask(url: str, document: Any = None, authorization: str = "", **headers: str) -> Reply:
    body = None if document is None else json.dumps(document).encode()
    sent = {
        "Content-Type": "application/json",
        **({"Authorization": authorization} if authorization else {}),
        **headers,
    }
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, sent), timeout=30) as answer:
            return Reply(answer.status, json.loads(answer.read()))
    except urllib.error.HTTPError as error:
        return Reply(error.code, json.loads(error.read()))


def signed_request(key: ec.EllipticCurvePrivateKey | None = None) -> x509.CertificateSigningRequest:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key or ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())


@pytest.fixture(scope="session")
def stand(cloud: LocalCloudAddress) -> Stand:
    url = f"{cloud.url('sigstore')}/client_trust_config.json"
    return Stand(cloud, ClientTrustConfig.from_json(json.dumps(ask(url).document)))


def told(certificate: x509.Certificate, number: int) -> bytes:
    wanted = x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}")
    value = certificate.extensions.get_extension_for_oid(wanted).value
    assert isinstance(value, x509.UnrecognizedExtension)
    return value.value


def test_signature_is_verified_by_the_client_when_a_job_made_it(stand: Stand) -> None:
    bundle = stand.sign()
    identity = f"https://github.com/{JOB.job_workflow_ref}"
    stand.verify(bundle, identity=identity, issuer=f"https://{ISSUER}")
    with pytest.raises(VerificationError):
        stand.verify(bundle, identity=identity.replace("octo-repo", "fork"), issuer=f"https://{ISSUER}")
    with pytest.raises(VerificationError):
        stand.verify(bundle, b"something else")
    assert json.loads(bundle.to_json())["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"


def test_certificate_says_what_the_token_says(stand: Stand) -> None:
    certificate = stand.sign().signing_certificate
    repository = "https://github.com/octo-org/octo-repo"
    expected = {
        8: f"https://{ISSUER}",
        9: f"https://github.com/{JOB.job_workflow_ref}",
        10: JOB.job_workflow_sha,
        11: "github-hosted",
        12: repository,
        13: JOB.sha,
        14: JOB.ref,
        15: "456789",
        16: "https://github.com/octo-org",
        17: "123456",
        18: f"https://github.com/{JOB.workflow_ref}",
        20: "push",
        21: f"{repository}/actions/runs/{JOB.run_id}/attempts/{JOB.run_attempt}",
        23: "dev",
        24: SUBJECT,
    }
    assert {number: told(certificate, number) for number in expected} == {
        number: utf8_string(text) for number, text in expected.items()
    }
    assert told(certificate, 5) == b"octo-org/octo-repo"
    lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert lifetime.total_seconds() == 600
    without = stand.sign(job=replace(JOB, environment=None)).signing_certificate
    with pytest.raises(x509.ExtensionNotFound):
        told(without, 23)


def test_long_claim_is_encoded_when_it_needs_a_long_length() -> None:
    assert utf8_string("x" * 127)[:2] == b"\x0c\x7f"
    assert utf8_string("x" * 200)[:3] == b"\x0c\x81\xc8"
    assert utf8_string("x" * 300)[:4] == b"\x0c\x82\x01\x2c"


def test_certificate_is_refused_when_the_token_is_not_for_sigstore(stand: Stand) -> None:
    good = stand.token()
    head, payload, signature = good.split(".")
    forged = json.loads(base64.urlsafe_b64decode(payload + "=="))
    forged["repository_id"] = "1"
    other = base64.urlsafe_b64encode(json.dumps(forged).encode()).rstrip(b"=").decode()
    for token in (stand.token(audience="sts.amazonaws.com"), "garbage", "", f"{head}.{other}.{signature}"):
        assert stand.certificate(token).status == 401, token[:20]
    assert stand.certificate(good).status == 201


def test_certificate_is_refused_when_the_key_is_not_proved(stand: Stand) -> None:
    honest = signed_request().public_bytes(serialization.Encoding.DER)
    other = signed_request().public_bytes(serialization.Encoding.DER)
    # the request of one key under the signature of another
    tail = 64
    spoiled = honest[:-tail] + other[-tail:]
    assert not x509.load_der_x509_csr(spoiled).is_signature_valid
    answer = stand.certificate(stand.token(), x509.load_der_x509_csr(spoiled))
    assert (answer.status, answer.document["code"]) == (400, 3)
    weak = signed_request(ec.generate_private_key(ec.SECP384R1()))
    assert stand.certificate(stand.token(), weak).status == 400


def entry_of(bundle: Bundle) -> dict[str, Any]:
    log_entry = json.loads(bundle.to_json())["verificationMaterial"]["tlogEntries"][0]
    body: dict[str, Any] = json.loads(base64.b64decode(log_entry["canonicalizedBody"]))
    return body


def test_entry_is_refused_when_its_signature_is_for_something_else(stand: Stand) -> None:
    entry = entry_of(stand.sign())
    assert stand.propose(entry).status == 409
    entry["spec"]["data"]["hash"]["value"] = "0" * 64
    assert stand.propose(entry).status == 400
    assert stand.propose({"kind": "rekord", "apiVersion": "0.0.1", "spec": {}}).status == 400
    assert stand.propose([]).status == 400
    assert stand.propose({"kind": "hashedrekord", "apiVersion": "0.0.1", "spec": {"data": 1}}).status == 400


def test_entry_is_found_when_it_is_asked_for(stand: Stand) -> None:
    bundle = stand.sign(b"to be found")
    index = int(json.loads(bundle.to_json())["verificationMaterial"]["tlogEntries"][0]["logIndex"])
    rekor = f"{stand.cloud.url('rekor')}/api/v1/log"
    found = ask(f"{rekor}/entries?logIndex={index}").document
    (uuid, entry), *_ = found.items()
    assert json.loads(base64.b64decode(entry["body"])) == entry_of(bundle)
    assert ask(f"{rekor}/entries/{uuid}").document[uuid]["logIndex"] == index
    assert ask(rekor).document["treeSize"] > index
    assert ask(f"{rekor}/entries?logIndex=99999999").status == 404
    assert ask(f"{rekor}/entries/{'0' * 64}").status == 404
    assert ask(rekor, Host="attacker.example").status == 403


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(
            lambda log: log["inclusionProof"].update(rootHash=base64.b64encode(b"0" * 32).decode()), id="root"
        ),
        pytest.param(lambda log: log["inclusionProof"].update(hashes=[]), id="proof"),
        pytest.param(lambda log: log["inclusionPromise"].update(signedEntryTimestamp="AAAA"), id="promise"),
        pytest.param(lambda log: log.update(integratedTime="1700000000"), id="time"),
    ],
)
def test_bundle_is_refused_when_the_log_did_not_say_that(stand: Stand, spoil: Callable[[Any], None]) -> None:
    stand.sign(b"an entry before")
    bundle = json.loads(stand.sign().to_json())
    spoil(bundle["verificationMaterial"]["tlogEntries"][0])
    with pytest.raises(VerificationError):
        stand.verify(Bundle.from_json(json.dumps(bundle)))


def test_command_line_of_sigstore_agrees_when_it_is_given_the_trust_root(stand: Stand, tmp_path: Path) -> None:
    trust, artifact = tmp_path / "trust.json", tmp_path / "artifact"
    trust.write_text(json.dumps(ask(f"{stand.cloud.url('sigstore')}/client_trust_config.json").document))
    artifact.write_bytes(CONTENT)
    bundle = tmp_path / "bundle.json"
    bundle.write_text(stand.sign().to_json())
    command = [sys.executable, "-m", "sigstore", "--trust-config", str(trust), "verify", "identity"]
    command += ["--bundle", str(bundle), "--cert-oidc-issuer", f"https://{ISSUER}"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    for workflow, expected in ((JOB.job_workflow_ref, 0), ("octo-org/octo-repo/.github/workflows/x.yml@main", 1)):
        words = [*command, "--cert-identity", f"https://github.com/{workflow}", str(artifact)]
        done = subprocess.run(words, env=environment, capture_output=True, check=False, timeout=120)
        assert done.returncode == expected, done.stderr.decode()


@given(leaves=st.lists(st.binary(max_size=8), min_size=1, max_size=70))
def test_proof_leads_to_the_root_for_every_leaf_and_size(leaves: list[bytes]) -> None:
    tree = MerkleTree()
    for leaf in leaves:
        tree.append(leaf)
    assert tree.root() == _root(leaves)
    for index, leaf in enumerate(leaves):
        assert _climb(leaf_hash(leaf), index, len(leaves), tree.proof(index)) == tree.root()


def _root(leaves: list[bytes]) -> bytes:
    """RFC 6962's definition, written down once more."""
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return _pair(_root(leaves[:middle]), _root(leaves[middle:]))


def _climb(node: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.3.2: the verifier's own algorithm."""
    place, last = index, size - 1
    for each in path:
        if place & 1 or place == last:
            node = _pair(each, node)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            node = _pair(node, each)
        place, last = place >> 1, last >> 1
    assert last == 0
    return node


def _pair(left: bytes, right: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"\x01" + left + right)
    return digest.finalize()
