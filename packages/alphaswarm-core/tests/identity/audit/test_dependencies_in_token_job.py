"""The rule dependencies-in-token-job: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job

RULE = "dependencies-in-token-job"

RUN = "    steps:\n      - run: |\n          {}\n"

BAD = {
    "npm": job(RUN.format("npm ci")),
    "npx behind a variable": job(RUN.format("CI=1 npx thing")),
    "after another command": job(RUN.format("cd x && yarn install")),
    "pip without hashes": job(RUN.format("pip install -r requirements.txt")),
    "pip as a module": job(RUN.format("python3 -m pip install x")),
    "uv": job(RUN.format("uv sync")),
    "a wrapper": job(RUN.format("./gradlew build")),
}
GOOD = {
    "pip with hashes": job(RUN.format("pip install --require-hashes -r requirements.txt")),
    "without a token": job(RUN.format("npm ci"), permissions="{}"),
    "a version": job(RUN.format("npm --version")),
    "in a comment": job(RUN.format("# npm ci")),
    "in a word": job(RUN.format("echo npm ci")),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
