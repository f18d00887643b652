"""Where moto's answer differs from AWS's so that Terraform sees a difference, and what makes it right.

One small function a wrong answer, registered for the operations that it corrects. Each says what AWS answers and why
it matters; each is proved by applying and planning again with the real provider. To add one, write a function and
register it: nothing else has to change.
"""

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

from alphaswarm_local.aws.faults import AwsFault, render
from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.aws.protocols import Protocol


class Asked:
    """What callers asked for and moto forgets, kept as long as moto's own state: for the life of the process.

    Keys are (account, region, …): accounts never see each other's.
    """

    def __init__(self) -> None:
        self._values: dict[tuple[str, ...], Any] = {}
        self._lock = Lock()

    def note(self, call: ApiCall, *name: str, value: object) -> None:
        """Remember `value` under `name` for the caller's account and region."""
        with self._lock:
            self._values[call.identity.account_id, call.region, *name] = value

    def recall(self, call: ApiCall, *name: str) -> Any:
        """What was noted under `name`, or None."""
        with self._lock:
            return self._values.get((call.identity.account_id, call.region, *name))


Correction = Callable[[ApiCall, HttpResponse, Asked], None]
_REGISTRY: dict[tuple[str, str, bool], list[Correction]] = {}


def corrects(service: str, *operations: str, failures: bool = False) -> Callable[[Correction], Correction]:
    """Register a correction for answers of `operations` of `service` (botocore's names): successes, or failures."""

    def register(correction: Correction) -> Correction:
        for operation in operations:
            _REGISTRY.setdefault((service, operation, failures), []).append(correction)
        return correction

    return register


def correct(call: ApiCall, response: HttpResponse, asked: Asked) -> None:
    """Apply every correction that is registered for the operation of `call` and for how it went."""
    failed = response.status >= 300  # noqa: PLR2004 - HTTP's redirects and errors
    for correction in _REGISTRY.get((call.operation.service.name, call.operation.name, failed), ()):
        correction(call, response, asked)


def corrected_operations() -> dict[tuple[str, str], list[str]]:
    """For the coverage page: (service, operation) → the first line of each correction's description."""
    return {
        (service, operation): [(each.__doc__ or "").strip().splitlines()[0] for each in corrections]
        for (service, operation, _), corrections in sorted(_REGISTRY.items())
    }


_ECS_REMEMBERED = (
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
)


@corrects("ecs", "CreateService", "UpdateService", "DescribeServices", "DeleteService")
def ecs_service_as_asked(call: ApiCall, response: HttpResponse, asked: Asked) -> None:
    """A service is answered with what was asked for: capacity providers, rebalancing, execute command, grace period.

    moto keeps none of these. It answers launch type `EC2` for a service with a capacity provider strategy, and
    `aws_ecs_service` is replaced at every plan. AWS answers all of them, `DISABLED` for
    `availabilityZoneRebalancing` of a service whose maker did not say, and a launch type only where there is no
    strategy. Source: Amazon ECS API reference, Service.
    """
    document = json.loads(response.body)
    services = document.get("services") or [document.get("service")]
    for service in filter(None, services):
        name = ("ecs", service["serviceArn"])
        known = {} if call.operation.name == "CreateService" else asked.recall(call, *name) or {}
        given = call.operation.parameters
        known = {**known, **{key: given[key] for key in _ECS_REMEMBERED if key in given}}
        asked.note(call, *name, value=known)
        service.update({"availabilityZoneRebalancing": "DISABLED", **known})
        if known.get("capacityProviderStrategy"):
            service.pop("launchType", None)
    response.body = json.dumps(document).encode()


_RULE_ID = re.compile(rb"<securityGroupRuleId>([^<]+)</securityGroupRuleId>")


