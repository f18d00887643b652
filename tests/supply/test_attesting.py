"""What is not signed in the first place; and what the settings make of a scanner that was left out."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from alphaswarm_core.errors import ConfigurationError
from alphaswarm_core.settings import load_settings
from alphaswarm_core.supply.attesting import attest, sboms_of, signature_of, verdict_of
from alphaswarm_core.supply.declared import pinned_trust_config, pinned_trust_root, rule_of, service_of
from alphaswarm_core.supply.errors import (
    BrokenImageError,
    SbomMissingError,
    SigningError,
    TrustRootError,
    UndeclaredServiceError,
)
from alphaswarm_core.supply.images import Image, read_image
from alphaswarm_core.supply.references import Repository, ecr_repository
from alphaswarm_core.supply.sboms import Sbom, SbomForm
from alphaswarm_core.supply.statements import SCAN_VERDICT

from .forge import NOW, REPOSITORY, RULE, Stand, sbom

PROJECT = Path(__file__).resolve().parents[2]
DECLARED = (PROJECT / "alphaswarm.toml").read_text(encoding="utf-8")


def image_of(stand: Stand) -> Image:
    return read_image(stand.registry, REPOSITORY, stand.digest)


def test_verdict_about_another_image_is_not_attested() -> None:
    stand, other = Stand(), Stand()
    other.members = {"amd64": other.registry.image("amd64", "other")}
    with pytest.raises(BrokenImageError, match="about other images"):
        verdict_of(image_of(stand), other.verdict())
    assert verdict_of(image_of(stand), stand.verdict()).digest == stand.digest


def test_sboms_are_not_attested_when_one_is_missing_or_of_another_image() -> None:
    stand = Stand()
    image = image_of(stand)
    whole = [Sbom(each.digest, SbomForm.SPDX, {"spdxVersion": "SPDX-2.3"}) for each in image.members]
    assert len(sboms_of(image, whole)) == 2
    with pytest.raises(SbomMissingError):
        sboms_of(image, whole[:1])
    with pytest.raises(BrokenImageError, match="of another image"):
        sboms_of(image, [*whole, Sbom("sha256:" + "0" * 64, SbomForm.CYCLONEDX, sbom())])


def test_nothing_is_put_beside_an_image_when_there_is_no_signature() -> None:
    class Away:
        def sign(self, statement: bytes) -> bytes:
            raise SigningError("away")

    stand = Stand()
    before = dict(stand.registry.manifests)
    with pytest.raises(SigningError):
        attest(stand.registry, Away(), image_of(stand), [signature_of(image_of(stand))], NOW)
    assert stand.registry.manifests == before


def settings_with(tmp_path: Path, images: str = "") -> Path:
    path = tmp_path / "alphaswarm.toml"
    path.write_text(DECLARED + images, encoding="utf-8")
    return path


def test_scanner_that_was_left_out_makes_an_image_unfit_where_somebody_has_to_approve(tmp_path: Path) -> None:
    settings = load_settings(settings_with(tmp_path), {}, {})
    stand = Stand().complete(without="scan")
    stand.state(SCAN_VERDICT, stand.verdict(scanners={"grype": "1"}, without=("trivy",)))
    rules = {name: replace(RULE, scan=rule_of(settings, "admin", name).scan) for name in settings.environments}
    assert {name: stand.verify(rule).passed for name, rule in rules.items()} == {
        "dev": True,
        "staging": False,
        "prod": False,
    }
    assert stand.refusal(rules["prod"]) == "scan"
    unsaid = Stand().complete(without="scan")
    unsaid.state(SCAN_VERDICT, unsaid.verdict(scanners={"grype": "1"}))
    assert unsaid.refusal(rules["dev"]) == "scan"


def test_rule_of_a_service_is_what_the_settings_say(tmp_path: Path) -> None:
    settings = load_settings(settings_with(tmp_path), {}, {})
    rule = rule_of(
        settings, service_of(settings, ecr_repository("111111111111", "us-east-1", "alphaswarm-admin")), "dev"
    )
    assert (rule.signer.repository_id, rule.signer.owner_id) == (900000002, 800000001)
    assert (rule.signer.refs, rule.signer.triggers) == (("refs/tags/v*",), ("push",))
    assert rule.scan.longest == dt.timedelta(days=7)
    for stranger in (Repository("registry.example", "alphaswarm-admin"), ecr_repository("9" * 12, "us-east-1", "x")):
        with pytest.raises(UndeclaredServiceError):
            service_of(settings, stranger)


@pytest.mark.parametrize(
    "images",
    [
        "[images]\nscanners = []\n",
        '[images.services.x]\nrepository = "x"\nsource = "nobody"\n',
        '[images.services.x]\nrepository = "alphaswarm-admin"\nsource = "admin"\n',
        '[images.services.x]\nrepository = "x"\nsource = "admin"\ntriggers = ["pull_request"]\n',
        '[images.services.x]\nrepository = "x"\nsource = "admin"\nrefs = ["main"]\n',
    ],
)
def test_settings_are_refused_when_they_let_anybody_sign(tmp_path: Path, images: str) -> None:
    with pytest.raises(ConfigurationError):
        load_settings(settings_with(tmp_path, f"\n{images}"), {}, {})


def test_trust_is_what_the_project_pins(tmp_path: Path) -> None:
    with pytest.raises(TrustRootError, match=r"No trusted_root\.json is pinned"):
        pinned_trust_root(load_settings(settings_with(tmp_path), {}, {}))
    pinned = '\n[images]\ntrust_root = "root.json"\nsigning_config = "signing.json"\n'
    settings = load_settings(settings_with(tmp_path, pinned), {}, {})
    with pytest.raises(TrustRootError, match="cannot be read"):
        pinned_trust_root(settings)
    (tmp_path / "root.json").write_text('{"a": 1}')
    (tmp_path / "signing.json").write_text('{"b": 2}')
    document = json.loads(pinned_trust_config(settings))
    assert (document["trustedRoot"], document["signingConfig"]) == ({"a": 1}, {"b": 2})
    (tmp_path / "signing.json").write_text("{")
    with pytest.raises(TrustRootError, match="is no JSON"):
        pinned_trust_config(settings)
