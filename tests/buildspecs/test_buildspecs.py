"""The buildspecs: thin, and agreeing with the program about what goes in and what comes out."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from alphaswarm_core.delivery.checkout import read_checkout
from alphaswarm_core.delivery.distributions import Distribution, version_of
from alphaswarm_core.delivery.image_orders import IMAGE_EXPORTED, IMAGE_VARIABLES
from alphaswarm_core.delivery.orders import ORDER_VARIABLES, PROJECT_VARIABLES
from alphaswarm_core.delivery.results import EXPORTED

PROJECT = Path(__file__).parents[2]
SPECS = sorted((PROJECT / "buildspecs").glob("*.yml"))


def load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((PROJECT / "buildspecs" / name).read_text())
    return document


def commands(spec: dict[str, Any]) -> list[str]:
    return [
        command
        for phase in spec["phases"].values()
        for command in [*phase.get("commands", []), *phase.get("finally", [])]
    ]


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_commands_are_bash_and_failures_end_the_build(path: Path) -> None:
    spec = load(path.name)

    assert float(spec["version"]) == 0.2
    assert spec["env"]["shell"] == "bash"
    assert all(phase["on-failure"] == "ABORT" for phase in spec["phases"].values())  # post_build would run otherwise
    for command in commands(spec):
        done = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True, check=False, timeout=30)
        assert done.returncode == 0, f"{command}\n{done.stderr}"


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_no_command_looks_at_what_the_caller_sets(path: Path) -> None:
    text = "\n".join(commands(load(path.name)))

    assert not [name for name in ORDER_VARIABLES if name in text]
    assert "eval" not in text.split()


def test_results_of_the_program_are_exactly_what_is_exported() -> None:
    assert set(load("app-deploy.yml")["env"]["exported-variables"]) == set(EXPORTED)


def test_buildspec_sets_nothing_that_is_the_projects_or_the_callers() -> None:
    variables = load("app-deploy.yml")["env"]["variables"]

    assert not set(variables) & {*ORDER_VARIABLES, *PROJECT_VARIABLES}
    assert variables["ALPHASWARM_TARGET"] == "aws"


def test_packages_come_from_one_index_with_a_token_of_the_session_and_by_hash() -> None:
    text = "\n".join(commands(load("app-deploy.yml")))
    installs = re.findall(r"pip install .*?(?:\n(?= *--).*?)?$", text.replace("\\\n", " "), re.MULTILINE)

    assert "--duration-seconds 0" in text
    assert "extra-index" not in text
    assert len(installs) == 2
    assert all("--only-binary :all:" in each for each in installs)
    assert "--require-hashes" in installs[0]
    assert "--no-deps" in installs[1]
    assert '"alphaswarm-core==$version" "alphaswarm==$version"' in installs[1]


def test_build_installs_the_version_under_which_its_own_commit_is_published(tmp_path: Path) -> None:
    source = tmp_path / "packages/alphaswarm/src/alphaswarm/__init__.py"
    source.parent.mkdir(parents=True)
    source.write_text('__version__ = "1.2.3"\n')
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "x")):
        git(tmp_path, *words)
    distribution = Distribution("alphaswarm", "1.2.3", "v", {}, frozenset(), 0)

    for tag in (None, "v1.2.4", "v1.2.3"):
        if tag:
            git(tmp_path, "tag", tag)
        published = version_of([distribution], read_checkout(tmp_path, ["packages"], {}))
        assert version_of_build(tmp_path) == published
    assert published == "1.2.3"


def version_of_build(source: Path) -> str:
    """What the install phase makes of `version`."""
    install = load("app-deploy.yml")["phases"]["install"]["commands"]
    end = next(place for place, command in enumerate(install) if command.startswith("key="))
    script = "\n".join([*install[:end], 'printf %s "$version"'])
    done = subprocess.run(["bash", "-c", script], cwd=source, capture_output=True, text=True, check=True, timeout=30)
    return done.stdout


def git(root: Path, *words: str) -> None:
    who = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "-C", str(root), *words], capture_output=True, check=True)


def test_lock_has_what_the_distributions_ask_for() -> None:
    core, program = (
        tomllib.loads((PROJECT / "packages" / name / "pyproject.toml").read_text())["project"]
        for name in ("alphaswarm-core", "alphaswarm")
    )
    extras = re.fullmatch(r"alphaswarm-core\[(.*)\]", program["optional-dependencies"]["deploy"][0])
    assert extras is not None
    wanted = {*core["dependencies"], *program["dependencies"]} - {"alphaswarm-core"}
    for extra in extras[1].split(","):
        wanted |= set(core["optional-dependencies"][extra])
    lines = (PROJECT / "requirements" / "deploy.in").read_text().splitlines()

    assert {line for line in lines if line and line[0] not in "#-"} == wanted


def test_image_build_installs_as_the_deploy_build_does_and_exports_what_the_program_says() -> None:
    deploy, image = load("app-deploy.yml"), load("image-build.yml")

    assert image["phases"]["install"] == deploy["phases"]["install"]
    assert set(image["env"]["exported-variables"]) == set(IMAGE_EXPORTED)
    assert not set(image["env"]["variables"]) & {*IMAGE_VARIABLES, *PROJECT_VARIABLES}
    assert not [name for name in IMAGE_VARIABLES if name in "\n".join(commands(image))]
