"""The rule cache-in-token-job: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job, workflow

RULE = "cache-in-token-job"

USES = "    steps:\n      - uses: {}\n"
ACTION = "runs:\n  using: composite\n  steps:\n    - uses: actions/cache@v4\n"
CALLER = (
    "on: push\npermissions: {}\njobs:\n  a:\n    permissions: {id-token: write}\n    uses: ./.github/workflows/b.yml\n"
)
CALLED = "on: workflow_call\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/cache@v4\n"

BAD = {
    "cache": job(USES.format("actions/cache@v4")),
    "restore": job(USES.format("Actions/Cache/restore@v4")),
    "node": job(USES.format("actions/setup-node@v4\n        with: {cache: npm}")),
    "go, which caches unasked": job(USES.format("actions/setup-go@v5")),
    "buildx, which caches itself": job(USES.format("docker/setup-buildx-action@v3")),
    "build cache": job(USES.format("docker/build-push-action@v6\n        with: {cache-from: 'type=gha'}")),
    "build cache by hand": job("    steps:\n      - run: docker buildx build --cache-from type=gha .\n"),
    "in a local action": {**job(USES.format("./.github/actions/build")), ".github/actions/build/action.yml": ACTION},
    "in a called workflow that inherits the token": {**workflow(CALLER, "a.yml"), **workflow(CALLED, "b.yml")},
}
GOOD = {
    "without a token": job(USES.format("actions/cache@v4"), permissions="{contents: read}"),
    "go, switched off": job(USES.format("actions/setup-go@v5\n        with: {cache: false}")),
    "node without cache": job(USES.format("actions/setup-node@v4")),
    "registry cache": job(
        USES.format("docker/build-push-action@v6\n        with: {cache-from: 'type=registry,ref=x'}")
    ),
    "a called workflow without the token": {
        **workflow(CALLER.replace("{id-token: write}", "{}"), "a.yml"),
        **workflow(CALLED, "b.yml"),
    },
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []


def test_the_actions_file_is_named_when_the_cache_is_in_it(tmp_path: Path) -> None:
    assert [(each.path, each.line) for each in found(tmp_path, BAD["in a local action"], RULE)] == [
        (".github/actions/build/action.yml", 4)
    ]
