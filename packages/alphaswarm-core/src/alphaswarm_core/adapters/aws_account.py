"""An AWS account as a caller sees it: who that is, what it lacks, the state bucket, the handles."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from alphaswarm_core.adapters.aws_answers import Refusal, asking
from alphaswarm_core.errors import RefusedError, UnavailableError
from alphaswarm_core.handles import prefix

_HOME_REGION = "us-east-1"  # the one region that CreateBucket does not want to be told
_ASSUMED = ":assumed-role/"
_NOT_THERE = {"404", "NoSuchBucket"}
_FORBIDDEN = {"403", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}


class AccountUnavailableError(UnavailableError):
    """AWS does not answer, or answers with an error of its own."""

    code = "AS-AWS-001"
    summary = "An AWS account cannot be asked"


class AccountRefusedError(RefusedError):
    """The caller may not do this in the account."""

    code = "AS-AWS-002"
    summary = "An AWS account refuses its caller"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds the credentials."""

    account_id: str
    arn: str

    @property
    def is_root(self) -> bool:
        """Whether no policy limits the caller. On the local cloud that is the bootstrap key."""
        return self.arn.endswith(":root")

    @property
    def policy_source(self) -> str:
        """The ARN whose policies decide: of a session, its role."""
        if _ASSUMED not in self.arn:
            return self.arn
        account, _, session = self.arn.partition(_ASSUMED)
        return f"{account.replace(':sts:', ':iam:')}:role/{session.partition('/')[0]}"


class AwsAccount:
    """One account, asked with the `AWS_*` variables of the target.

    Every method raises `AccountUnavailableError` when AWS does not answer, and `AccountRefusedError` when the caller
    may not ask.
    """

    def __init__(self, cloud: Mapping[str, str]) -> None:
        self._cloud = cloud

    def caller(self) -> Caller:
        """Who holds the credentials."""
        with _asking():
            answer = self._client("sts").get_caller_identity()
        return Caller(answer["Account"], answer["Arn"])

    def lacking(self, caller: Caller, actions: Sequence[str]) -> tuple[str, ...]:
        """Those of `actions` that the caller's policies and boundary do not allow on everything."""
        if caller.is_root:
            return ()
        with _asking():
            answer = self._client("iam").simulate_principal_policy(
                PolicySourceArn=caller.policy_source, ActionNames=list(actions)
            )
        return tuple(
            each["EvalActionName"] for each in answer["EvaluationResults"] if each["EvalDecision"] != "allowed"
        )

    def make_bucket(self, name: str, region: str) -> bool:
        """Make the bucket where it is missing; whether it was made. A bucket of another account is refused."""
        from botocore.exceptions import ClientError  # noqa: PLC0415

        buckets = self._client("s3")
        try:
            buckets.head_bucket(Bucket=name)
        except ClientError as error:
            refusal = Refusal.of(error)
            if refusal.code not in _NOT_THERE:
                raise _refused(
                    refusal, f"The bucket {name} is there and not this account's, or not to be seen"
                ) from error
        else:
            return False
        place: dict[str, Any] = (
            {} if region == _HOME_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        )
        with _asking():
            buckets.create_bucket(Bucket=name, **place)
        return True

    def handles(self, environment: str) -> dict[str, str]:
        """The plain handles of `environment`, by name."""
        with _asking():
            pages = self._client("ssm").get_paginator("get_parameters_by_path").paginate(Path=prefix(environment))
            found = [each for page in pages for each in page["Parameters"]]
        return {each["Name"].rpartition("/")[2]: each["Value"] for each in found if each["Type"] != "SecureString"}

    def _client(self, service: str) -> Any:
        import boto3  # noqa: PLC0415 - slow to load, and only needed when an account is asked
        from botocore.config import Config  # noqa: PLC0415

        return boto3.client(
            service,
            endpoint_url=self._cloud.get("AWS_ENDPOINT_URL"),
            region_name=self._cloud.get("AWS_REGION"),
            aws_access_key_id=self._cloud.get("AWS_ACCESS_KEY_ID"),
            aws_secret_access_key=self._cloud.get("AWS_SECRET_ACCESS_KEY"),
            aws_session_token=self._cloud.get("AWS_SESSION_TOKEN"),
            config=Config(connect_timeout=10, read_timeout=60, retries={"total_max_attempts": 3}),
        )


def _asking() -> AbstractContextManager[None]:
    return asking(
        lambda refusal: _refused(refusal, "AWS refuses the call"),
        lambda why: AccountUnavailableError("AWS does not answer", why=why),
    )


def _refused(refusal: Refusal, what: str) -> AccountUnavailableError | AccountRefusedError:
    if refusal.code in _FORBIDDEN:
        return AccountRefusedError(
            what, why=refusal.text, fix="Use credentials that may: an administrator's of this account"
        )
    return AccountUnavailableError(what, why=refusal.text)
