"""The parameters of STS's AssumeRole calls: read, bounded, and refused in AWS's words.

Source: AWS Security Token Service API reference, AssumeRole and AssumeRoleWithWebIdentity.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from alphaswarm_core.identity.iam import PolicyKind
from alphaswarm_local.access.iam_state import IamState
from alphaswarm_local.access.policies import is_malformed
from alphaswarm_local.aws.faults import AwsFault, not_implemented

SHORTEST_SECONDS, LONGEST_SECONDS, DEFAULT_SECONDS = 900, 43200, 3600
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_LONGEST_POLICY = 2048
_MOST_POLICIES = 10
_NOT_HERE = re.compile(
    r"(Tags|TransitiveTagKeys|ProvidedContexts)\.member\..*|SerialNumber|TokenCode|SourceIdentity|ProviderId"
)


@dataclass(frozen=True, slots=True)
class AssumeParameters:
    """What the caller asks for; all of it is the caller's choice.

    Attributes:
        policy: The inline session policy.
        policy_arns: The managed session policies.
    """

    role_arn: str
    session_name: str
    seconds: int
    policy: str | None
    policy_arns: tuple[str, ...]
    external_id: str | None = None

    def session_policies(self, iam: IamState, account_id: str) -> tuple[str, ...] | None:
        """The session policies' documents; None if there are none.

        Raises:
            AwsFault: a managed policy does not exist in the role's account.
        """
        if self.policy is None and not self.policy_arns:
            return None
        documents = [self.policy] if self.policy is not None else []
        for arn in self.policy_arns:
            document = iam.managed_policy(account_id, arn)
            if document is None:
                raise AwsFault("MalformedPolicyDocument", 400, f"The policy is not in the correct format: {arn}")
            documents.append(document)
        return tuple(documents)


def read_parameters(form: Mapping[str, str]) -> AssumeParameters:
    """The parameters in `form`.

    Raises:
        AwsFault: ValidationError, MalformedPolicyDocument, or 501 for what the local cloud does not do.
    """
    if refused := next((name for name in form if _NOT_HERE.fullmatch(name)), None):
        raise not_implemented(f"{refused.partition('.')[0]} when a role is assumed")
    name = form.get("RoleSessionName", "")
    if not _SESSION_NAME.fullmatch(name):
        raise _invalid(name, "roleSessionName", r"satisfy regular expression pattern: [\w+=,.@-]*, of length 2 to 64")
    role_arn = form.get("RoleArn", "")
    if not 20 <= len(role_arn) <= 2048:  # noqa: PLR2004 - the model's
        raise _invalid(role_arn[:40], "roleArn", "have length between 20 and 2048")
    return AssumeParameters(
        role_arn, name, _seconds(form), _policy(form), _policy_arns(form), form.get("ExternalId") or None
    )


def _seconds(form: Mapping[str, str]) -> int:
    text = form.get("DurationSeconds")
    if text is None:
        return DEFAULT_SECONDS
    seconds = int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 0
    if seconds < SHORTEST_SECONDS:
        raise _invalid(text[:40], "durationSeconds", f"have value greater than or equal to {SHORTEST_SECONDS}")
    if seconds > LONGEST_SECONDS:
        raise _invalid(text[:40], "durationSeconds", f"have value less than or equal to {LONGEST_SECONDS}")
    return seconds


def _policy(form: Mapping[str, str]) -> str | None:
    document = form.get("Policy")
    if document is None:
        return None
    if not 0 < len(document) <= _LONGEST_POLICY:
        raise _invalid("...", "policy", f"have length between 1 and {_LONGEST_POLICY}")
    if is_malformed(document, PolicyKind.IDENTITY):
        raise AwsFault("MalformedPolicyDocument", 400, "This policy contains invalid Json or is no session policy")
    return document


def _policy_arns(form: Mapping[str, str]) -> tuple[str, ...]:
    arns = tuple(value for name, value in form.items() if re.fullmatch(r"PolicyArns\.member\.[0-9]+\.arn", name))
    if len(arns) > _MOST_POLICIES:
        raise _invalid("...", "policyArns", f"have length less than or equal to {_MOST_POLICIES}")
    return arns


def _invalid(value: str, member: str, constraint: str) -> AwsFault:
    message = f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must "
    return AwsFault("ValidationError", 400, message + constraint)
