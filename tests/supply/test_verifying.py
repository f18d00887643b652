"""Good images pass; each bad one is refused by the check that is meant for it."""

import base64
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs import Callee, RunnerEnvironment
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.supply.attachments import BUNDLE_TYPE
from alphaswarm_core.supply.bundles import BundleVerifier, RefusedBundleError
from alphaswarm_core.supply.errors import ImageMissingError, TrustRootError, UnverifiedImageError
from alphaswarm_core.supply.findings import Severity
from alphaswarm_core.supply.images import Fetched
from alphaswarm_core.supply.references import Repository
from alphaswarm_core.supply.statements import CYCLONEDX, PROVENANCE, SCAN_VERDICT, SIGNATURE, statement_bytes

from .forge import (
    JOB,
    NOW,
    OURS,
    REPOSITORY,
    RULE,
    SIGNER,
    WORKFLOW,
    Forge,
    MemoryRegistry,
    Stand,
    provenance_of,
    sbom,
)

Spoil = Callable[[dict[str, Any]], None]


def test_image_passes_when_everything_is_there() -> None:
    stand = Stand().complete()
    answer = stand.verify()
    answer.require()
    assert answer.passed
    assert answer.set_aside == ()
    assert answer.image is not None
    assert answer.image.platforms == ("linux/amd64", "linux/arm64")
    assert answer.signer is not None
    assert answer.signer.commit == JOB.sha
    assert len(answer.sboms) == 2


def test_image_passes_when_the_registry_knows_no_referrers() -> None:
    stand = Stand(registry=MemoryRegistry(lists_referrers=False)).complete()
    assert stand.verify().passed
    assert stand.digest.replace(":", "-") in stand.registry.manifests


@pytest.mark.parametrize("missing", ["signature", "sbom", "provenance", "scan"])
def test_image_is_refused_when_one_thing_is_missing(missing: str) -> None:
    refused = Stand().complete(without=missing)
    expected = "sbom linux/amd64" if missing == "sbom" else missing
    assert refused.refusal() == expected
    with pytest.raises(UnverifiedImageError) as caught:
        refused.verify().require()
    assert f"'{expected}'" in caught.value.what


def test_image_is_refused_when_nobody_signed_it() -> None:
    assert Stand().refusal() == "signature"


OTHER_FILE = ".github/workflows/other.yml"
RECYCLED = replace(OURS, id=777)
OTHER_OWNER = replace(OURS, owner_id=666)
CALLEE = Callee(OURS.name, WORKFLOW, JOB.ref, JOB.sha)
CALLED = workflow_job(Event.PUSH, OURS, OTHER_FILE, ref=JOB.ref, callee=CALLEE)
FORK = replace(OURS, name="mallory/octo-repo")


@pytest.mark.parametrize(
    ("job", "check"),
    [
        pytest.param(
            workflow_job(Event.PUSH, OURS, ".github/workflows/other.yml", ref=JOB.ref), "workflow", id="workflow"
        ),
        pytest.param(workflow_job(Event.PUSH, RECYCLED, WORKFLOW, ref=JOB.ref), "repository-id", id="recycled-name"),
        pytest.param(workflow_job(Event.PUSH, OTHER_OWNER, WORKFLOW, ref=JOB.ref), "owner-id", id="recycled-owner"),
        pytest.param(workflow_job(Event.PUSH, FORK, WORKFLOW, ref=JOB.ref), "repository", id="fork"),
        pytest.param(workflow_job(Event.PUSH, OURS, WORKFLOW, ref="refs/heads/feature"), "ref", id="branch"),
        pytest.param(workflow_job(Event.PULL_REQUEST, OURS, WORKFLOW), "ref", id="pull-request"),
        pytest.param(workflow_job(Event.WORKFLOW_DISPATCH, OURS, WORKFLOW, ref=JOB.ref), "trigger", id="trigger"),
        pytest.param(CALLED, "started-by", id="called-by-another-workflow"),
        pytest.param(replace(JOB, runner_environment=RunnerEnvironment.SELF_HOSTED), "runner", id="runner"),
    ],
)
def test_image_is_refused_when_somebody_else_signed_it(job: Any, check: str) -> None:
    stand = Stand().complete(job=job)
    assert stand.refusal() == check
    assert {each.check for each in stand.verify().set_aside} == {check}


