"""The rule environment-bypass: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import APPLY, REPOSITORY, UNGATED, claims, found, policy, statement, trust

RULE = "environment-bypass"

MAIN = f"{REPOSITORY}:ref:refs/heads/main"

BAD = {
    "main as an alternative subject": trust(sub=[APPLY["sub"], MAIN]),
    "main in another statement": policy(
        statement({"StringEquals": claims()}), statement({"StringEquals": claims("environment", sub=MAIN)})
    ),
    "a privileged role without environment": trust("environment", sub=MAIN, name="apply.json"),
    "a pull request as an alternative": trust(sub=[APPLY["sub"], f"{REPOSITORY}:pull_request"]),
    "an environment without reviewers as an alternative": trust(sub=[APPLY["sub"], f"{REPOSITORY}:environment:dev"]),
    "the claim is open": trust("environment"),
}
GOOD = {
    "environment only": trust(),
    "two reviewed environments": trust(
        sub=[APPLY["sub"], f"{REPOSITORY}:environment:staging"], environment=["prod", "staging"]
    ),
    "main next to an environment without reviewers": trust(
        "environment", sub=[f"{REPOSITORY}:environment:dev", MAIN], name="apply.json"
    ),
    "a role that is not privileged": trust("environment", sub=MAIN),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE, UNGATED)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE, UNGATED) == []
