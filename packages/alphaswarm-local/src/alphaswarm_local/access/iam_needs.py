"""What a call to IAM acts on, and its condition keys. Source: "Actions, resources, and condition keys for AWS IAM"."""

from collections.abc import Callable, Mapping

from alphaswarm_local.access.iam_state import IamState
from alphaswarm_local.access.inputs import Inputs
from alphaswarm_local.access.request_facts import Facts
from alphaswarm_local.aws.operations import ApiCall

_LIMITS_ASKED = frozenset({"CreateRole", "CreateUser", "PutRolePermissionsBoundary", "PutUserPermissionsBoundary"})
_ATTACHING = ("AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy", "AttachGroupPolicy")


def iam_resource(call: ApiCall, inputs: Inputs, iam: IamState) -> str:
    """The ARN that `call` acts on; `*` for those about the account."""
    account, operation = call.identity.account_id, call.operation.name
    if operation.startswith("Create") and (made := _made(account, operation, inputs)) is not None:
        return made
    for name, arn in _EXISTING.items():
        value = inputs.text(name)
        if value is not None:
            return arn(account, value, iam)
    return "*"


def iam_facts(call: ApiCall, inputs: Inputs, iam: IamState) -> Facts:
    """`iam:PermissionsBoundary`: the one asked for, or else the one that the role has. And what is attached."""
    facts: Facts = {}
    boundary = inputs.text("PermissionsBoundary")
    if call.operation.name not in _LIMITS_ASKED and (name := inputs.text("RoleName")):
        role = iam.role(call.identity.account_id, name)
        boundary = role.boundary_arn if role else None
    if boundary:
        facts["iam:PermissionsBoundary"] = (boundary,)
    if call.operation.name.startswith(_ATTACHING) and (arn := inputs.text("PolicyArn")):
        facts["iam:PolicyARN"] = (arn,)
    if service := inputs.text("AWSServiceName"):
        facts["iam:AWSServiceName"] = (service,)
    return facts


def _made(account: str, operation: str, inputs: Inputs) -> str | None:
    kind = _MADE.get(operation)
    if operation == "CreateOpenIDConnectProvider":
        return f"arn:aws:iam::{account}:oidc-provider/{(inputs.text('Url') or '').removeprefix('https://').rstrip('/')}"
    if operation == "CreateServiceLinkedRole":
        return f"arn:aws:iam::{account}:role/aws-service-role/{inputs.text('AWSServiceName') or ''}/*"
    if kind is None:
        return None
    return f"arn:aws:iam::{account}:{kind[0]}{inputs.text('Path') or '/'}{inputs.text(kind[1]) or ''}"


_MADE: Mapping[str, tuple[str, str]] = {
    "CreateGroup": ("group", "GroupName"),
    "CreateInstanceProfile": ("instance-profile", "InstanceProfileName"),
    "CreatePolicy": ("policy", "PolicyName"),
    "CreateRole": ("role", "RoleName"),
    "CreateSAMLProvider": ("saml-provider", "Name"),
    "CreateUser": ("user", "UserName"),
}

_Arn = Callable[[str, str, IamState], str]


def _of_kind(kind: str) -> _Arn:
    return lambda account, name, iam: iam.arn(account, kind, name)


_EXISTING: Mapping[str, _Arn] = {
    "InstanceProfileName": _of_kind("instance-profile"),
    "RoleName": _of_kind("role"),
    "GroupName": _of_kind("group"),
    "UserName": _of_kind("user"),
    "OpenIDConnectProviderArn": lambda _account, arn, _iam: arn,
    "SAMLProviderArn": lambda _account, arn, _iam: arn,
    "PolicyArn": lambda _account, arn, _iam: arn,
    "ServerCertificateName": _of_kind("server-certificate"),
}
"""In the order in which they count: a role that a policy is attached to is what the call is about."""
