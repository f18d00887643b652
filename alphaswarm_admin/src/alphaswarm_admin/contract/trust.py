"""Who may become which role: as declared, as decided, and the decision explained."""

from enum import StrEnum

from pydantic import Field

from alphaswarm_admin.contract.common import Model, Moment


class PolicySource(StrEnum):
    """Where the policies come from: the account as it is now, or nowhere, so that only the declaration is shown."""

    LIVE = "live"
    DECLARED = "declared"


class TrustRow(Model):
    """All kinds of job with one subject and one verdict, for one role of one environment.

    `admitted` is None where no policy could be read. `differs`: the policy decides otherwise than is declared.
    """

    environment: str
    role: str
    role_arn: str
    subject: str
    jobs: int = Field(description="How many kinds of job these are.")
    example: str = Field(description="The first of them, by its stable name.")
    admitted: bool | None
    intended: bool
    differs: bool
    reason: str


class TrustMatrix(Model):
    """Every kind of job against both roles of every environment; the rows are those that get in or should not."""

    source: PolicySource
    holds: bool | None = Field(description="Whether all is as declared; None where no policy could be read.")
    rows: list[TrustRow]
    decided: int = Field(description="How many decisions were taken, refusals included.")
    refused: int
    why_declared_only: str | None
    as_of: Moment


class TrustStatement(Model):
    """How a statement of the policy met the token. It applies where nothing is missed."""

    statement: str
    effect: str
    applies: bool
    misses: list[str]


class TrustToken(Model):
    """One token that such a job may get, and the decision on it."""

    claims: dict[str, str]
    admitted: bool
    reason: str
    statements: list[TrustStatement]


class TrustExplanation(Model):
    """The walk through the decision on a job. Without tokens the job gets none, and `reason` says why."""

    environment: str
    role: str
    role_arn: str
    admitted: bool
    reason: str
    tokens: list[TrustToken]