def test_image_is_refused_when_it_is_built_from_another_commit() -> None:
    stand = Stand().complete()
    assert stand.verify(replace(RULE, commit=JOB.sha)).passed
    assert stand.refusal(replace(RULE, commit="f" * 40)) == "commit"


def test_stranger_proves_nothing_and_harms_nothing_when_the_image_is_good() -> None:
    stand = Stand().complete()
    stand.complete(job=workflow_job(Event.PUSH, FORK, WORKFLOW, ref=JOB.ref))
    answer = stand.verify()
    assert answer.passed
    assert {each.check for each in answer.set_aside} == {"repository"}


def test_caller_that_the_policy_names_may_call_the_workflow_that_signs() -> None:
    stand = Stand().complete(job=CALLED)
    assert stand.verify(replace(RULE, signer=replace(SIGNER, started_by=OTHER_FILE))).passed


def test_image_is_refused_when_the_workflow_is_of_another_commit() -> None:
    stand = Stand().complete(job=replace(CALLED, callee=replace(CALLEE, sha="e" * 40)))
    assert stand.refusal(replace(RULE, signer=replace(SIGNER, started_by=OTHER_FILE))) == "workflow-commit"


@pytest.mark.parametrize("spoiled", ["no-layer", "other-subject", "gone", "other-bytes"])
def test_broken_referrer_of_a_stranger_harms_nothing_when_the_image_is_good(spoiled: str) -> None:
    stand = Stand().complete()
    absent = "sha256:" + "9" * 64
    layer = {"mediaType": BUNDLE_TYPE, "digest": absent, "size": 2}
    stand.registry.refer(
        stand.digest, [] if spoiled == "no-layer" else [layer], about=absent if spoiled == "other-subject" else ""
    )
    if spoiled == "other-bytes":
        stand.registry.blobs[absent] = b"[]"
    answer = stand.verify()
    assert answer.passed
    assert [each.check for each in answer.set_aside] == ["referrer"]


def test_image_is_refused_when_the_signature_is_for_another_digest() -> None:
    stand = Stand().complete(without="signature")
    other = stand.registry.image("amd64", "other")
    stand.sign(about=other.digest)
    assert stand.refusal() == "subject"


def test_image_is_refused_when_the_sbom_is_of_another_image() -> None:
    stand = Stand().complete(without="sbom")
    other = stand.registry.image("amd64", "other")
    for each in stand.members.values():
        stand.state(CYCLONEDX, sbom(), about=other.digest, beside=each.digest)
    assert stand.refusal() == "sbom linux/amd64"
    assert {each.check for each in stand.verify().set_aside} == {"subject"}


def test_image_is_refused_when_one_platform_has_no_sbom() -> None:
    stand = Stand().complete(without="sbom")
    stand.state(CYCLONEDX, sbom(), about=stand.members["amd64"].digest)
    assert stand.refusal() == "sbom linux/arm64"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("buildDefinition", "resolvedDependencies", 0, "digest", "gitCommit"), "f" * 40),
        (("buildDefinition", "resolvedDependencies", 0, "uri"), "git+https://github.com/mallory/x@refs/heads/main"),
        (("buildDefinition", "externalParameters", "workflow", "path"), ".github/workflows/other.yml"),
        (("buildDefinition", "internalParameters", "github", "repository_id"), "1"),
        (("buildDefinition", "buildType"), "https://example.com/another"),
        (("runDetails", "builder", "id"), "https://github.com/mallory/x/.github/workflows/y.yml@refs/heads/main"),
        (("runDetails", "metadata", "invocationId"), "https://github.com/octo-org/octo-repo/actions/runs/9/attempts/1"),
    ],
)
def test_image_is_refused_when_provenance_contradicts_the_certificate(path: tuple[Any, ...], value: str) -> None:
    stand, predicate = Stand().complete(without="provenance"), provenance_of(JOB)
    place: Any = predicate
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    stand.state(PROVENANCE, predicate)
    assert stand.refusal() == "provenance"
    refused = next(each for each in stand.verify().checks if each.name == "provenance")
    assert value in refused.detail


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"passed": False, "counts": {Severity.critical: 1}}, "1 critical"),
        ({"scanned_at": NOW - dt.timedelta(hours=25)}, "older than 24 hours"),
        ({"scanned_at": NOW + dt.timedelta(hours=1)}, "not come yet"),
        ({"scanners": {"grype": "1"}, "without": ("trivy",)}, "trivy did not look"),
        ({"limit": Severity.critical, "counts": {Severity.high: 1}}, "1 high"),
        ({"images": ("sha256:" + "0" * 64,)}, "nobody looked at sha256:"),
        ({"waived_until": NOW.date() - dt.timedelta(days=1)}, "ended on 2025-06-02"),
    ],
)
def test_image_is_refused_when_the_scan_is_not_enough(changed: dict[str, Any], words: str) -> None:
    stand = Stand().complete(without="scan")
    stand.state(SCAN_VERDICT, stand.verdict(**changed))
    assert stand.refusal() == "scan"
    assert words in stand.verify().checks[-1].detail


