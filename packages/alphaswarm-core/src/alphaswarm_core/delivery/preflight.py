"""What has to hold before a build is started: asked first, so that a person hears the reason and not a build's log.

What the caller may not look at is not a reason to stop: CodeBuild decides anyway, and a role that may start one build
need not be able to read the account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from alphaswarm_core.delivery.executor_errors import BuildProjectError, BuildQuotaError
from alphaswarm_core.delivery.orders import ENVIRONMENT, LEDGER_URL, PROJECT_VARIABLES

NEEDED_ENDPOINTS = ("codeartifact.api", "codeartifact.repositories", "logs", "secretsmanager", "sts")
"""Without these (or a NAT gateway) a build in private subnets reaches neither packages nor its log."""


@dataclass(frozen=True, slots=True)
class Network:
    """How a build's subnets reach AWS. `endpoints` are the last parts of the services' names."""

    has_nat: bool
    endpoints: frozenset[str]


class Account(Protocol):
    """What is looked at; each answers None where the caller may not look."""

    def project(self, name: str) -> Mapping[str, Any] | None:
        """The project as BatchGetProjects says; an empty mapping if there is none."""

    def role_exists(self, arn: str) -> bool | None:
        """Whether the role is there."""

    def concurrent_builds(self, environment_type: str, compute_type: str) -> float | None:
        """The quota of builds of that kind that run at once."""

    def network(self, vpc_id: str, subnets: Sequence[str]) -> Network | None:
        """How these subnets reach AWS."""


def require_ready(account: Account, project: str, environment: str) -> tuple[str, ...]:
    """Check everything; what could not be looked at.

    Raises:
        BuildProjectError: the project is missing or not as the landing zone makes it.
        BuildQuotaError: no build of its kind may run.
    """
    found = account.project(project)
    if found is None:
        return ("project", "role", "quota", "network")
    if not found:
        raise BuildProjectError(
            f"There is no build project {project}",
            why=f"the landing zone of {environment} makes it",
            fix=f"Apply it: terraform -chdir=infrastructure/envs/{environment} apply",
        )
    _require_configured(found, environment)
    unseen = [
        *_role(account, found),
        *_quota(account, found["environment"]),
        *_network(account, found.get("vpcConfig") or {}, project, environment),
    ]
    return tuple(unseen)


def _require_configured(project: Mapping[str, Any], environment: str) -> None:
    variables = {each["name"]: each for each in project["environment"].get("environmentVariables") or ()}
    for name, kind in PROJECT_VARIABLES.items():
        if name not in variables or variables[name].get("type", "PLAINTEXT") != kind:
            raise BuildProjectError(
                f"{project['name']} does not set {name} as {kind}",
                why="the ledger's address is a secret" if name == LEDGER_URL else "a project deploys one environment",
                fix="Apply the landing zone as it is in this repository",
            )
    named = variables[ENVIRONMENT]["value"]
    if named != environment:
        raise BuildProjectError(f"{project['name']} deploys {named}, not {environment}", fix="Compare the settings")


def _role(account: Account, project: Mapping[str, Any]) -> list[str]:
    exists = account.role_exists(project["serviceRole"])
    if exists is False:
        raise BuildProjectError(
            f"The service role of {project['name']} is not there",
            why=str(project["serviceRole"]),
            fix="Apply the landing zone",
        )
    return ["role"] if exists is None else []


def _quota(account: Account, environment: Mapping[str, Any]) -> list[str]:
    kind, size = str(environment.get("type", "")), str(environment.get("computeType", ""))
    quota = account.concurrent_builds(kind, size)
    if quota is not None and quota <= 0:
        raise BuildQuotaError(
            f"This account may run {quota:.0f} builds at once on {kind} {size}",
            why="new accounts start with a low quota, some with none",
            fix="Ask for more: Service Quotas, AWS CodeBuild, concurrently running builds",
        )
    return ["quota"] if quota is None else []


def _network(account: Account, vpc: Mapping[str, Any], project: str, environment: str) -> list[str]:
    if not vpc.get("vpcId") or not vpc.get("subnets") or not vpc.get("securityGroupIds"):
        raise BuildProjectError(
            f"{project} is not in the VPC",
            why="builds reach the ledger's database only from its private subnets",
            fix=f"Apply the landing zone: terraform -chdir=infrastructure/envs/{environment} apply",
        )
    network = account.network(vpc["vpcId"], vpc["subnets"])
    if network is None:
        return ["network"]
    missing = [each for each in NEEDED_ENDPOINTS if each not in network.endpoints]
    if missing and not network.has_nat:
        raise BuildProjectError(
            f"Builds of {project} would reach nothing",
            why=f"their subnets have no NAT gateway, and no VPC endpoint for {', '.join(missing)}",
            fix="Apply the landing zone",
        )
    return []
