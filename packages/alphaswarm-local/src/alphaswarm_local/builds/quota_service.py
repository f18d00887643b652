"""Service Quotas, as far as CodeBuild has some: reading them as on AWS, and setting them as AWS's support would.

Source: Service Quotas API reference.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.builds.door import answer, posted, refusal, refused_at_the_door
from alphaswarm_local.builds.quotas import DEFAULT, QUOTAS, AccountQuotas, Quota, quota_of_environment
from alphaswarm_local.builds.service import answered
from alphaswarm_local.builds.validation import checked
from alphaswarm_local.world import World

SERVICE = "service-quotas"
_CODE, _NAME = "codebuild", "AWS CodeBuild"
_BAD_REQUEST = 400
_LARGEST = 10_000


class ServiceQuotas:
    """Answers a call with the document of its operation.

    Args:
        quotas: The values.
    """

    def __init__(self, quotas: AccountQuotas) -> None:
        self._quotas = quotas
        self._operations: Mapping[str, Callable[[ApiCall], dict[str, Any]]] = {
            "GetAWSDefaultServiceQuota": lambda call: {"Quota": self._one(call, default=True)},
            "GetServiceQuota": lambda call: {"Quota": self._one(call, default=False)},
            "ListAWSDefaultServiceQuotas": lambda call: {"Quotas": self._all(call, default=True)},
            "ListServiceQuotas": lambda call: {"Quotas": self._all(call, default=False)},
        }

    def __call__(self, call: ApiCall) -> HttpResponse:
        """The answer to `call`.

        Raises:
            AwsFault: NoSuchResourceException, IllegalArgumentException.
        """
        return answered(call, self._operations[call.operation.name](call))

    def _one(self, call: ApiCall, *, default: bool) -> dict[str, Any]:
        wanted = _checked(call)["QuotaCode"]
        quota = next((each for each in QUOTAS if each.code == wanted), None)
        if quota is None:
            raise _missing(f"The request failed because the specified quota {wanted} does not exist.")
        return self._document(call, quota, default=default)

    def _all(self, call: ApiCall, *, default: bool) -> list[dict[str, Any]]:
        wanted = _checked(call).get("QuotaCode")
        return [self._document(call, each, default=default) for each in QUOTAS if wanted in (None, each.code)]

    def _document(self, call: ApiCall, quota: Quota, *, default: bool) -> dict[str, Any]:
        account = call.identity.account_id
        return {
            "ServiceCode": _CODE,
            "ServiceName": _NAME,
            "QuotaArn": f"arn:aws:servicequotas:{call.region}:{account}:{_CODE}/{quota.code}",
            "QuotaCode": quota.code,
            "QuotaName": quota.name,
            "Value": float(DEFAULT if default else self._quotas.value(account, quota)),
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
        }


class QuotaSetting:
    """Answers `POST` with `{"environment", "kind", "value"}`, to who knows the admin token.

    Args:
        world: Its accounts.
        quotas: The values.
        changed: Told when one was set.
    """

    def __init__(self, world: World, quotas: AccountQuotas, changed: Callable[[], None]) -> None:
        self._world, self._quotas, self._changed = world, quotas, changed

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """What was set, or why nothing was. Never an exception."""
        if (refused := refused_at_the_door(request, self._world)) is not None:
            return refused
        asked = posted(request, {"environment", "kind", "value"}) or {}
        account = self._world.accounts.get(str(asked.get("environment")))
        quota, value = quota_of_environment(str(asked.get("kind"))), asked.get("value")
        if account is None or quota is None or type(value) is not int or not 0 <= value <= _LARGEST:
            kinds = ", ".join(each.environment for each in QUOTAS)
            message = f"A quota is an environment's, of a kind ({kinds}), and a number from 0 to {_LARGEST}"
            return refusal(HTTPStatus.BAD_REQUEST, message)
        self._quotas.set(account.account_id, quota, value)
        self._changed()
        return answer(HTTPStatus.OK, {"code": quota.code, "name": quota.name, "value": value})


def _checked(call: ApiCall) -> dict[str, Any]:
    given = checked(call.operation.name, call.operation.parameters, SERVICE, "IllegalArgumentException")
    if given["ServiceCode"] != _CODE:
        raise _missing(f"The request failed because the specified service {given['ServiceCode']} does not exist.")
    return given


def _missing(message: str) -> AwsFault:
    return AwsFault("NoSuchResourceException", _BAD_REQUEST, message)
