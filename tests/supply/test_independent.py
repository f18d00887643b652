"""Another verifier, the `sigstore` command line, agrees; and other clients find what lies beside an image."""

import base64
import datetime as dt
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs import WorkflowJob
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.supply.attachments import BUNDLE_TYPE
from alphaswarm_core.supply.statements import SIGNATURE, statement_bytes
from alphaswarm_local.sigstore.trust import client_trust_config, signing_config

from .forge import JOB, NOW, OURS, REPOSITORY, SIGNER, WORKFLOW, Forge, Stand
from .stand import ACCOUNTS, SERVICE, Workplace, push_image

_CALLS = """
import contextlib, importlib.metadata, io, json, sys
(entry,) = importlib.metadata.entry_points(group="console_scripts", name="sigstore")
main, answers = entry.load(), []
for words in json.load(sys.stdin):
    sys.argv, said = ["sigstore", *words], io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code = main() or 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        except Exception as error:
            code = 70
            print(error)
    answers.append([code, said.getvalue()])
json.dump(answers, sys.__stdout__)
"""
"""Runs the command line of the installed sigstore-python for each list of words: one process, as it starts slowly."""

IDENTITY = f"{SIGNER.server}/{OURS.name}/{WORKFLOW}@{JOB.ref}"
Spoil = Callable[[dict[str, Any]], object]


def sigstore(calls: list[list[str]]) -> list[tuple[int, str]]:
    ended = subprocess.run(
        [sys.executable, "-c", _CALLS],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return [(code, said) for code, said in json.loads(ended.stdout)]


def words(trust: Path, bundle: Path, digest: str, identity: str = IDENTITY) -> list[str]:
    to_trust = ["--trust-config", str(trust), "verify", "identity", "--offline", "--bundle", str(bundle)]
    return [*to_trust, "--cert-identity", identity, "--cert-oidc-issuer", SIGNER.issuer, digest]


def entry(bundle: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = bundle["verificationMaterial"]["tlogEntries"][0]
    return found


ZEROS = base64.b64encode(bytes(32)).decode()
OTHER = "sha256:" + "0" * 64


@dataclass(frozen=True)
class Fixture:
    """A signature, good or bad; `about` another digest if one is given."""

    job: WorkflowJob = JOB
    minutes: int = 0
    other_key: bool = False
    about: str = ""
    spoil: Spoil = bool
    by: Forge | None = None

    def bundle(self, stand: Stand) -> dict[str, Any]:
        statement = statement_bytes(str(REPOSITORY), self.about or stand.digest, SIGNATURE, {})
        issued = NOW + dt.timedelta(minutes=self.minutes)
        made = (self.by or stand.forge).bundle(statement, self.job, issued_at=issued, other_key=self.other_key)
        self.spoil(made)
        return made


def signed_otherwise(bundle: dict[str, Any]) -> None:
    other = statement_bytes(str(REPOSITORY), OTHER, SIGNATURE, {})
    bundle["dsseEnvelope"]["payload"] = base64.b64encode(other).decode()


FIXTURES = {
    "good": Fixture(),
    "other-workflow": Fixture(workflow_job(Event.PUSH, OURS, ".github/workflows/other.yml", ref=JOB.ref)),
    "other-ref": Fixture(workflow_job(Event.PUSH, OURS, WORKFLOW, ref="refs/heads/feature")),
    "pull-request": Fixture(workflow_job(Event.PULL_REQUEST, OURS, WORKFLOW)),
    "fork": Fixture(workflow_job(Event.PUSH, replace(OURS, name="mallory/octo-repo"), WORKFLOW, ref=JOB.ref)),
    "other-digest": Fixture(about=OTHER),
    "other-key": Fixture(other_key=True),
    "other-authority": Fixture(by=Forge()),
    "expired-certificate": Fixture(minutes=-30),
    "certificate-not-yet-valid": Fixture(minutes=30),
    "other-payload": Fixture(spoil=signed_otherwise),
    "two-signatures": Fixture(spoil=lambda b: b["dsseEnvelope"]["signatures"].append({"sig": ZEROS})),
    "no-log-entry": Fixture(spoil=lambda b: b["verificationMaterial"].update(tlogEntries=[])),
    "wrong-proof": Fixture(spoil=lambda b: entry(b)["inclusionProof"].update(hashes=[ZEROS])),
    "wrong-root": Fixture(spoil=lambda b: entry(b)["inclusionProof"].update(rootHash=ZEROS)),
    "no-certificate": Fixture(spoil=lambda b: b["verificationMaterial"].pop("certificate")),
}


def trust_config(forge: Forge, path: Path) -> Path:
    url = "http://127.0.0.1/sigstore"
    config = signing_config(NOW, url, url, url)
    path.write_text(json.dumps(client_trust_config(json.loads(forge.trust_root), config)))
    return path


def test_sigstore_agrees_on_every_fixture(tmp_path: Path) -> None:
    stands, calls = {}, []
    for name, fixture in FIXTURES.items():
        stand = Stand().complete(without="signature")
        bundle = fixture.bundle(stand)
        stand.attach(bundle)
        stands[name] = stand
        (tmp_path / f"{name}.json").write_text(json.dumps(bundle))
        trust = trust_config(stand.forge, tmp_path / f"{name}.trust.json")
        calls.append(words(trust, tmp_path / f"{name}.json", stand.digest))
    ours = {name: stand.verify().passed for name, stand in stands.items()}
    answers = dict(zip(FIXTURES, sigstore(calls), strict=True))
    assert {name: code == 0 for name, (code, _) in answers.items()} == ours, answers
    assert [name for name, passed in ours.items() if passed] == ["good"]


@pytest.mark.parametrize(
    ("job", "check"),
    [
        (workflow_job(Event.PUSH, replace(OURS, id=777), WORKFLOW, ref=JOB.ref), "repository-id"),
        (workflow_job(Event.PUSH, replace(OURS, owner_id=666), WORKFLOW, ref=JOB.ref), "owner-id"),
    ],
)
def test_we_refuse_a_recycled_name_although_a_client_that_knows_no_ids_takes_it(
    tmp_path: Path, job: WorkflowJob, check: str
) -> None:
    stand = Stand().complete(without="signature")
    bundle = Fixture(job).bundle(stand)
    stand.attach(bundle)
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle))
    ((code, said),) = sigstore([words(trust_config(stand.forge, tmp_path / "trust.json"), path, stand.digest)])
    assert code == 0, said
    assert stand.refusal() == check


