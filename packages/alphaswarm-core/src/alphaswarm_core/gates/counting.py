"""Whose approval counts: a verified person, once, in time, for this very plan, who has no part in the change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alphaswarm_core.gates.people import People
from alphaswarm_core.ledger.records import Actor, Approval, Involvement, Part, Run
from alphaswarm_core.ledger.times import parse_time
from alphaswarm_core.target import Target


class Source(StrEnum):
    """Where a person's identity was verified when the approval was given."""

    github_review = "github_review"
    admin_console = "admin_console"
    rehearsal = "rehearsal"


COUNTED_SOURCES: Mapping[Target, frozenset[str]] = {
    Target.AWS: frozenset({Source.github_review, Source.admin_console}),
    Target.LOCAL: frozenset(Source),
}
"""A rehearsed person is whoever the command names: that counts on the local cloud, where nothing is at stake."""

_DID = {
    Part.dispatcher: "dispatched the GitHub run",
    Part.author: "wrote the commit",
    Part.committer: "made the commit",
    Part.co_author: "wrote the commit with others",
    Part.pusher: "pushed the commit last",
}


@dataclass(frozen=True, slots=True)
class Electorate:
    """Who may decide on one plan, at one moment.

    Attributes:
        run: The plan.
        people: Who is who.
        excluded: Key of a person → what the person has to do with the change.
        sources: The sources that count.
        now: The moment.
        expires_after: How long an approval counts.
    """

    run: Run
    people: People
    excluded: Mapping[str, str]
    sources: frozenset[str]
    now: datetime
    expires_after: timedelta

    def person(self, approval: Approval) -> str:
        """The key of the human behind an approval."""
        return self.people.key(approval.approver) or approval.approver

    def why_not(self, approval: Approval) -> str | None:
        """Why an approval does not count; None where it does."""
        bound = (approval.run_id, approval.plan_digest, approval.stack, approval.commit)
        if bound != (self.run.id, self.run.plan_digest, self.run.stack, self.run.commit):
            return "was given for another plan, stack or commit"
        if approval.source not in self.sources:
            return f"comes from '{approval.source}', which does not count here"
        return self.why_not_person(approval.approver) or self._too_old(approval)

    def why_not_person(self, subject: str) -> str | None:
        """Why a person's approval would not count, whatever it is for."""
        key = self.people.key(subject)
        if key is None:
            return "is not known as a person"
        did = self.excluded.get(key)
        return f"{did} and does not count" if did else None

    def _too_old(self, approval: Approval) -> str | None:
        ended = parse_time(approval.given_at or approval.at) + self.expires_after
        return f"expired at {ended:%Y-%m-%d %H:%MZ}" if self.now >= ended else None


def excluded_people(
    run: Run, involvements: Iterable[Involvement], people: People, applier: Actor | None
) -> dict[str, str]:
    """Who has a part in the run or its commit, and which. Later facts add to it and never take away."""
    found: dict[str, str] = {}
    starter = people.key_of(run.actor)
    if starter:
        found[starter] = "started the plan"
    for each in involvements:
        key = people.key(each.person)
        if key:
            found.setdefault(key, _DID[each.part])
    key = people.key_of(applier) if applier else None
    if key:
        found.setdefault(key, "starts the apply")
    return found
