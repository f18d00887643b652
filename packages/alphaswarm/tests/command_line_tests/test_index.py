"""`alphaswarm index` as a person calls it, on a local cloud of its own; what it publishes works when installed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from example_project import write_project

from alphaswarm_core.local_address import read_local_address

from .command_line import CommandLine
from .conftest import cannot_run

REPOSITORY = Path(__file__).parents[4]
_BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Shop:
    """A project with a copy of this workspace's distributions, and a running cloud with a package repository."""

    command_line: CommandLine
    root: Path
    api: Any

    def remove(self, version: str) -> None:
        for package in ("alphaswarm", "alphaswarm-core"):
            self.api.delete_package_versions(
                domain="alphaswarm", repository="alphaswarm-pypi", format="pypi", package=package, versions=[version]
            )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    project = write_project(tmp_path_factory.mktemp("index") / "project")
    for name in ("alphaswarm", "alphaswarm-core"):
        without = shutil.ignore_patterns("__pycache__", "tests")
        shutil.copytree(REPOSITORY / "packages" / name, project.root / "packages" / name, ignore=without)
    _git(project.root, "init", "-q")
    _git(project.root, "add", "-A", "packages")
    _git(project.root, "commit", "-q", "-m", "x")
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.endswith("_PROXY")}
    command_line = CommandLine(project, {**pip, **_certificates()})
    command_line.succeed("local", "up")
    address = read_local_address(project.home)
    keys = address.accounts["dev"]
    session = boto3.Session(keys.access_key_id, keys.secret_access_key, region_name="us-east-1")
    api = session.client("codeartifact", endpoint_url=address.endpoint)
    yield Shop(command_line, project.root, api)
    command_line.succeed("local", "down")


@pytest.fixture
def repository(shop: Shop) -> Shop:
    if not shop.api.list_domains()["domains"]:
        shop.api.create_domain(domain="alphaswarm")
        shop.api.create_repository(domain="alphaswarm", repository="pypi-store")
        shop.api.associate_external_connection(
            domain="alphaswarm", repository="pypi-store", externalConnection="public:pypi"
        )
        upstreams = [{"repositoryName": "pypi-store"}]
        shop.api.create_repository(domain="alphaswarm", repository="alphaswarm-pypi", upstreams=upstreams)
    return shop


def _certificates() -> dict[str, str]:
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
    return {name: os.environ[name] for name in names if name in os.environ}


def _git(root: Path, *words: str) -> None:
    who = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "-C", str(root), *words], capture_output=True, check=True)


def test_index_that_is_not_there_is_named_when_it_is_asked(shop: Shop) -> None:
    for words in (("list",), ("login",), ("publish",)):
        ended = shop.command_line.run("index", *words, "--env", "staging", "--json")
        assert (ended.code, ended.error["code"]) == (5, "AS-IDX-001")


def test_wheels_are_uploaded_once_when_they_are_published_twice(repository: Shop) -> None:
    call = repository.command_line.succeed
    first = call("index", "publish", "--env", "dev", "--json").document["wheels"]
    assert {each["package"] for each in first} == {"alphaswarm", "alphaswarm-core"}
    second = call("index", "publish", "--env", "dev", "--json").document["wheels"]
    assert [each["uploaded"] for each in second] == [False, False]
    assert [each["sha256"] for each in first] == [each["sha256"] for each in second]
    listed = call("index", "list", "--env", "dev", "--json").document["versions"]
    assert {(each["package"], each["version"]) for each in first} <= {
        (each["package"], each["version"]) for each in listed
    }
    only = call("index", "list", "alphaswarm", "--env", "dev", "--json").document["versions"]
    assert {each["package"] for each in only} == {"alphaswarm"}


def test_same_version_with_other_content_is_refused_when_the_index_has_it(repository: Shop, tmp_path: Path) -> None:
    call = repository.command_line
    wheels = call.succeed("index", "publish", "--env", "dev", "--output", str(tmp_path), "--json").document["wheels"]
    repository.remove(wheels[0]["version"])
    own = tmp_path / wheels[1]["file"]
    own.write_bytes(_with_other_content(own))
    login = call.succeed("index", "login", "--env", "dev", "--shell", "--json").document
    url = login["set"]["PIP_INDEX_URL"].removesuffix("simple/")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TWINE_REPOSITORY_URL": url}
    twine = [str(_BIN / "twine"), "upload", "--non-interactive", str(own)]
    subprocess.run(twine, env=environment, capture_output=True, check=True, timeout=60)
    ended = call.run("index", "publish", "--env", "dev", "--json")
    assert (ended.code, ended.error["code"]) == (3, "AS-IDX-004")
    repository.remove(wheels[0]["version"])


