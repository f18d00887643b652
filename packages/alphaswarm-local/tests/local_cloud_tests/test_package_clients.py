"""The real AWS CLI, pip, twine and uv, unchanged, against a repository; and pip's own index behind one."""

import hashlib
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from alphaswarm_core.adapters.codeartifact import upload
from alphaswarm_core.delivery.codeartifact import IndexLogin
from alphaswarm_core.delivery.errors import IndexRefusedError
from alphaswarm_core.delivery.wheels import Wheel
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_core.target import local_client_environment

from .conftest import ClientOf, cannot_run, required_tool
from .package_fixtures import DOMAIN
from .package_tools import PublicIndex, Repository, wheel
from .roles import allow

_BIN = Path(sys.executable).parent


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a client with a home of its own and no configuration of the machine's."""
    path = os.pathsep.join([str(_BIN), os.environ["PATH"]])
    return {"HOME": str(tmp_path), "PATH": path, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def run(
    command: list[str], environment: Mapping[str, str], directory: Path, *, ok: bool = True
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, env=dict(environment), cwd=directory, capture_output=True, text=True, timeout=250, check=False
    )
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done


def index_of(repository: Repository, token: str | None = None) -> str:
    parts = urlsplit(repository.url)
    return f"{parts.scheme}://aws:{token or repository.token}@{parts.netloc}{parts.path}simple/"


def name_of(repository: Repository) -> str:
    return repository.url.rstrip("/").rpartition("/")[2]


def test_pip_downloads_ours_and_the_publics_when_the_cli_has_logged_it_in(
    index_cloud: LocalCloudAddress, repository: Repository, public: PublicIndex, home: dict[str, str], tmp_path: Path
) -> None:
    outside = f"public-{uuid.uuid4().hex[:8]}"
    theirs, _ = public.add(outside, "2.0")
    repository.publish("own-package", "1.0")
    login = [str(_BIN / "aws"), "codeartifact", "login", "--tool", "pip"]
    login += ["--domain", DOMAIN, "--repository", name_of(repository)]
    done = run(login, {**home, **local_client_environment(index_cloud, "dev")}, tmp_path)
    assert "Successfully configured pip" in done.stdout
    pip = [sys.executable, "-m", "pip", "download", "--no-cache-dir"]
    run([*pip, "own-package", outside], home, tmp_path)
    assert {each.name for each in tmp_path.glob("*.whl")} == {wheel("own-package", "1.0")[0], theirs}


def test_pip_gets_nothing_when_its_token_may_not_read(
    repository: Repository, home: dict[str, str], tmp_path: Path, token_of: Callable[..., str]
) -> None:
    repository.publish("own-package", "1.0")
    pip = [sys.executable, "-m", "pip", "download", "--no-cache-dir", "--retries", "0", "own-package"]
    for token in (token_of(allow("codeartifact:PublishPackageVersion")), "expired-or-made-up"):
        environment = {**home, "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": index_of(repository, token)}
        done = run(pip, environment, tmp_path, ok=False)
        assert "No matching distribution" in done.stderr or "403" in done.stderr or "401" in done.stderr
    assert not list(tmp_path.glob("*.whl"))


def test_our_own_publisher_says_why_when_its_token_is_not_good(
    repository: Repository, tmp_path: Path, token_of: Callable[..., str]
) -> None:
    name, content = wheel("own-package", "1.0")
    (tmp_path / name).write_bytes(content)
    ours = Wheel("own-package", "1.0", tmp_path / name, hashlib.sha256(content).hexdigest())
    for token, words in (
        ("one-that-has-expired", "publish again, with a new session"),
        (token_of(allow("codeartifact:ReadFromRepository")), "names the permission"),
    ):
        with pytest.raises(IndexRefusedError) as refused:
            upload(IndexLogin(repository.url, token, datetime.now(UTC)), ours)
        assert words in str(refused.value.fix)
        assert token not in f"{refused.value} {refused.value.why} {refused.value.fix}"
    assert repository.page("own-package") == {}


def _twine(repository: Repository, file: Path) -> tuple[list[str], dict[str, str]]:
    command = [str(_BIN / "twine"), "upload", "--non-interactive", "--disable-progress-bar", str(file)]
    return command, {
        "TWINE_REPOSITORY_URL": repository.url,
        "TWINE_USERNAME": "aws",
        "TWINE_PASSWORD": repository.token,
    }


def _uv(repository: Repository, file: Path) -> tuple[list[str], dict[str, str]]:
    command = [required_tool("uv") if not (_BIN / "uv").exists() else str(_BIN / "uv"), "publish", str(file)]
    return command, {
        "UV_PUBLISH_URL": repository.url,
        "UV_PUBLISH_USERNAME": "aws",
        "UV_PUBLISH_PASSWORD": repository.token,
        "UV_KEYRING_PROVIDER": "disabled",
        "UV_NO_CONFIG": "1",
    }


@pytest.mark.parametrize("client", [_twine, _uv], ids=["twine", "uv"])
def test_wheel_is_published_once_when_a_real_client_uploads_it(
    repository: Repository, home: dict[str, str], tmp_path: Path, client: Callable[..., Any]
) -> None:
    name, content = wheel("own-package", "1.0")
    file = tmp_path / name
    file.write_bytes(content)
    command, more = client(repository, file)
    run(command, {**home, **more}, tmp_path)
    assert repository.download("own-package", name).body == content
    file.write_bytes(wheel("own-package", "1.0", note="other")[1])
    run(command, {**home, **more}, tmp_path, ok=False)
    assert repository.download("own-package", name).body == content


def test_uv_installs_ours_when_a_stranger_has_a_higher_version_of_the_name(
    repository: Repository, public: PublicIndex, home: dict[str, str], tmp_path: Path
) -> None:
    name = f"own-{uuid.uuid4().hex[:8]}"
    public.add(name, "99.0")
    repository.publish(name, "1.0")
    uv = str(_BIN / "uv")
    target = tmp_path / "target"
    environment = {**home, "UV_DEFAULT_INDEX": index_of(repository), "UV_NO_CONFIG": "1", "UV_NO_CACHE": "1"}
    run([uv, "pip", "install", "-q", "--python", sys.executable, "--target", str(target), name], environment, tmp_path)
    assert (target / f"{name.replace('-', '_')}-1.0.dist-info").is_dir()


def test_package_comes_from_the_index_of_pip_when_this_machine_has_one(
    client: ClientOf, cloud: LocalCloudAddress, home: dict[str, str], tmp_path: Path
) -> None:
    artifacts, domain = client("codeartifact"), f"domain-{uuid.uuid4().hex[:8]}"
    artifacts.create_domain(domain=domain)
    artifacts.create_repository(domain=domain, repository="store")
    artifacts.associate_external_connection(domain=domain, repository="store", externalConnection="public:pypi")
    endpoint = artifacts.get_repository_endpoint(domain=domain, repository="store", format="pypi")["repositoryEndpoint"]
    token = artifacts.get_authorization_token(domain=domain)["authorizationToken"]
    repository = Repository(endpoint, token)
    if repository.get("simple/iniconfig/").status != 200:
        cannot_run("the package index that pip is configured with does not answer")
    pip = [sys.executable, "-m", "pip", "download", "--no-cache-dir", "--no-deps", "iniconfig"]
    run(pip, {**home, "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": index_of(repository)}, tmp_path)
    assert len(list(tmp_path.glob("iniconfig-*.whl"))) == 1
    kept = artifacts.list_packages(domain=domain, repository="store")["packages"]
    assert kept[0]["originConfiguration"]["restrictions"] == {"publish": "BLOCK", "upstream": "ALLOW"}
