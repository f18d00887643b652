"""The scanners' drivers against small programs that speak their documented forms; what counts of what they find."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.supply.errors import (
    BrokenImageError,
    ImageToolFailedError,
    ImageToolMissingError,
    SbomMissingError,
    ScanExceptionError,
)
from alphaswarm_core.supply.findings import Finding, Severity, merged, read_scan_exceptions
from alphaswarm_core.supply.sboms import Sbom, SbomForm, read_sboms, write_sbom
from alphaswarm_core.supply.scanning import Scan, scan_sboms
from alphaswarm_core.supply.verdicts import read_verdict

from .forge import sbom

Program = Callable[[str, str], Path]
BOTH = ("grype", "trivy")
DIGEST = "sha256:" + "a" * 64
SBOM = Sbom(DIGEST, SbomForm.CYCLONEDX, sbom())
TODAY = date(2026, 3, 1)


def trivy_report(*found: dict[str, Any], **changed: Any) -> str:
    results = [{"Target": "debian", "Class": "os-pkgs", "Vulnerabilities": list(found)}] if found else []
    report = {"SchemaVersion": 2, "ArtifactName": "x.json", "ArtifactType": "cyclonedx", "Results": results}
    return json.dumps({**report, **changed})


def grype_report(*found: dict[str, Any], **changed: Any) -> str:
    return json.dumps({"matches": list(found), "descriptor": {"name": "grype", "version": "0.90.0"}, **changed})


TRIVY_FINDING = {
    "VulnerabilityID": "CVE-2026-1",
    "PkgName": "openssl",
    "InstalledVersion": "3.0.1",
    "FixedVersion": "3.0.2",
    "Severity": "HIGH",
}
GRYPE_FINDING = {
    "vulnerability": {"id": "GHSA-1", "severity": "Critical", "fix": {"versions": ["3.0.2"], "state": "fixed"}},
    "relatedVulnerabilities": [{"id": "CVE-2026-1"}],
    "artifact": {"name": "openssl", "version": "3.0.1", "type": "deb"},
}


def answering(program: Program, name: str, report: str, *, version: str = "1.0") -> None:
    key = "Version" if name == "trivy" else "version"
    said = json.dumps({key: version})
    program(name, f"case \"$1\" in version) echo '{said}' ;; *) cat <<'END'\n{report}\nEND\n;; esac")


def scanned(limit: Severity = Severity.high, without: tuple[str, ...] = (), **more: Any) -> Scan:
    return scan_sboms([SBOM], BOTH, without, limit, more.get("exceptions", ()))


def test_finding_of_both_scanners_counts_once_as_bad_as_the_worse_says(program: Program) -> None:
    answering(program, "trivy", trivy_report(TRIVY_FINDING))
    answering(program, "grype", grype_report(GRYPE_FINDING))
    scan = scanned()
    (found,) = scan.refusing
    assert (found.vulnerability, found.severity, found.fixed_in) == ("CVE-2026-1", Severity.critical, "3.0.2")
    assert (found.aliases, found.scanners) == (("GHSA-1",), BOTH)
    assert not scan.verdict.passed
    assert read_verdict(scan.predicate()) == scan.verdict


def test_scan_passes_when_nothing_reaches_the_limit(program: Program) -> None:
    answering(program, "trivy", trivy_report({**TRIVY_FINDING, "Severity": "MEDIUM"}))
    answering(program, "grype", grype_report())
    scan = scanned()
    assert scan.verdict.passed
    assert scan.verdict.counts[Severity.medium] == 1
    assert scan.verdict.images == (DIGEST,)
    assert not scanned(Severity.medium).verdict.passed


def test_severity_that_nobody_has_rated_counts_as_high(program: Program) -> None:
    answering(program, "trivy", trivy_report({**TRIVY_FINDING, "Severity": "UNKNOWN"}))
    answering(program, "grype", grype_report())
    assert not scanned().verdict.passed


def test_finding_is_let_pass_when_somebody_answers_for_it(program: Program, tmp_path: Path) -> None:
    answering(program, "trivy", trivy_report(TRIVY_FINDING))
    answering(program, "grype", grype_report(GRYPE_FINDING))
    scan = scanned(exceptions=read_scan_exceptions(exceptions_file(tmp_path, vulnerability="GHSA-1"), TODAY))
    assert scan.verdict.passed
    assert scan.verdict.waived_until == date(2026, 5, 1)
    assert scan.predicate()["findings"][0]["exception"]["owner"] == "@platform"
    other = read_scan_exceptions(exceptions_file(tmp_path, package="zlib"), TODAY)
    assert not scanned(exceptions=other).verdict.passed


def test_scanner_that_is_not_installed_is_a_failure(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(program("none", "exit 0").parent) + ":/bin")
    answering(program, "trivy", trivy_report())
    with pytest.raises(ImageToolMissingError, match="grype is not installed") as caught:
        scanned()
    assert "--without grype" in str(caught.value.fix)
    verdict = scanned(without=("grype",)).verdict
    assert (verdict.passed, verdict.without) == (True, ("grype",))
    assert set(verdict.scanners) == {"trivy"}


def test_nothing_is_judged_when_every_scanner_is_left_out() -> None:
    with pytest.raises(ImageToolFailedError, match="Nothing looked"):
        scanned(without=BOTH)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param("echo 'fatal: database' >&2; exit 1", "ended with code 1", id="fails"),
        pytest.param("kill -SEGV $$", "ended with code", id="crashes"),
        pytest.param("exit 0", "said nothing", id="empty-output"),
        pytest.param("echo 'FATAL failed to download the database'", "no report", id="exit-0-with-an-error-text"),
        pytest.param("echo '[]'", "is no report", id="list"),
        pytest.param("echo '{}'", "lacks", id="empty-object"),
        pytest.param('echo \'{"error": "database"}\'', "lacks", id="exit-0-with-an-error-object"),
        pytest.param('echo \'{"matches": [], "SchemaVersion": 2\'', "no report", id="cut-off"),
    ],
)
@pytest.mark.parametrize("name", BOTH)
def test_scan_fails_when_a_scanner_gives_no_report(program: Program, name: str, script: str, words: str) -> None:
    other = "grype" if name == "trivy" else "trivy"
    answering(program, other, grype_report() if other == "grype" else trivy_report())
    program(name, f'case "$1" in version) echo \'{{"version": "1", "Version": "1"}}\' ;; *) {script} ;; esac')
    with pytest.raises(ImageToolFailedError) as caught:
        scanned()
    assert words in f"{caught.value.what} {caught.value.why}"


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("trivy", trivy_report(ArtifactType="filesystem")),
        ("trivy", trivy_report(SchemaVersion=3)),
        ("trivy", trivy_report({"VulnerabilityID": "CVE-2026-1"})),
        ("grype", grype_report(matches=None)),
        ("grype", grype_report(descriptor={"name": "other"})),
        ("grype", grype_report(ignoredMatches=[GRYPE_FINDING])),
    ],
)
def test_scan_fails_when_a_report_is_of_another_form(program: Program, name: str, report: str) -> None:
    answering(program, "trivy", trivy_report())
    answering(program, "grype", grype_report())
    answering(program, name, report)
    with pytest.raises(ImageToolFailedError):
        scanned()


def test_scanner_sees_no_credentials_and_no_ignore_file(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "never shown")
    monkeypatch.setenv("TRIVY_IGNORE_UNFIXED", "true")
    spy = program("trivy", "").with_name("seen")
    body = f'env > "{spy}"; ls -a >> "{spy}"; cat <<\'END\'\n{trivy_report()}\nEND'
    program("trivy", f'case "$1" in version) echo \'{{"Version": "1"}}\' ;; *) {body}\n;; esac')
    answering(program, "grype", grype_report())
    scanned()
    seen = spy.read_text()
    assert "never shown" not in seen
    assert "TRIVY_IGNORE_UNFIXED" not in seen
    assert "pyproject.toml" not in seen
    assert f"{'a' * 64}.cyclonedx.json" in seen


def exceptions_file(directory: Path, **changed: Any) -> Path:
    given = {
        "vulnerability": "CVE-2026-1",
        "package": "openssl",
        "owner": "@platform",
        "status": "not_affected",
        "reason": "the engine interface is not compiled in",
        "until": date(2026, 5, 1),
        **changed,
    }
    lines = [f"{name} = {each if isinstance(each, date) else json.dumps(each)}" for name, each in given.items()]
    path = directory / "vulnerabilities.toml"
    path.write_text("[[exception]]\n" + "\n".join(lines))
    return path


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"until": TODAY - timedelta(days=1)}, "it ended"),
        ({"until": TODAY + timedelta(days=400)}, "no expiry"),
        ({"owner": " "}, "has not exactly"),
        ({"status": "fixed"}, "status is"),
        ({"more": "x"}, "has not exactly"),
        ({"until": "2026-05-01"}, "has not exactly"),
    ],
)
def test_exception_is_refused_when_it_is_over_or_incomplete(
    tmp_path: Path, changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(ScanExceptionError, match=words):
        read_scan_exceptions(exceptions_file(tmp_path, **changed), TODAY)


def test_there_are_no_exceptions_when_there_is_no_file(tmp_path: Path) -> None:
    assert read_scan_exceptions(tmp_path / "none.toml", TODAY) == ()


def test_sboms_are_refused_when_one_is_none(tmp_path: Path) -> None:
    with pytest.raises(SbomMissingError):
        read_sboms(tmp_path)
    path = write_sbom(tmp_path, SBOM)
    assert read_sboms(tmp_path) == [SBOM]
    path.with_name(path.name.replace("cyclonedx", "spdx")).write_bytes(path.read_bytes())
    with pytest.raises(BrokenImageError, match="no spdx SBOM"):
        read_sboms(tmp_path)


_NAMES = st.sampled_from(["CVE-1", "CVE-2", "GHSA-1", "GHSA-2"])
_FINDINGS = st.lists(
    st.builds(
        Finding,
        _NAMES,
        st.sampled_from(["a", "b"]),
        st.just("1"),
        st.sampled_from(Severity),
        aliases=st.lists(_NAMES, max_size=2).map(tuple),
    ),
    max_size=8,
)


@given(found=_FINDINGS)
def test_merging_loses_no_name_and_softens_nothing(found: list[Finding]) -> None:
    one = merged(found)
    for each in found:
        (covering,) = [
            other
            for other in one
            if other.package == each.package and each.vulnerability in {other.vulnerability, *other.aliases}
        ]
        assert covering.severity >= each.severity
        assert set(each.aliases) <= {covering.vulnerability, *covering.aliases}
    assert merged(one) == one
