import copy
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from alphaswarm_core.delivery.executor_errors import BuildProjectError, BuildQuotaError
from alphaswarm_core.delivery.preflight import NEEDED_ENDPOINTS, Network, require_ready

PROJECT: dict[str, Any] = {
    "name": "alphaswarm-deploy-dev",
    "serviceRole": "arn:aws:iam::111111111111:role/alphaswarm-deploy-dev",
    "environment": {
        "type": "LINUX_CONTAINER",
        "computeType": "BUILD_GENERAL1_SMALL",
        "environmentVariables": [
            {"name": "ALPHASWARM_ENVIRONMENT", "value": "dev", "type": "PLAINTEXT"},
            {"name": "ALPHASWARM_LEDGER_URL", "value": "arn:…", "type": "SECRETS_MANAGER"},
        ],
    },
    "vpcConfig": {"vpcId": "vpc-1", "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]},
}


class Looked:
    """An account in which all is well, but for what is said."""

    def __init__(self, **other: Any) -> None:
        self._answers: dict[str, Any] = {
            "project": PROJECT, "role_exists": True, "concurrent_builds": 10.0, "network": Network(True, frozenset()),
            **other,
        }  # fmt: skip

    def project(self, name: str) -> Mapping[str, Any] | None:
        answer: Mapping[str, Any] | None = self._answers["project"]
        return answer

    def role_exists(self, arn: str) -> bool | None:
        answer: bool | None = self._answers["role_exists"]
        return answer

    def concurrent_builds(self, environment_type: str, compute_type: str) -> float | None:
        answer: float | None = self._answers["concurrent_builds"]
        return answer

    def network(self, vpc_id: str, subnets: Sequence[str]) -> Network | None:
        answer: Network | None = self._answers["network"]
        return answer


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    project = copy.deepcopy(PROJECT)
    place: Any = project
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = to
    return project


def check(**other: Any) -> tuple[str, ...]:
    return require_ready(Looked(**other), "alphaswarm-deploy-dev", "dev")


def test_account_in_which_all_is_there_is_ready() -> None:
    assert check() == ()
    assert check(network=Network(False, frozenset(NEEDED_ENDPOINTS))) == ()


VARIABLES = ("environment", "environmentVariables")


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"project": {}}, "no build project"),
        ({"project": changed(*VARIABLES, to=[])}, "ALPHASWARM_ENVIRONMENT"),
        ({"project": changed(*VARIABLES, 0, "value", to="prod")}, "deploys prod"),
        ({"project": changed(*VARIABLES, 1, "type", to="PLAINTEXT")}, "ALPHASWARM_LEDGER_URL"),
        ({"project": changed("vpcConfig", to={})}, "not in the VPC"),
        ({"project": changed("vpcConfig", "securityGroupIds", to=[])}, "not in the VPC"),
        ({"role_exists": False}, "service role"),
        ({"network": Network(False, frozenset(NEEDED_ENDPOINTS[1:]))}, "reach nothing"),
    ],
)
def test_what_is_missing_is_named(other: dict[str, Any], words: str) -> None:
    with pytest.raises(BuildProjectError) as raised:
        check(**other)

    assert words in raised.value.what


def test_quota_of_zero_is_refused() -> None:
    with pytest.raises(BuildQuotaError):
        check(concurrent_builds=0.0)


def test_what_may_not_be_looked_at_is_said_and_does_not_stop() -> None:
    assert check(project=None) == ("project", "role", "quota", "network")
    assert check(role_exists=None, concurrent_builds=None, network=None) == ("role", "quota", "network")