def test_newest_scan_counts_when_there_are_two() -> None:
    stand = Stand().complete()
    stand.forge.now += dt.timedelta(minutes=1)
    stand.state(SCAN_VERDICT, stand.verdict(passed=False, counts={Severity.high: 3}))
    assert stand.refusal() == "scan"


def test_image_is_refused_when_its_verdict_cannot_be_read() -> None:
    stand = Stand().complete(without="scan")
    stand.state(SCAN_VERDICT, {"passed": True})
    assert stand.refusal() == "scan"


def signature(stand: Stand) -> bytes:
    return statement_bytes(str(REPOSITORY), stand.digest, SIGNATURE, {})


@pytest.mark.parametrize("minutes", [-30, 30])
def test_image_is_refused_when_the_certificate_was_not_valid_then(minutes: int) -> None:
    stand = Stand().complete(without="signature")
    issued = stand.forge.now + dt.timedelta(minutes=minutes)
    stand.attach(stand.forge.bundle(signature(stand), issued_at=issued))
    assert stand.refusal() == "certificate-time"


def test_image_is_refused_when_another_authority_issued_the_certificate() -> None:
    stand = Stand().complete(without="signature")
    stand.attach(Forge().bundle(signature(stand)))
    assert stand.refusal() == "certificate-chain"


def test_image_is_refused_when_another_key_signed() -> None:
    stand = Stand().complete(without="signature")
    stand.attach(stand.forge.bundle(signature(stand), other_key=True))
    assert stand.refusal() == "signature"


def log_entry(bundle: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = bundle["verificationMaterial"]["tlogEntries"][0]
    return entry


def two_signatures(bundle: dict[str, Any]) -> None:
    bundle["dsseEnvelope"]["signatures"] *= 2


def other_payload(bundle: dict[str, Any]) -> None:
    other = statement_bytes("x", "sha256:" + "0" * 64, SIGNATURE, {})
    bundle["dsseEnvelope"]["payload"] = base64.b64encode(other).decode()


_ZEROS = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        pytest.param(two_signatures, "bundle-form", id="two-signatures"),
        pytest.param(
            lambda b: b.update(mediaType="application/vnd.dev.sigstore.bundle+json"),
            "bundle-form",
            id="form",
        ),
        pytest.param(lambda b: b["verificationMaterial"].update(tlogEntries=[]), "transparency-log", id="no-entry"),
        pytest.param(lambda b: log_entry(b).pop("inclusionPromise"), "bundle-form", id="no-promise"),
        pytest.param(lambda b: log_entry(b)["inclusionProof"].update(hashes=[_ZEROS]), "transparency-log", id="proof"),
        pytest.param(lambda b: log_entry(b)["inclusionProof"].update(rootHash=_ZEROS), "transparency-log", id="root"),
        pytest.param(lambda b: log_entry(b).pop("inclusionProof"), "bundle-form", id="no-proof"),
        pytest.param(lambda b: log_entry(b).update(logIndex="7"), "transparency-log", id="index"),
        pytest.param(other_payload, "signature", id="payload"),
        pytest.param(lambda b: b["verificationMaterial"].pop("certificate"), "bundle-form", id="no-certificate"),
    ],
)
def test_image_is_refused_when_the_bundle_was_altered(spoil: Spoil, check: str) -> None:
    stand = Stand().complete(without="signature")
    bundle = stand.forge.bundle(signature(stand))
    spoil(bundle)
    stand.attach(bundle)
    assert stand.refusal() == check


def test_entry_of_another_signature_does_not_count_for_this_one() -> None:
    stand = Stand().complete(without="signature")
    bundle, other = stand.forge.bundle(signature(stand)), stand.forge.bundle(signature(stand))
    bundle["verificationMaterial"]["tlogEntries"] = other["verificationMaterial"]["tlogEntries"]
    stand.attach(bundle)
    assert stand.refusal() == "transparency-log"