@corrects("ec2", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "DescribeSecurityGroupRules")
def ec2_rule_description(call: ApiCall, response: HttpResponse, asked: Asked) -> None:
    """A security group rule keeps its description when its peer is a group or a prefix list.

    moto keeps the description of address ranges only, and `aws_vpc_security_group_*_rule.description` differs at every
    plan. Source: Amazon EC2 API reference, SecurityGroupRule.
    """
    rules = _RULE_ID.findall(response.body)
    given = call.operation.parameters
    for peer in ("Groups", "PrefixListIds"):
        if (text := given.get(f"IpPermissions.1.{peer}.1.Description")) and len(rules) == 1:
            asked.note(call, "ec2-rule", rules[0].decode(), value=text)
    parts = _RULE_ID.split(response.body)
    for index in range(1, len(parts), 2):
        rule, rest = parts[index], parts[index + 1]
        text = asked.recall(call, "ec2-rule", rule.decode())
        described = (
            f"<description>{escape(text)}</description>".encode() if text and b"<description" not in rest else b""
        )
        parts[index] = b"<securityGroupRuleId>%s</securityGroupRuleId>%s" % (rule, described)
    response.body = b"".join(parts)


_NODEGROUP = ("CreateNodegroup", "DescribeNodegroup", "DeleteNodegroup")


@corrects("eks", *_NODEGROUP)
def eks_remote_access(call: ApiCall, response: HttpResponse, asked: Asked) -> None:
    """`remoteAccess` is there only when it was asked for.

    AWS leaves it out for a node group that nobody can log in to. moto answers a key pair that nobody asked for, and
    `aws_eks_node_group.remote_access` replaces the node group at every plan. Source: Amazon EKS API reference,
    Nodegroup.
    """
    document = json.loads(response.body)
    group = document["nodegroup"]
    name = ("eks", group["nodegroupArn"])
    if call.operation.name == "CreateNodegroup":
        asked.note(call, *name, value="remoteAccess" in json.loads(call.request.body))
    if not asked.recall(call, *name):
        group.pop("remoteAccess", None)
        group.get("resources", {}).pop("remoteAccessSecurityGroup", None)
    response.body = json.dumps(document).encode()


_NAME_TAKEN = (
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
    "Please select a different name and try again."
)
_EMPTY_SCALING = re.compile(
    rb"<ScalingConfigurationInfo\s*/>|<ScalingConfigurationInfo>\s*(?:<\w+\s*/>\s*|<(\w+)></\1>\s*)*</ScalingConfigurationInfo>"
)


@corrects(
    "rds",
    "CreateDBCluster",
    "ModifyDBCluster",
    "DeleteDBCluster",
    "DescribeDBClusters",
    "StartDBCluster",
    "StopDBCluster",
    "RestoreDBClusterFromSnapshot",
)
def rds_scaling_configuration(_call: ApiCall, response: HttpResponse, _asked: Asked) -> None:
    """`ScalingConfigurationInfo` is there only for an Aurora Serverless v1 cluster.

    AWS leaves it out for every other engine mode. moto answers an empty one, which
    `aws_rds_cluster.scaling_configuration` takes for a block to remove. Source: Amazon RDS API reference, DBCluster.
    """
    response.body = _EMPTY_SCALING.sub(b"", response.body)


@corrects("cognito-idp", "DescribeUserPoolDomain")
def cognito_domain_owner(call: ApiCall, response: HttpResponse, _asked: Asked) -> None:
    """A domain belongs to the account that made it.

    moto answers another random id each time, and `aws_cognito_user_pool_domain.aws_account_id` drifts at every look.
    Source: Amazon Cognito user pools API reference, DomainDescriptionType.
    """
    document = json.loads(response.body)
    description = document.get("DomainDescription")
    if description:
        description["AWSAccountId"] = call.identity.account_id
        response.body = json.dumps(document).encode()


@corrects("s3", "CreateBucket", failures=True)
def s3_name_of_another_account(_call: ApiCall, response: HttpResponse, _asked: Asked) -> None:
    """A bucket name that another account has is `BucketAlreadyExists`.

    moto, told to keep accounts apart, answers `AccessDenied`. Source: Amazon S3 API reference, CreateBucket.
    """
    if response.status == HTTPStatus.FORBIDDEN:
        taken = AwsFault("BucketAlreadyExists", HTTPStatus.CONFLICT, _NAME_TAKEN)
        rendered = render(taken, Protocol.S3, response.header("x-amz-request-id") or "")
        response.status, response.headers, response.body = rendered.status, rendered.headers, rendered.body
