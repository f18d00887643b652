"""The handles: by these SSM parameters one tree tells another what exists, and in no other way.

This is the one typed list of them. The landing zone (`infrastructure/`) publishes what the app tier (`terraform/`)
reads; the app tier publishes back what the admin and the command line read. Each handle is written by exactly one root
module. A test compares both trees' HCL with it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from alphaswarm_core.errors import UsageError

ROOT = "/alphaswarm"
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9-]{0,31}")


class Kind(StrEnum):
    """The type of the SSM parameter; the values are AWS's own words."""

    STRING = "String"
    STRING_LIST = "StringList"
    SECURE_STRING = "SecureString"


class Publisher(StrEnum):
    """The one root module that writes a handle, in the order in which they are applied. The values are their paths."""

    BOOTSTRAP = "infrastructure/bootstrap"
    LANDING_ZONE = "infrastructure/envs/{env}"
    ADMIN_FOUNDATION = "infrastructure/envs/admin-{env}"
    APP_TIER = "terraform/environments/{env}"

    def root_module(self, environment: str) -> str:
        """The root module, from the repository's root, that publishes the handles of `environment`."""
        return self.value.format(env=environment)


class Reader(StrEnum):
    """Who depends on a handle, and is broken by its absence or by a change of its meaning."""

    LANDING_ZONE = "infrastructure"
    APP_TIER = "alphaswarm_platform"
    ADMIN = "admin"
    CLI = "cli"


class UnknownHandleError(UsageError):
    """Nobody publishes a handle of that name."""

    code = "AS-HDL-001"
    summary = "There is no handle of that name"


class HandleEnvironmentError(UsageError):
    """The environment's name cannot be part of a handle's path."""

    code = "AS-HDL-002"
    summary = "A handle's environment has a name that cannot stand in a path"


@dataclass(frozen=True, slots=True)
class Handle:
    """One handle, in every environment.

    Attributes:
        name: The last part of the path; snake_case.
        kind: The SSM parameter's type.
        published_by: The one tree that writes it.
        read_by: Who reads it.
        description: What its value is, with unit or form.
        required: Whether its readers stop without it. An optional handle turns a feature on by being there.
    """

    name: str
    kind: Kind
    published_by: Publisher
    read_by: frozenset[Reader]
    description: str
    required: bool = True

    @property
    def secure(self) -> bool:
        """Whether the value is a secret, encrypted at rest and never shown."""
        return self.kind is Kind.SECURE_STRING

    def path(self, environment: str) -> str:
        """The parameter's full name in an environment, like `/alphaswarm/dev/vpc_id`.

        Raises:
            HandleEnvironmentError: the name would leave the environment's own path.
        """
        return f"{prefix(environment)}/{self.name}"


def _bootstrap(name: str, description: str, *read_by: Reader) -> Handle:
    """A handle from the account's bootstrap: who may change the account, and what every role has to have."""
    return Handle(name, Kind.STRING, Publisher.BOOTSTRAP, frozenset(read_by), description)


def _zone(name: str, description: str, *read_by: Reader, kind: Kind = Kind.STRING) -> Handle:
    """A handle from the environment's landing zone: its network, its key, and what runs there."""
    return Handle(name, kind, Publisher.LANDING_ZONE, frozenset(read_by), description)


def _admin(name: str, description: str, kind: Kind = Kind.STRING, *, required: bool = True) -> Handle:
    """A handle from what the admin stands on to the app tier."""
    return Handle(name, kind, Publisher.ADMIN_FOUNDATION, frozenset({Reader.APP_TIER}), description, required)


def _app_tier(name: str, description: str, *read_by: Reader, kind: Kind = Kind.STRING) -> Handle:
    """A handle from the app tier to those who work with what it deployed."""
    return Handle(name, kind, Publisher.APP_TIER, frozenset(read_by), description)


