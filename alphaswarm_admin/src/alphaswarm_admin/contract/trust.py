"""Who may become which role: as declared, as decided, and the decision explained."""

from pydantic import Field

from alphaswarm_admin.contract.common import Model, Moment


class TrustCell(Model):
    """One kind of job against one role. `differs`: the policy decides otherwise than is declared."""

    environment: str
    role: str
    role_arn: str
    job: str
    subject: str | None
    admitted: bool
    intended: bool
    differs: bool
    why: str | None


class TrustMatrix(Model):
    """Every kind of job against both roles of every environment."""

    holds: bool
    cells: list[TrustCell]
    total: int
    admitted: int
    as_of: Moment
    source: str = Field(description="Where the policies come from.")


class TrustStep(Model):
    """A condition of the policy, with what was asked for and what the token says."""

    text: str
    holds: bool


class TrustExplanation(Model):
    """The walk through one decision."""

    environment: str
    role_arn: str
    job: str
    admitted: bool
    reason: str
    claims: dict[str, str]
    steps: list[TrustStep]
