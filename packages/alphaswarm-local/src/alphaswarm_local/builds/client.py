"""The builds of the local cloud from outside. No AWS SDK: a deploy must not wait for one to be imported."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_core.target import local_client_environment
from alphaswarm_local.builds.errors import BuildQuotaNotSetError, BuildRehearsalRefusedError
from alphaswarm_local.loopback_client import ask

REHEARSAL_PATH = "/rehearsal"
QUOTAS_PATH = "/quotas"


def build_authority(
    address: LocalCloudAddress, environment: str, project: str, caller_access_key_id: str
) -> dict[str, str]:
    """The complete `AWS_…` environment of a session of the project's service role, as a build would get it.

    It is given to who might start that build, and to nobody else.

    Args:
        address: The running local cloud.
        environment: The environment of the project.
        project: The project's name.
        caller_access_key_id: The access key of the session that would start the build, with no override.

    Raises:
        BuildRehearsalRefusedError: that session may not, or the service role does not trust CodeBuild.
        LocalCloudError: the local cloud does not answer, or has no such environment.
    """
    ambient = local_client_environment(address, environment)
    given = rehearse_build(address, environment, project, caller_access_key_id)
    return {
        **ambient,
        "AWS_ACCESS_KEY_ID": given["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": given["secret_access_key"],
        "AWS_SESSION_TOKEN": given["session_token"],
    }


def rehearse_build(
    address: LocalCloudAddress, environment: str, project: str, caller_access_key_id: str
) -> dict[str, str]:
    """What the local cloud answers to `build_authority`.

    Returns:
        `role_arn`, `session_name`, `access_key_id`, `secret_access_key`, `session_token` and `expiration` (ISO 8601).

    Raises:
        AlphaSwarmError: as `build_authority`.
    """
    asked = {"environment": environment, "project": project, "access_key_id": caller_access_key_id}
    status, document = _post(address, REHEARSAL_PATH, asked)
    if status != HTTPStatus.OK:
        raise BuildRehearsalRefusedError(
            f"No authority of a build of {project} in {environment}",
            why=": ".join(part for part in (document.get("code"), document.get("message")) if part),
            fix="Apply the landing zone, which makes the project; allow the caller codebuild:StartBuild on it; "
            "let its service role trust CodeBuild",
        )
    return document


def set_build_quota(address: LocalCloudAddress, environment: str, kind: str, value: int) -> None:
    """Set how many builds of a kind the account of an environment may run at once, as AWS's support would.

    Args:
        address: The running local cloud.
        environment: The environment of the account.
        kind: As in the quota's name: `Linux/Small`.
        value: 0: none, as in some new accounts.

    Raises:
        BuildQuotaNotSetError: there is no such environment or kind, or the number is out of bounds.
    """
    status, document = _post(address, QUOTAS_PATH, {"environment": environment, "kind": kind, "value": value})
    if status != HTTPStatus.OK:
        raise BuildQuotaNotSetError(f"The quota {kind} of {environment} was not set", why=document.get("message"))


def _post(address: LocalCloudAddress, path: str, document: Mapping[str, str | int]) -> tuple[int, dict[str, str]]:
    headers = {"Authorization": f"Bearer {address.admin_token}", "Content-Type": "application/json"}
    answer = ask("POST", address.url("builds") + path, headers, json.dumps(document).encode())
    return answer.status, answer.json()
