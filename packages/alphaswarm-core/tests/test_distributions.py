"""Wheels of a workspace: bit for bit the same, a version for each content, pins between what is published together."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from alphaswarm_core.delivery.checkout import Checkout, exported_commit, read_checkout
from alphaswarm_core.delivery.codeartifact import IndexLogin, to_upload
from alphaswarm_core.delivery.distributions import Distribution, digest_of, read_distribution, staged, version_of
from alphaswarm_core.delivery.errors import PublishedOtherwiseError, UncommittedSourceError, WheelNotBuiltError
from alphaswarm_core.delivery.wheels import Wheel, build_wheels
from alphaswarm_core.ledger.times import utc_now

COMMIT = "a" * 40
CLEAN = Checkout(COMMIT, 1_700_000_000, frozenset(), is_clean=True)
_PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
dynamic = ["version"]
requires-python = ">=3.11"
dependencies = [{requires}]

[project.optional-dependencies]
aws = ["rich"]
deploy = ["{core}[aws]"]

[tool.hatch.version]
path = "src/{module}/__init__.py"

[tool.hatch.build.targets.wheel]
packages = ["src/{module}"]
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    for name, requires in (("acme-core", '"rich>=1"'), ("acme", '"acme-core", "acme-core-extra"')):
        module = name.replace("-", "_")
        source = root / name / "src" / module
        source.mkdir(parents=True)
        (source / "__init__.py").write_text('"""Made by a test."""\n\n__version__ = "1.2.3"\n')
        (source / "data.json").write_text("{}")
        text = _PROJECT.format(name=name, module=module, requires=requires, core="acme-core")
        (root / name / "pyproject.toml").write_text(text)
    return root


def distributions(root: Path) -> list[Distribution]:
    return [read_distribution(root / "acme-core"), read_distribution(root / "acme")]


def git(root: Path, *words: str) -> str:
    who = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, "-C", str(root), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit_all(root: Path) -> str:
    if not (root / ".git").exists():
        git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x", "--date", "2024-01-02T03:04:05Z")
    return git(root, "rev-parse", "HEAD")


def test_wheels_are_the_same_bit_for_bit_when_they_are_built_elsewhere_and_later(
    workspace: Path, tmp_path: Path
) -> None:
    first = build_wheels(distributions(workspace), CLEAN, tmp_path / "first")
    copy = tmp_path / "another" / "place"
    shutil.copytree(workspace, copy)
    for path in copy.rglob("*"):
        os.utime(path, (1, 1))
    (copy / "acme" / "src" / "acme" / "__pycache__").mkdir()
    (copy / "acme" / "src" / "acme" / "__pycache__" / "x.pyc").write_bytes(b"x")
    (copy / "acme" / "src" / "acme" / "__init__.py").chmod(0o600)
    second = build_wheels(distributions(copy), CLEAN, tmp_path / "second")
    assert [(each.filename, each.sha256) for each in first] == [(each.filename, each.sha256) for each in second]
    assert [each.path.read_bytes() for each in first] == [each.path.read_bytes() for each in second]


def test_wheel_says_its_version_and_pins_its_sisters_when_it_is_built(workspace: Path, tmp_path: Path) -> None:
    wheel = build_wheels(distributions(workspace), CLEAN, tmp_path)[1]
    assert wheel.version == f"1.2.3.dev20231114221320+g{COMMIT[:12]}"
    with zipfile.ZipFile(wheel.path) as archive:
        names = {Path(each).name: archive.read(each).decode() for each in archive.namelist()}
    assert f'__version__ = "{wheel.version}"' in names["__init__.py"]
    assert f"Requires-Dist: acme-core=={wheel.version}\n" in names["METADATA"]
    assert f"Requires-Dist: acme-core[aws]=={wheel.version}; extra == 'deploy'\n" in names["METADATA"]
    assert "Requires-Dist: acme-core-extra\n" in names["METADATA"]
    assert "data.json" in names


def test_version_is_the_release_when_the_tagged_commit_is_unchanged(workspace: Path) -> None:
    tagged = Checkout(COMMIT, 1, frozenset({"v1.2.3"}), is_clean=True)
    assert version_of(distributions(workspace), tagged) == "1.2.3"
    changed = Checkout(COMMIT, 1, frozenset({"v1.2.3"}), is_clean=False)
    assert ".dev" in version_of(distributions(workspace), changed)
    other = Checkout(COMMIT, 1, frozenset({"v1.2.4"}), is_clean=True)
    assert ".dev" in version_of(distributions(workspace), other)


def test_version_is_another_one_when_an_uncommitted_file_changes(workspace: Path) -> None:
    dirty = Checkout(COMMIT, 1_700_000_000, frozenset(), is_clean=False)
    before, digest = version_of(distributions(workspace), dirty), digest_of(distributions(workspace))
    path = workspace / "acme" / "src" / "acme" / "data.json"
    stamp = path.stat()
    path.write_text("[]")
    os.utime(path, (stamp.st_atime, stamp.st_mtime))
    assert version_of(distributions(workspace), dirty) != before
    path.write_text("{}")
    assert digest_of(distributions(workspace)) == digest
    path.chmod(0o755)
    assert digest_of(distributions(workspace)) != digest


def test_checkout_is_clean_until_a_file_of_a_distribution_differs(workspace: Path) -> None:
    commit = commit_all(workspace)
    git(workspace, "tag", "v1.2.3")
    where = ["acme", "acme-core"]
    found = read_checkout(workspace, where, {})
    assert (found.commit, found.tags, found.is_clean) == (commit, {"v1.2.3"}, True)
    (workspace / "elsewhere.txt").write_text("x")
    assert read_checkout(workspace, where, {}).is_clean
    (workspace / "acme" / "new.txt").write_text("x")
    assert not read_checkout(workspace, where, {}).is_clean


def test_wheels_of_a_commit_are_those_of_its_clean_checkout_whatever_was_changed_since(
    workspace: Path, tmp_path: Path
) -> None:
    where = ["acme", "acme-core"]
    commit = commit_all(workspace)
    clean = build_wheels(distributions(workspace), read_checkout(workspace, where, {}), tmp_path / "clean")
    (workspace / "acme" / "src" / "acme" / "data.json").write_text("[]")
    (workspace / "acme" / "new.txt").write_text("x")
    (copy := tmp_path / "copy").mkdir()

    checkout = exported_commit(workspace, commit, where, copy)

    assert (checkout.commit, checkout.is_clean) == (commit, True)
    assert [each.sha256 for each in build_wheels(distributions(copy), checkout, tmp_path / "again")] == [
        each.sha256 for each in clean
    ]
    for unknown, directories in ((COMMIT, where), (commit, ["acme", "nowhere"])):
        with pytest.raises(UncommittedSourceError):
            exported_commit(workspace, unknown, directories, copy)


def test_source_without_git_is_named_by_its_job_or_refused(workspace: Path) -> None:
    with pytest.raises(UncommittedSourceError):
        read_checkout(workspace, ["acme"], {})
    with pytest.raises(UncommittedSourceError):
        read_checkout(workspace, ["acme"], {"GITHUB_SHA": COMMIT})
    found = read_checkout(workspace, ["acme"], {"GITHUB_SHA": COMMIT, "SOURCE_DATE_EPOCH": "1700000000"})
    assert found == Checkout(COMMIT, 1_700_000_000, frozenset(), is_clean=False)


def test_build_is_refused_when_the_source_is_no_distribution(workspace: Path, tmp_path: Path) -> None:
    (workspace / "acme" / "src" / "acme" / "__init__.py").write_text('__version__ = "9.9.9"\n')
    with pytest.raises(WheelNotBuiltError, match="different versions"):
        build_wheels(distributions(workspace), CLEAN, tmp_path / "out")
    (workspace / "acme" / "pyproject.toml").write_text("[project]\n")
    with pytest.raises(WheelNotBuiltError):
        read_distribution(workspace / "acme")
    broken = Distribution("acme", "1", "v.py", {"pyproject.toml": b"[project]\n", "v.py": b""}, frozenset(), 1)
    with pytest.raises(WheelNotBuiltError, match="was not built"):
        build_wheels([broken], CLEAN, tmp_path / "out")


def test_only_what_is_missing_is_uploaded_and_other_content_is_refused() -> None:
    wheels = [Wheel("acme", "1", Path("acme-1.whl"), "1" * 64), Wheel("core", "1", Path("core-1.whl"), "2" * 64)]
    assert to_upload(wheels, {}) == wheels
    assert to_upload(wheels, {"acme": {"acme-1.whl": "1" * 64}, "core": {}}) == wheels[1:]
    with pytest.raises(PublishedOtherwiseError, match=r"core-1\.whl"):
        to_upload(wheels, {"core": {"core-1.whl": "3" * 64}})


def test_token_is_in_the_index_url_and_nowhere_else() -> None:
    login = IndexLogin("https://owner.example/pypi/repository/", "se/cret", utc_now())
    assert login.index_url == "https://aws:se%2Fcret@owner.example/pypi/repository/simple/"
    assert login.shown_url == "https://aws:…@owner.example/pypi/repository/simple/"
    assert "cret" not in repr(login)
    assert not any("EXTRA" in name for name in login.variables())


def test_pin_stays_out_when_a_requirement_has_its_own(workspace: Path) -> None:
    project = (workspace / "acme" / "pyproject.toml").read_text().replace('"acme-core",', '"acme-core>=1",')
    (workspace / "acme" / "pyproject.toml").write_text(project)
    text = staged(read_distribution(workspace / "acme"), "5", ["acme-core", "acme"])["pyproject.toml"].decode()
    assert '"acme-core>=1"' in text
    assert 'name = "acme"\n' in text