HANDLES: tuple[Handle, ...] = (
    _bootstrap(
        "deployer_role_arn", "Role of GitHub's jobs that change the environment: AWS_DEPLOYER_ROLE_ARN", Reader.CLI
    ),
    _bootstrap("execution_role_arn", "Role under which the landing zone is applied", Reader.CLI),
    _bootstrap(
        "permissions_boundary_arn", "Boundary that every role has to have", Reader.LANDING_ZONE, Reader.APP_TIER
    ),
    _bootstrap("plan_role_arn", "Role of GitHub's jobs that plan: AWS_PLAN_ROLE_ARN", Reader.CLI),
    _bootstrap("state_kms_key_arn", "ARN of the key that encrypts the Terraform states", Reader.LANDING_ZONE),
    _zone("alarm_topic_arn", "ARN of the topic that alarms go to", Reader.ADMIN),
    _zone("deploy_project_name", "CodeBuild project that applies the app tier", Reader.CLI),
    _zone("eks_cluster_name", "The platform's Kubernetes cluster", Reader.CLI),
    _zone("image_project_name", "CodeBuild project that builds images", Reader.CLI),
    _zone(
        "ledger_client_security_group_id", "Security group whose members reach the ledger's database", Reader.APP_TIER
    ),
    _zone("ledger_database_endpoint", "Host and port of the ledger's database", Reader.CLI),
    _zone("ledger_master_secret_arn", "ARN of the secret in which RDS keeps its administrator's password", Reader.CLI),
    _zone(
        "private_subnet_ids",
        "Subnets without public addresses, in the order of the zones",
        Reader.APP_TIER,
        kind=Kind.STRING_LIST,
    ),
    _zone(
        "public_subnet_ids",
        "Subnets of the load balancers, in the order of the zones",
        Reader.APP_TIER,
        kind=Kind.STRING_LIST,
    ),
    _zone("vpc_id", "The VPC", Reader.APP_TIER),
    _zone(
        "workload_kms_key_arn",
        "ARN of the key for images, packages, databases, logs, secrets and shell sessions",
        Reader.LANDING_ZONE,
        Reader.APP_TIER,
    ),
    _admin("acm_certificate_arn_alb", "ARN of the ACM certificate for the admin's host name"),
    _admin("admin_hostname", "The admin's host name, like admin.example.org"),
    _admin("admin_ledger_url_secret_arn", "ARN of the secret that holds the ledger's database URL"),
    _admin("admin_session_key_secret_arn", "ARN of the secret with which the admin signs its sessions"),
    _admin("alb_access_logs_bucket", "Bucket for the load balancer's access logs", required=False),
    _admin("ecr_admin_frontend_repository_arn", "ARN of the ECR repository of the admin's frontend"),
    _admin("ecr_admin_frontend_repository_url", "Address of that repository, without tag or digest"),
    _admin("ecr_admin_repository_arn", "ARN of the ECR repository of the admin's backend"),
    _admin("ecr_admin_repository_url", "Address of that repository, without tag or digest"),
    _admin("hosted_zone_id", "Route 53 zone in which the host name is pointed at the admin", required=False),
    _app_tier("admin_url", "Where people open the admin", Reader.CLI),
    _app_tier("alb_dns_name", "The load balancer's own DNS name", Reader.CLI),
    _app_tier("alb_zone_id", "Hosted zone of the load balancer's DNS name, for alias records", Reader.CLI),
    _app_tier("cognito_user_pool_endpoint", "The user pool's issuer, without its scheme", Reader.ADMIN),
    _app_tier("cognito_user_pool_id", "The user pool in which people are invited", Reader.CLI),
    _app_tier("ecs_cluster_name", "The ECS cluster", Reader.ADMIN, Reader.CLI),
    _app_tier("ecs_log_group_names", "The services' log groups", Reader.ADMIN, Reader.CLI, kind=Kind.STRING_LIST),
    _app_tier("ecs_service_names", "The ECS services", Reader.ADMIN, Reader.CLI, kind=Kind.STRING_LIST),
)
"""Every handle, by publisher and then by name."""

_BY_NAME = {handle.name: handle for handle in HANDLES}


def prefix(environment: str) -> str:
    """The path under which an environment's handles lie, without a slash at its end.

    Raises:
        HandleEnvironmentError: the name is not one plain path segment.
    """
    if not _ENVIRONMENT.fullmatch(environment):
        raise HandleEnvironmentError(
            f"{environment!r} cannot be an environment's name in a handle's path",
            fix="Use small letters, digits and hyphens, like dev.",
        )
    return f"{ROOT}/{environment}"


def handle(name: str) -> Handle:
    """The handle of that name.

    Raises:
        UnknownHandleError: there is none.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise UnknownHandleError(f"There is no handle {name!r}", fix=f"One of: {', '.join(sorted(_BY_NAME))}") from None


def published_by(publisher: Publisher) -> tuple[Handle, ...]:
    """The handles that a tree writes."""
    return tuple(handle for handle in HANDLES if handle.published_by is publisher)


def read_by(reader: Reader) -> tuple[Handle, ...]:
    """The handles that somebody reads."""
    return tuple(handle for handle in HANDLES if reader in handle.read_by)
