"""What moto forgets of Amazon ECS."""

import json

from alphaswarm_local.aws.corrections.registry import Asked, corrects
from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import ApiCall

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