def test_other_clients_find_and_verify_what_lies_beside_an_image(workplace: Workplace, tmp_path: Path) -> None:
    digest = push_image(workplace.registry(), "for strangers")
    workplace.succeed("image", "sign", f"{SERVICE}@{digest}", "--rehearse-ref", JOB.ref)
    token = workplace.ecr().get_authorization_token()["authorizationData"][0]["authorizationToken"]
    name = f"{ACCOUNTS['dev']}/{SERVICE.name}"

    def get(path: str) -> bytes:
        request = urllib.request.Request(f"{workplace.cloud.endpoint}/v2/{name}/{path}")
        request.add_header("Authorization", f"Basic {token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            content: bytes = answer.read()
        return content

    def skopeo(reference: str) -> Any:
        login = base64.b64decode(token).decode()
        place = f"docker://{workplace.host}/{name}@{reference}"
        command = ["skopeo", "inspect", "--raw", "--tls-verify=false", "--creds", login, place]
        return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)

    (listed,) = json.loads(get(f"referrers/{digest}"))["manifests"]
    assert listed["artifactType"] == BUNDLE_TYPE
    referrer = skopeo(listed["digest"])
    assert referrer["subject"]["digest"] == digest
    assert [each["platform"]["architecture"] for each in skopeo(digest)["manifests"]] == ["amd64", "arm64"]
    bundle, trust = tmp_path / "bundle.json", tmp_path / "trust.json"
    bundle.write_bytes(get(f"blobs/{referrer['layers'][0]['digest']}"))
    with urllib.request.urlopen(f"{workplace.cloud.url('sigstore')}/client_trust_config.json", timeout=30) as answer:
        trust.write_bytes(answer.read())
    identity = f"https://github.com/Alpha-Swarm-ai/alphaswarm_admin/{WORKFLOW}@{JOB.ref}"
    good, other, stranger = sigstore(
        [
            words(trust, bundle, digest, identity),
            words(trust, bundle, OTHER, identity),
            words(trust, bundle, digest, identity.replace("build-publish", "other")),
        ]
    )
    assert good[0] == 0, good[1]
    assert (other[0] != 0, stranger[0] != 0) == (True, True)
    (shown,) = workplace.succeed("image", "show", f"{SERVICE}@{digest}", "--json").document["bundles"]
    assert shown == {"about": digest, "kind": SIGNATURE, "holds": True, "signer": identity}
