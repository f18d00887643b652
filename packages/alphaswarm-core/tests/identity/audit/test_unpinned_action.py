"""The rule unpinned-action: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import HASH, found, job, workflow

RULE = "unpinned-action"

USES = "    steps:\n      - uses: {}\n"

BAD = {
    "a tag": job(USES.format("tj-actions/changed-files@v45")),
    "a branch": job(USES.format("octo/action@main")),
    "a short hash": job(USES.format("octo/action@0123456")),
    "nothing": job(USES.format("octo/action")),
    "an image by tag": job(USES.format("docker://alpine:3")),
    "a reusable workflow": workflow("on: push\njobs:\n  a:\n    uses: octo/x/.github/workflows/y.yml@v1\n"),
    "a container": job("    container: alpine:3\n    steps: []\n"),
    "a service": job("    services:\n      db: {image: 'postgres:16'}\n    steps: []\n"),
    "in an action": {"action.yml": "runs:\n  using: composite\n  steps:\n    - uses: octo/action@v1\n"},
    "an action's image": {"action.yml": "runs:\n  using: docker\n  image: docker://alpine:3\n"},
}
GOOD = {
    "a commit": job(USES.format(f"octo/action@{HASH}")),
    "local": job(USES.format("./.github/actions/x")),
    "an image by digest": job(USES.format("docker://alpine@sha256:" + HASH)),
    "a container by digest": job("    container: {image: 'alpine@sha256:0'}\n    steps: []\n"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