def _with_other_content(wheel: Path) -> bytes:
    import io
    import zipfile

    buffer = io.BytesIO(wheel.read_bytes())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("alphaswarm/more.txt", "planted")
    return buffer.getvalue()


def test_wheels_of_a_commit_are_published_whatever_was_changed_since(repository: Shop) -> None:
    changed = repository.root / "packages" / "alphaswarm" / "changed.txt"
    changed.write_text("x")
    call = repository.command_line.succeed
    try:
        as_it_is = call("index", "publish", "--env", "dev", "--json").document["wheels"]
        committed = call("index", "publish", "--env", "dev", "--commit", "HEAD", "--json").document["wheels"]
    finally:
        changed.unlink()
    assert {".d" in each["version"].partition("+")[2] for each in as_it_is} == {True}
    assert {".d" in each["version"].partition("+")[2] for each in committed} == {False}
    for each in (*as_it_is, *committed):
        repository.remove(each["version"])


def test_token_is_shown_only_when_it_is_asked_for(repository: Shop) -> None:
    call = repository.command_line
    shown = call.succeed("index", "login", "--env", "dev")
    assert "aws:…@127.0.0.1" in shown.out
    hidden = call.succeed("index", "login", "--env", "dev", "--json").document
    assert "set" not in hidden
    lines = call.succeed("index", "login", "--env", "dev", "--shell", env={"PIP_EXTRA_INDEX_URL": "https://x.example"})
    assert "unset PIP_EXTRA_INDEX_URL\n" in lines.out
    assert "export PIP_INDEX_URL=" in lines.out
    token = lines.out.partition("aws:")[2].partition("@")[0]
    assert len(token) > 200
    assert token not in shown.out + shown.err + lines.err
    assert "extra-index-url" not in lines.out


def test_source_that_no_commit_names_is_refused_when_it_would_go_to_aws(repository: Shop) -> None:
    """Refused before anything is asked of AWS but the credentials' form: there is no AWS here."""
    changed = repository.root / "packages" / "alphaswarm" / "changed.txt"
    changed.write_text("x")
    try:
        temporary = {"AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "x"}
        words = ("index", "publish", "--env", "dev", "--target", "aws", "--json")
        ended = repository.command_line.run(*words, env=temporary)
        assert (ended.code, ended.error["code"]) == (3, "AS-IDX-003")
    finally:
        changed.unlink()


@pytest.mark.slow
def test_program_works_when_it_is_installed_from_the_index_alone(repository: Shop, tmp_path: Path) -> None:
    call = repository.command_line
    version = call.succeed("index", "publish", "--env", "dev", "--json").document["wheels"][0]["version"]
    variables = call.succeed("index", "login", "--env", "dev", "--shell", "--json").document["set"]
    uv = _BIN / "uv"
    if not uv.exists():
        cannot_run("uv is not installed beside this interpreter")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **variables}
    subprocess.run(
        [str(uv), "venv", "-q", "--python", sys.executable, str(tmp_path / "v")], env=environment, check=True
    )
    install = [str(uv), "pip", "install", "-q", "--python", str(tmp_path / "v" / "bin" / "python")]
    done = subprocess.run(
        [*install, "alphaswarm-core", "alphaswarm"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    if "public index behind this repository failed" in done.stderr or "502" in done.stderr:
        cannot_run("the package index that pip is configured with does not answer")
    assert done.returncode == 0, done.stderr

    def installed(*words: str) -> str:
        program = [str(tmp_path / "v" / "bin" / "alphaswarm"), *words]
        plain = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        ended = subprocess.run(program, cwd=repository.root, env=plain, capture_output=True, text=True, check=False)
        return ended.stdout + ended.stderr

    assert installed("--version") == f"alphaswarm {version}\n"
    assert "Commands:" in installed()
    assert "Not halted" in installed("halt", "status")
    assert "The ledger is whole" in installed("ledger", "verify")
    assert "The local cloud is not installed [AS-SVC-001]" in installed("local", "status")
