"""The trust policies of GitHub's roles as the account has them now."""

import json
from collections.abc import Mapping

from alphaswarm_core.errors import UnavailableError
from alphaswarm_core.identity.trust import Role, RolePolicy

_CREDENTIALS = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
}


class LivePolicyError(UnavailableError):
    """A role's trust policy cannot be read from its account."""

    code = "AS-TRUST-002"
    summary = "A role's trust policy cannot be read from its account"


def live_policies(cloud: Mapping[str, str], environment: str) -> tuple[RolePolicy, ...]:
    """The trust policies of both roles, read with `iam:GetRole`.

    Args:
        cloud: The `AWS_*` variables of the target, for the account of `environment`.
        environment: The environment's name.

    Raises:
        LivePolicyError: a role is not there, or may not be read.
    """
    import boto3  # noqa: PLC0415 - slow to load, and only needed here
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    given = {name: cloud.get(variable) for name, variable in _CREDENTIALS.items()}
    iam = boto3.client("iam", endpoint_url=cloud.get("AWS_ENDPOINT_URL"), region_name=cloud.get("AWS_REGION"), **given)
    found = []
    for role in Role:
        try:
            document = iam.get_role(RoleName=role.value)["Role"]["AssumeRolePolicyDocument"]
        except (BotoCoreError, ClientError) as error:
            raise LivePolicyError(
                f"The trust policy of {role} in {environment} cannot be read",
                why=str(error),
                fix="Put the roles in place (alphaswarm bootstrap --env ENV), and act as a role that has iam:GetRole",
            ) from error
        found.append(RolePolicy(environment, role, document if isinstance(document, str) else json.dumps(document)))
    return tuple(found)
