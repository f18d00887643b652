"""The local custom cache: what one build leaves in it the next one of the same project finds, and nobody else does."""

from pathlib import Path
from typing import Any

import pytest

from alphaswarm_local.builds.worker.cache import directory_of
from alphaswarm_local.builds.worker.failures import PhaseFailedError

from .building import LOGS, commands, commit, failure_of, git, log_of, make_project, start, trusting_codebuild, waited
from .conftest import ClientOf
from .roles import RoleOf

LOCAL = {"type": "LOCAL", "modes": ["LOCAL_CUSTOM_CACHE"]}
COUNTING = "mkdir -p kept && echo x >> kept/tries && echo tries=$(wc -l < kept/tries)"


def spec(*lines: str, paths: str = "kept/**/*") -> str:
    return f"{commands(*lines)}cache:\n  paths: ['{paths}']\n"


def project(client: ClientOf, role: RoleOf, buildspec: str, **more: Any) -> str:
    source = {"type": "NO_SOURCE", "location": "", "buildspec": buildspec}
    given = {"source": source, "cache": LOCAL, **more}
    return make_project(client, role(LOGS, trust=trusting_codebuild()), **given)


def lines_of(client: ClientOf, name: str, **more: Any) -> list[str]:
    build = waited(client, start(client, name, **more))
    assert build["buildStatus"] == "SUCCEEDED", failure_of(build)
    return log_of(client, build)


def test_next_build_of_the_project_finds_what_was_kept_and_no_other_does(client: ClientOf, role: RoleOf) -> None:
    name, other = (project(client, role, spec(COUNTING)) for _ in range(2))
    assert "tries=1" in lines_of(client, name)
    assert "tries=2" in lines_of(client, name)
    assert "tries=1" in lines_of(client, other)
    assert "tries=1" in lines_of(client, name, cacheOverride={"type": "NO_CACHE"})


@pytest.mark.parametrize("cache", [{"type": "NO_CACHE"}, {"type": "LOCAL", "modes": ["LOCAL_SOURCE_CACHE"]}])
def test_nothing_is_kept_when_the_project_has_no_such_cache(
    client: ClientOf, role: RoleOf, cache: dict[str, Any]
) -> None:
    name = project(client, role, spec(COUNTING), cache=cache)
    assert "tries=1" in lines_of(client, name)
    lines = lines_of(client, name)
    assert "tries=1" in lines
    assert any("the project has no local custom cache" in line for line in lines)


def test_build_goes_without_the_cache_while_another_one_has_it(client: ClientOf, role: RoleOf, tmp_path: Path) -> None:
    release = tmp_path / "release"
    name = project(client, role, spec(COUNTING, f'while test -n "$HOLDS" -a ! -e {release}; do sleep 0.05; done'))
    holder = start(client, name, environmentVariablesOverride=[{"name": "HOLDS", "value": "1"}])
    waited(client, holder, lambda build: build["currentPhase"] == "BUILD")
    try:
        lines = lines_of(client, name)
    finally:
        release.touch()
    assert "tries=1" in lines
    assert any("another build of the project has it" in line for line in lines)
    waited(client, holder)
    assert "tries=2" in lines_of(client, name)


def test_build_fails_when_its_cache_names_files(client: ClientOf, role: RoleOf) -> None:
    build = waited(client, start(client, project(client, role, spec(COUNTING, paths="kept/*.txt"))))
    phase, code, message = failure_of(build)
    assert (phase, code) == ("DOWNLOAD_SOURCE", "CLIENT_ERROR")
    assert "only directories can be cached locally" in message


@pytest.mark.parametrize("path", ["/root/kept/**/*", "../kept/**/*", "~/kept", "."])
def test_nothing_outside_the_builds_own_copy_is_touched(client: ClientOf, role: RoleOf, path: str) -> None:
    lines = lines_of(client, project(client, role, spec("ls -A ..; ls -A", paths=path)))
    assert any("is not cached: it is not below the source" in line for line in lines)


def test_link_in_the_commit_leads_the_cache_nowhere(
    client: ClientOf, role: RoleOf, checkout: Path, tmp_path: Path
) -> None:
    """Somebody who may push could otherwise have links made anywhere on the machine of who rehearses."""
    outside = tmp_path / "outside"
    outside.mkdir()
    commit(checkout, {"buildspec.yml": spec("true", paths="away/kept/**/*")})
    (checkout / "away").symlink_to(outside)
    git(checkout, "add", "away")
    second = commit(checkout, {})
    name = make_project(client, role(LOGS, trust=trusting_codebuild()), cache=LOCAL)
    lines = lines_of(client, name, sourceVersion=second)
    assert any("away/kept is not cached: the source has it itself" in line for line in lines)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("written", ["dir/**/*", "dir/**", "dir/*", "dir/", "dir", "./dir/**/*"])
def test_directory_is_named_by_a_pattern_of_all_in_it(written: str) -> None:
    assert directory_of(written) == "dir"


@pytest.mark.parametrize("written", ["dir/*.txt", "*", "a/*/b/**/*", "di?"])
def test_pattern_of_files_names_no_directory(written: str) -> None:
    with pytest.raises(PhaseFailedError):
        directory_of(written)
