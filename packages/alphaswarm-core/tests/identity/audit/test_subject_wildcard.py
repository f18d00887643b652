"""The rule subject-wildcard: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import APPLY, REPOSITORY, claims, found, policy, statement, trust

RULE = "subject-wildcard"


def like(subject: str, name: str = "role.json") -> dict[str, str]:
    return policy(statement({"StringEquals": claims("sub"), "StringLike": {"sub": subject}}), name=name)


BAD = {
    "everything of the repository": like(f"{REPOSITORY}:*"),
    "every branch": like(f"{REPOSITORY}:ref:refs/heads/*"),
    "environment's beginning": like(f"{REPOSITORY}:environment:prod*"),
    "any kind of ref": like(f"{REPOSITORY}:ref:*"),
    "question mark": like(f"{REPOSITORY}:environment:pro?"),
    "any wildcard of a privileged role": like(f"{REPOSITORY}:ref:refs/tags/v*", name="deploy.json"),
    "letter by letter": trust(sub=f"{REPOSITORY}:*"),
}
GOOD = {
    "no wildcard": trust(),
    "tags of a role that is not privileged": like(f"{REPOSITORY}:ref:refs/tags/v*"),
    "StringLike without wildcard": like(APPLY["sub"]),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
