"""Who AWS says that this process is: the role and session behind its credentials."""

import re
from collections.abc import Mapping

from alphaswarm_core.errors import RefusedError, UnavailableError
from alphaswarm_core.terraform.context import AssumedRole

_SESSION = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/(?P<session>.+)"
)
_CREDENTIALS = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
}


class CallerUnknownError(UnavailableError):
    """AWS does not say who calls."""

    code = "AS-ID-003"
    summary = "AWS does not say whose credentials these are"


class WrongCallerError(RefusedError):
    """The credentials are those of a user or of another account."""

    code = "AS-ID-004"
    summary = "The credentials are no session of a role in the environment's account"


def assumed_role(cloud: Mapping[str, str], account_id: str) -> AssumedRole:
    """The role whose session the credentials in `cloud` are.

    Args:
        cloud: The `AWS_*` variables of the target.
        account_id: The account that they must be of.

    Raises:
        CallerUnknownError: AWS does not answer, or there are no credentials.
        WrongCallerError: they are a user's or the root's, which live until somebody deletes them, or of another
            account.
    """
    arn = _caller_arn(cloud)
    found = _SESSION.fullmatch(arn)
    if found is None or found["account"] != account_id:
        raise WrongCallerError(
            f"The credentials are those of {arn}",
            why=f"needed is a session of a role in the account {account_id}",
            fix="Assume the role of this environment over OIDC (AWS_PLAN_ROLE_ARN, AWS_DEPLOYER_ROLE_ARN)",
        )
    role = f"arn:{found['partition']}:iam::{account_id}:role/{found['role']}"
    return AssumedRole(role, found["session"])


def _caller_arn(cloud: Mapping[str, str]) -> str:
    import boto3  # noqa: PLC0415 - slow to load, and only needed on AWS
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    given = {name: cloud.get(variable) for name, variable in _CREDENTIALS.items()}
    try:
        client = boto3.client(
            "sts", endpoint_url=cloud.get("AWS_ENDPOINT_URL"), region_name=cloud.get("AWS_REGION"), **given
        )
        return str(client.get_caller_identity()["Arn"])
    except (BotoCoreError, ClientError) as error:
        raise CallerUnknownError(
            "AWS does not say whose credentials these are",
            why=str(error),
            fix="Check that the role was assumed in this job, and that sts:GetCallerIdentity is reachable",
        ) from error
