"""What counts where no plan is in the ledger: the landing zone is planned and applied by native Terraform.

Then a review can be bound to no plan digest, only to the workflow run: its commit, its first attempt. Who counts is the
same. The app tier does not get through here: its runtime asks the gate again, for a plan.
"""

from collections.abc import Sequence

from alphaswarm_core.errors import ApprovalMissingError, RefusedError
from alphaswarm_core.gates.errors import PeopleUnknownError
from alphaswarm_core.gates.gate import Condition, GateDecision, HaltedError, RejectedError
from alphaswarm_core.gates.github_facts import GithubRunFacts, Review
from alphaswarm_core.gates.people import People
from alphaswarm_core.ledger.records import Halt, Part

FIRST_ATTEMPT = "first attempt"


def decide_without_plan(
    environment: str, required: int, facts: GithubRunFacts, people: People, halt: Halt
) -> GateDecision:
    """Whether a workflow run that made no plan here may enter `environment`.

    Args:
        environment: Its name.
        required: How many distinct people have to approve.
        facts: What GitHub says of the workflow run.
        people: Who is who.
        halt: Whether applies are stopped.
    """
    about = [each for each in facts.reviews if environment in each.environments]
    halted = HaltedError("Applies and destroys are halted", why=halt.reason) if halt.on else None
    conditions = [
        Condition("not halted", holds=not halt.on, detail=halt.reason if halt.on else "no halt is on", refusal=halted),
        _not_rejected([each for each in about if each.state == "rejected"]),
    ]
    if required:
        conditions += [_first_attempt(facts), _author_known(facts, people)]
    return GateDecision((*conditions, _enough(environment, required, _counted(about, facts, people))))


def _not_rejected(rejections: Sequence[Review]) -> Condition:
    if not rejections:
        return Condition("not rejected", holds=True, detail="nobody rejected it")
    what = f"rejected by {', '.join(each.login for each in rejections)}"
    return Condition("not rejected", holds=False, detail=what, refusal=RejectedError(f"The workflow run was {what}"))


def _first_attempt(facts: GithubRunFacts) -> Condition:
    """Run again, a workflow keeps its number and its old reviews, and plans anew."""
    if facts.attempt == 1:
        return Condition(FIRST_ATTEMPT, holds=True, detail="it was not run again")
    what = f"this is attempt {facts.attempt}, and reviews do not say which attempt they are about"
    refusal = RefusedError(f"The workflow run was run again: {what}", fix="Dispatch the workflow anew")
    return Condition(FIRST_ATTEMPT, holds=False, detail=what, refusal=refusal)


def _author_known(facts: GithubRunFacts, people: People) -> Condition:
    authors = [people.key(subject) for subject, part in facts.parts if part is Part.author]
    if authors and all(authors):
        return Condition("author known", holds=True, detail="GitHub knows who wrote the commit")
    what = "GitHub knows no account of a person for the author of the commit"
    return Condition("author known", holds=False, detail=what, refusal=PeopleUnknownError(what))


def _counted(about: Sequence[Review], facts: GithubRunFacts, people: People) -> int:
    excluded = {people.key(subject) for subject, _ in facts.parts}
    return len({people.key(each.subject) for each in about if each.state == "approved"} - excluded - {None})


def _enough(environment: str, required: int, counted: int) -> Condition:
    what = f"{counted} of {required} approvals of this workflow run by people who have no part in it"
    if counted >= required:
        return Condition("approved", holds=True, detail=what)
    return Condition("approved", holds=False, detail=what, refusal=ApprovalMissingError(f"{environment}: {what}"))
