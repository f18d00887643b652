"""What a call to CodeArtifact needs: actions on domains, repositories and packages of the domain's owner.

Source: "Actions, resources, and condition keys for AWS CodeArtifact"; CodeArtifact user guide, on tokens and upstreams.
"""

import re
from collections.abc import Iterator, Mapping

from alphaswarm_local.access.inputs import Inputs
from alphaswarm_local.access.moto_state import MotoState
from alphaswarm_local.access.request_facts import Facts
from alphaswarm_local.aws.operations import ApiCall

BEARER_TOKEN = "sts:GetServiceBearerToken"  # noqa: S105 - an action, no secret
_NO_RESOURCE = re.compile(r"ListDomains|ListRepositories|CreateDomain|CreateRepository|CreatePackageGroup")
_PACKAGE = re.compile(
    r"(Delete|Describe|Dispose|Copy|Publish|Get|List|Update|Put)Package(Version.*|OriginConfiguration)?"
)
_DEFAULT_SECONDS = "43200"


def package_needs(call: ApiCall, inputs: Inputs, state: MotoState) -> Iterator[tuple[str, str]]:
    """Pairs of an action and an ARN; all are needed.

    A token needs a second permission, of STS: without it a role that may ask CodeArtifact for one still gets none.
    """
    name, action = call.operation.name, call.operation.action
    yield action, _resource(call, inputs)
    if name == "GetAuthorizationToken":
        yield BEARER_TOKEN, "*"
    elif name in {"CreateRepository", "UpdateRepository"}:
        yield from (("codeartifact:AssociateWithDownstreamRepository", each) for each in _upstreams(call, inputs))
    elif name == "CopyPackageVersions":
        for place in ("source-repository", "destination-repository"):
            yield action, f"{_prefix(call, inputs)}repository/{_text(inputs, 'domain')}/{_text(inputs, place)}"
    elif name == "CreateDomain" and (key := inputs.text("encryptionKey")):
        key_arn = state.key_arn(call.identity.account_id, call.region, key)
        yield "kms:DescribeKey", key_arn
        yield "kms:CreateGrant", key_arn


def package_facts(call: ApiCall, inputs: Inputs) -> Facts:
    """The condition keys of a token: which service's, for how long."""
    if call.operation.name != "GetAuthorizationToken":
        return {}
    seconds = inputs.text("duration") or _DEFAULT_SECONDS
    return {"sts:AWSServiceName": ("codeartifact.amazonaws.com",), "sts:DurationSeconds": (seconds,)}


def _resource(call: ApiCall, inputs: Inputs) -> str:
    """What the call acts on, from the most to the least particular."""
    name = call.operation.name
    if _NO_RESOURCE.fullmatch(name):
        return "*"
    if arn := inputs.text("resourceArn"):
        return arn
    prefix, domain = _prefix(call, inputs), _text(inputs, "domain")
    if group := inputs.text("package-group") or inputs.text("packageGroup"):
        return f"{prefix}package-group/{domain}{group}"
    repository = inputs.text("repository")
    if _PACKAGE.fullmatch(name):
        named = (inputs.text(key) or "" for key in ("format", "namespace", "package"))
        where = repository or inputs.text("destination-repository") or ""
        return f"{prefix}package/{domain}/{where}/{'/'.join(named)}"
    return f"{prefix}repository/{domain}/{repository}" if repository else f"{prefix}domain/{domain}"


def _prefix(call: ApiCall, inputs: Inputs) -> str:
    owner = inputs.text("domain-owner") or inputs.text("domainOwner") or call.identity.account_id
    return f"arn:aws:codeartifact:{call.region}:{owner}:"


def _upstreams(call: ApiCall, inputs: Inputs) -> Iterator[str]:
    listed = inputs.document.get("upstreams")
    for each in listed if isinstance(listed, list) else ():
        name = each.get("repositoryName", "") if isinstance(each, Mapping) else ""
        yield f"{_prefix(call, inputs)}repository/{_text(inputs, 'domain')}/{name}"


def _text(inputs: Inputs, name: str) -> str:
    return inputs.text(name) or ""
