"""What moto forgets of Amazon EKS."""

import json
from typing import Any

from alphaswarm_local.aws.corrections.registry import Asked, corrects
from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import ApiCall

_CLUSTER = ("CreateCluster", "DescribeCluster", "DeleteCluster")
_ACCESS = {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True}
_UPGRADES = {"supportType": "EXTENDED"}
_ONE_AT_A_TIME = {"maxUnavailable": 1}


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


@corrects("eks", *_NODEGROUP)
def eks_update_configuration(call: ApiCall, response: HttpResponse, asked: Asked) -> None:
    """`updateConfig` is what was asked for; one node at a time where nothing was.

    moto drops it, and `aws_eks_node_group.update_config` differs at every plan. Source: Amazon EKS API reference,
    NodegroupUpdateConfig.
    """
    document = json.loads(response.body)
    group = document["nodegroup"]
    name = ("eks-update", group["nodegroupArn"])
    if call.operation.name == "CreateNodegroup":
        asked.note(call, *name, value=json.loads(call.request.body).get("updateConfig"))
    group["updateConfig"] = asked.recall(call, *name) or _ONE_AT_A_TIME
    response.body = json.dumps(document).encode()


@corrects("eks", *_CLUSTER)
def eks_access_as_asked(call: ApiCall, response: HttpResponse, asked: Asked) -> None:
    """A cluster is answered with who gets into it, and how it is upgraded, as it was asked for.

    moto keeps neither, and `aws_eks_cluster.access_config` replaces the cluster at every plan. AWS answers
    `CONFIG_MAP`, its maker as administrator, and `EXTENDED` support where nothing was asked for. Source: Amazon EKS API
    reference, Cluster.
    """
    document = json.loads(response.body)
    cluster = document["cluster"]
    name = ("eks-cluster", cluster["arn"])
    if call.operation.name == "CreateCluster":
        given = json.loads(call.request.body)
        asked.note(call, *name, value={key: given.get(key) or {} for key in ("accessConfig", "upgradePolicy")})
    known = asked.recall(call, *name) or {}
    cluster["accessConfig"] = {**_ACCESS, **known.get("accessConfig", {})}
    cluster["upgradePolicy"] = {**_UPGRADES, **known.get("upgradePolicy", {})}
    response.body = json.dumps(document).encode()


@corrects("eks", *_CLUSTER)
def eks_place_in_the_vpc(call: ApiCall, response: HttpResponse, asked: Asked) -> None:
    """A cluster is in the VPC of its subnets, with a security group that EKS makes and takes away with it.

    moto answers neither. The group is a real one of the account, so that rules can name it. Source: Amazon EKS API
    reference, VpcConfigResponse.
    """
    document = json.loads(response.body)
    cluster = document["cluster"]
    name = ("eks-network", cluster["arn"])
    if call.operation.name == "CreateCluster":
        asked.note(call, *name, value=_network(call, cluster))
    place = asked.recall(call, *name) or {}
    cluster["resourcesVpcConfig"] = {**cluster["resourcesVpcConfig"], **place}
    if call.operation.name == "DeleteCluster" and place:
        _ec2(call).delete_security_group(group_id=place["clusterSecurityGroupId"])
    response.body = json.dumps(document).encode()


def _network(call: ApiCall, cluster: dict[str, Any]) -> dict[str, str]:
    """The VPC, and the group that is made in it; nothing where the subnets are none of this account."""
    backend = _ec2(call)
    wanted = cluster["resourcesVpcConfig"].get("subnetIds") or ()
    found = [each for each in backend.describe_subnets() if each.id in wanted]
    if not found:
        return {}
    group = backend.create_security_group(
        f"eks-cluster-sg-{cluster['name']}", f"EKS created security group of {cluster['name']}", found[0].vpc_id
    )
    return {"vpcId": str(found[0].vpc_id), "clusterSecurityGroupId": str(group.id)}


def _ec2(call: ApiCall) -> Any:
    from moto.ec2.models import ec2_backends  # noqa: PLC0415 - only after `Moto.prepare`

    return ec2_backends[call.identity.account_id][call.region]