def test_envelope_is_refused_when_it_holds_no_statement() -> None:
    stand = Stand()
    for bundle in (
        stand.forge.bundle(b"text", payload_type="text/plain"),
        stand.forge.bundle(b'{"_type": "https://in-toto.io/Statement/v1", "predicateType": "x"}'),
        stand.forge.bundle(b'{"_type": "a", "_type": "https://in-toto.io/Statement/v1"}'),
    ):
        with pytest.raises(RefusedBundleError) as caught:
            BundleVerifier(stand.forge.trust_root).verify(json.dumps(bundle).encode())
        assert caught.value.check == "statement"


def test_image_is_refused_when_a_member_of_the_index_was_swapped() -> None:
    stand = Stand().complete()
    evil = stand.registry.image("amd64", "evil")
    stand.registry.manifests[stand.members["amd64"].digest] = evil
    assert stand.refusal() == "bytes"
    assert "other bytes" in stand.verify().checks[0].detail
    swapped = stand.registry.index(("amd64", evil), ("arm64", stand.members["arm64"]))
    assert stand.refusal(digest=swapped.digest) == "signature"


def test_image_is_refused_when_the_index_calls_a_member_another_platform() -> None:
    stand = Stand()
    lying = stand.registry.index(("arm64", stand.members["amd64"]))
    assert stand.refusal(digest=lying.digest) == "bytes"
    assert "is for linux/amd64" in stand.verify(digest=lying.digest).checks[0].detail


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"manifests": [], "layers": []}',
        b'{"manifests": []}',
        b'{"manifests": [{"digest": "x"}]}',
        b'{"manifests": [{"digest": 1}], "manifests": []}',
    ],
)
def test_image_is_refused_when_its_manifest_is_none(content: bytes) -> None:
    stand = Stand()
    made = Fetched(content, "application/vnd.oci.image.index.v1+json")
    stand.registry.manifests[made.digest] = made
    assert stand.refusal(digest=made.digest) == "bytes"


def test_image_is_refused_when_the_registry_gives_other_bytes() -> None:
    stand = Stand().complete()
    for digest, content in list(stand.registry.blobs.items()):
        if content.startswith(b'{"os"'):
            stand.registry.blobs[digest] = content.replace(b"amd64", b"riscv")
    assert stand.refusal() == "bytes"
    assert "other bytes" in stand.verify().checks[0].detail
    with pytest.raises(ImageMissingError):
        stand.verify(digest="sha256:" + "1" * 64)


def test_image_is_refused_when_the_list_of_referrers_is_flooded() -> None:
    stand = Stand().complete()
    bundle = stand.forge.bundle(signature(stand))
    for number in range(260):
        stand.attach({**bundle, "note": str(number)})
    assert stand.refusal() == "bytes"
    assert "More than 256" in stand.verify().checks[0].detail


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b'{"mediaType": "x"}'])
def test_nothing_is_verified_when_the_trust_root_is_none(content: bytes) -> None:
    with pytest.raises(TrustRootError):
        BundleVerifier(content)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_bundle_never_holds_when_one_of_its_bytes_is_another(data: st.DataObject) -> None:
    stand = _SPOILABLE
    place = data.draw(st.integers(0, len(_BUNDLE) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != _BUNDLE[place]))
    spoiled = _BUNDLE[:place] + bytes([byte]) + _BUNDLE[place + 1 :]
    try:
        held = _VERIFIER.verify(spoiled)
    except RefusedBundleError:
        return
    # What is not signed (blanks, names that nobody reads, spare bits of base64) may differ; what is said may not.
    assert held.statement == _VERIFIER.verify(_BUNDLE).statement
    assert held.signer == _VERIFIER.verify(_BUNDLE).signer
    assert held.statement.subjects == (stand.digest,)


_SPOILABLE = Stand()
_BUNDLE = json.dumps(_SPOILABLE.forge.bundle(signature(_SPOILABLE))).encode()
_VERIFIER = BundleVerifier(_SPOILABLE.forge.trust_root)


def test_repository_of_ecr_says_its_account() -> None:
    assert (REPOSITORY.account, REPOSITORY.region) == ("111111111111", "us-east-1")
    assert Repository("ghcr.io", "x").account is None
