"""The roles that a call hands to a service: each needs `iam:PassRole`, or whoever may write a task runs as anybody.

A role is found wherever it stands in the parameters, at any depth, by its ARN or by a parameter that holds a role's
name; so a parameter that AWS adds is not forgotten. Source: IAM User Guide, "Grant a user permissions to pass a role".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from alphaswarm_local.access import s3_needs
from alphaswarm_local.access.inputs import Inputs
from alphaswarm_local.aws.operations import ApiCall

_ROLE_ARN = re.compile(r"arn:aws:iam::[0-9]{12}:role/.+")
_READS = re.compile(r"(List|Describe|Get|BatchGet|Delete|Untag|Tag|Deregister)[A-Z].*")
_NAMES = frozenset(
    {"taskRoleArn", "executionRoleArn", "role", "serviceRole", "serviceRoleOverride", "DomainIAMRoleName"}
)
"""Parameters in which a role may stand by its name."""
_NOT_PASSED = frozenset(
    {
        "principalArn",
        "GranteePrincipal",
        "RetiringPrincipal",
        "resourceArn",
        "ResourceArn",
        "ResourceARN",
        "Value",
        "value",
    }
)
"""Parameters that name a role without handing it over. A `Value` is data: of a tag, a variable, an SSM parameter."""
_NOT_PASSED_BY = frozenset({"iam", "sts", "kms"})
_PASSED_TO: Mapping[str, str] = {
    "application-autoscaling": "application-autoscaling.amazonaws.com",
    "taskRoleArn": "ecs-tasks.amazonaws.com",
    "executionRoleArn": "ecs-tasks.amazonaws.com",
    "nodeRole": "ec2.amazonaws.com",
    "nodeRoleArn": "ec2.amazonaws.com",
    "podExecutionRoleArn": "eks-fargate-pods.amazonaws.com",
    "MonitoringRoleArn": "monitoring.rds.amazonaws.com",
    "DeliverLogsPermissionArn": "vpc-flow-logs.amazonaws.com",
}


@dataclass(frozen=True, slots=True)
class PassedRole:
    """A role, by ARN or name, and the service that gets it."""

    name: str
    service: str


def passed_roles(call: ApiCall, inputs: Inputs) -> list[PassedRole]:
    """The roles that `call` passes; none for calls that read or delete."""
    service, operation = call.operation.service, call.operation.name
    if service.name == "iam" and operation == "AddRoleToInstanceProfile":
        return [PassedRole(inputs.text("RoleName") or "", "ec2.amazonaws.com")]
    if service.name == "s3":
        return (
            [PassedRole(arn, "s3.amazonaws.com") for arn in s3_needs.passed_roles(call)] if _writes_roles(call) else []
        )
    if service.name in _NOT_PASSED_BY or _READS.fullmatch(operation):
        return []
    return list(dict.fromkeys(_found(service.iam_prefix, inputs)))


def _writes_roles(call: ApiCall) -> bool:
    return call.operation.name == "PutBucketReplication"


def _found(prefix: str, inputs: Inputs) -> Iterator[PassedRole]:
    for name, text in inputs.named_texts():
        if name in _NOT_PASSED or not text:
            continue
        if _ROLE_ARN.fullmatch(text) or name in _NAMES:
            yield PassedRole(text, _PASSED_TO.get(name, f"{prefix}.amazonaws.com"))
