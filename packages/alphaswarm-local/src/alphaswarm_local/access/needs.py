"""Everything that a call needs: each action on each resource, with all condition keys. All of it has to be allowed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from alphaswarm_local.access.build_facts import build_facts
from alphaswarm_local.access.iam_needs import iam_facts, iam_resource
from alphaswarm_local.access.iam_state import IamState
from alphaswarm_local.access.inputs import Inputs
from alphaswarm_local.access.judge import Need
from alphaswarm_local.access.moto_state import MotoState
from alphaswarm_local.access.package_needs import package_facts, package_needs
from alphaswarm_local.access.passed_roles import PassedRole, passed_roles
from alphaswarm_local.access.request_facts import Facts
from alphaswarm_local.access.resources import resources_of
from alphaswarm_local.access.s3_needs import s3_facts, s3_needs
from alphaswarm_local.aws.operations import ApiCall

_ALSO: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("ecr", "ListImageReferrers"): ("ecr:BatchGetImage",),
    ("kms", "ReEncrypt"): ("kms:ReEncryptFrom", "kms:ReEncryptTo"),
    ("secretsmanager", "BatchGetSecretValue"): ("secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"),
}
"""Operations whose actions are others than `service:Operation`."""
_TAG_KEY = re.compile(r"(?P<place>.*)\.(Key|key|TagKey)")
_DECRYPTING = frozenset({"GetParameter", "GetParameters", "GetParametersByPath", "GetParameterHistory"})
_OWN_KEY = "alias/aws/ssm"


def needs_of(call: ApiCall, iam: IamState, state: MotoState, facts: Facts) -> list[Need]:
    """The needs of `call`; never none.

    Args:
        call: The call.
        iam: For the paths of roles and their boundaries.
        state: For the ARNs of what exists.
        facts: The condition keys of the request and its caller.
    """
    inputs = Inputs(call)
    context = {**facts, **_service_facts(call, inputs, iam), **_request_tags(call, inputs)}
    own = call.identity.account_id
    needs = [
        _need(action, arn, context, call, state, known=known) for action, arn, known in _named(call, inputs, iam, state)
    ]
    needs += [_passing(role, context, own, iam) for role in passed_roles(call, inputs)]
    if call.operation.service.name == "ssm" and call.operation.name in _DECRYPTING and inputs.is_true("WithDecryption"):
        needs += list(_decryptions(call, inputs, context, state))
    return needs


def _named(call: ApiCall, inputs: Inputs, iam: IamState, state: MotoState) -> Iterator[tuple[str, str, bool]]:
    """Action, ARN, and whether the ARN is known to be what AWS takes."""
    service, operation = call.operation.service.name, call.operation
    if service == "s3":
        yield from ((action, arn, True) for action, arn in s3_needs(call))
        return
    if service == "codeartifact":
        yield from ((action, arn, True) for action, arn in package_needs(call, inputs, state))
        return
    actions = _ALSO.get((service, operation.name), (operation.action,))
    if service == "iam":
        yield from ((action, iam_resource(call, inputs, iam), True) for action in actions)
        return
    resources = resources_of(call, inputs, state)
    yield from ((action, arn, resources.known) for action in actions for arn in resources.arns)


def _need(action: str, arn: str, context: Facts, call: ApiCall, state: MotoState, *, known: bool) -> Need:
    own = call.identity.account_id
    owner = state.bucket_owner(arn.removeprefix("arn:aws:s3:::").partition("/")[0], own) if _is_s3(arn) else ""
    is_key = arn.startswith("arn:aws:kms:") and ":key/" in arn
    need = Need(action, arn, {}, owner, known=known, must_name=is_key)
    return Need(action, arn, {**context, "aws:ResourceAccount": (need.owner(own),)}, owner, known, is_key)


def _is_s3(arn: str) -> bool:
    return arn.startswith("arn:aws:s3:::")


def _passing(role: PassedRole, context: Facts, account_id: str, iam: IamState) -> Need:
    arn = role.name if role.name.startswith("arn:") else iam.arn(account_id, "role", role.name)
    return Need("iam:PassRole", arn, {**context, "iam:PassedToService": (role.service,)})


def _service_facts(call: ApiCall, inputs: Inputs, iam: IamState) -> Facts:
    """The condition keys that only this service has."""
    match call.operation.service.name:
        case "s3":
            return s3_facts(call)
        case "iam":
            return iam_facts(call, inputs, iam)
        case "codeartifact":
            return package_facts(call, inputs)
        case "codebuild":
            return build_facts(call.operation.name, call.operation.parameters)
        case "ssm":
            flags = (("Overwrite", "ssm:Overwrite"), ("Recursive", "ssm:Recursive"))
            return {key: (str(inputs.is_true(name)).lower(),) for name, key in flags if name in inputs.document}
    return _named_facts(call, inputs)


def _named_facts(call: ApiCall, inputs: Inputs) -> Facts:
    service, facts = call.operation.service.name, Facts()
    cluster, key = inputs.text("cluster"), inputs.text("KeyId") or ""
    if service == "ecs" and cluster:
        name = cluster.rpartition("/")[2]
        facts["ecs:cluster"] = (f"arn:aws:ecs:{call.region}:{call.identity.account_id}:cluster/{name}",)
    if service == "kms" and "alias/" in key:
        facts["kms:RequestAlias"] = (key[key.index("alias/") :],)
    return facts


def _request_tags(call: ApiCall, inputs: Inputs) -> Facts:
    """`aws:RequestTag/…` and `aws:TagKeys`."""
    tags = _form_tags(inputs.document) if call.operation.protocol.is_form else _document_tags(inputs.document)
    if not tags:
        return {}
    facts: Facts = {f"aws:RequestTag/{key}": (value,) for key, value in tags.items() if value is not None}
    return {**facts, "aws:TagKeys": tuple(tags)}


def _form_tags(form: Mapping[str, Any]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, key in form.items():
        match = _TAG_KEY.fullmatch(name)
        if match is not None and "Tag" in match["place"]:
            found[str(key)] = str(form.get(f"{match['place']}.Value", ""))
        elif re.fullmatch(r"TagKeys?\.(member\.)?[0-9]+", name):
            found[str(key)] = None
    return found


def _document_tags(document: Mapping[str, Any]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in ("tags", "Tags", "tagList", "TagList", "UserPoolTags"):
        given = document.get(name)
        if isinstance(given, Mapping):
            found.update({str(key): str(value) for key, value in given.items()})
        elif isinstance(given, list):
            found.update(_listed_tags(given))
    for name in ("tagKeys", "TagKeys"):
        given = document.get(name)
        found.update({str(key): None for key in given} if isinstance(given, list) else {})
    return found


def _listed_tags(given: list[Any]) -> Iterator[tuple[str, str]]:
    for each in given:
        if isinstance(each, Mapping):
            pairs = {str(key).lower().removeprefix("tag"): str(value) for key, value in each.items()}
            yield pairs.get("key", ""), pairs.get("value", "")


def _decryptions(call: ApiCall, inputs: Inputs, context: Facts, state: MotoState) -> Iterator[Need]:
    """Reading an encrypted value needs its key too. AWS's own key lets everybody of the account, unless denied."""
    account, region = call.identity.account_id, call.region
    names = [*inputs.texts("Name"), *inputs.texts("Names")]
    for key in sorted(state.encrypting_keys(account, region, names, inputs.text("Path"))):
        arn = state.key_arn(account, region, key)
        via = {**context, "kms:ViaService": (f"ssm.{region}.amazonaws.com",), "aws:ViaAWSService": ("true",)}
        yield Need("kms:Decrypt", arn, via, must_name=True, granted=key == _OWN_KEY)
