"""What the gate refuses besides halts, workstations and rejections (`gate.py`).

RefusedError
├── ApproverExcludedError    AS-GATE-005   has a part in the run or the commit
├── ApproverUnverifiedError  AS-GATE-006   a bot, an unknown account, a source that does not count here
├── PlanNotWaitingError      AS-GATE-007   there is nothing to approve
├── PeopleUnknownError       AS-GATE-008   nobody knows who started or wrote it, so nobody can be excluded
├── NotPromotedError         AS-GATE-009   it was not applied and verified in the environment before
├── StatefulLossError        AS-GATE-010   going back would destroy what holds data
├── RollbackRefusedError     AS-GATE-011   there is nothing to go back to
├── ReviewUnclearError       AS-GATE-012   a review in GitHub could be about another plan
└── GithubRunUnknownError    AS-GATE-013   no workflow run made the plan
"""

from alphaswarm_core.errors import RefusedError


class ApproverExcludedError(RefusedError):
    """Four eyes: whoever has a part in a change does not approve it."""

    code = "AS-GATE-005"
    summary = "That person has a part in the run or its commit and does not count"


class ApproverUnverifiedError(RefusedError):
    """It is not proved that a person said it."""

    code = "AS-GATE-006"
    summary = "The approval does not come from a verified person"


class PlanNotWaitingError(RefusedError):
    """Only a plan that waits to be applied can be approved, rejected or waived."""

    code = "AS-GATE-007"
    summary = "The run is not a plan that waits to be applied"


class PeopleUnknownError(RefusedError):
    """Who cannot be named cannot be excluded."""

    code = "AS-GATE-008"
    summary = "It is not known who started the run or wrote its commit"


class NotPromotedError(RefusedError):
    """An environment takes only what was applied and verified in the one before."""

    code = "AS-GATE-009"
    summary = "The same change was not applied and verified in the environment before"


class StatefulLossError(RefusedError):
    """Going back must not destroy data."""

    code = "AS-GATE-010"
    summary = "The rollback would destroy or replace resources that hold data"


class RollbackRefusedError(RefusedError):
    """There is nothing to go back to, or it cannot be made again as it was."""

    code = "AS-GATE-011"
    summary = "The stack cannot be planned as it was at that run"


class ReviewUnclearError(RefusedError):
    """A review in GitHub is about a workflow run; it counts for a plan only where that is the only one."""

    code = "AS-GATE-012"
    summary = "A review in GitHub does not say which plan it is about"


class GithubRunUnknownError(RefusedError):
    """There are no reviews to be read back for a plan that no workflow run of a declared repository made."""

    code = "AS-GATE-013"
    summary = "The plan was not made by a workflow run of a declared repository"
