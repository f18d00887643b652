"""The verdict on a plan, and how it stands in a run's row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from alphaswarm_core.canonical import Json
from alphaswarm_core.policy.errors import PolicyDeniedError

_STORED = 200
"""Findings of one kind that go into a row; the counts are always whole."""


class Severity(StrEnum):
    """What a finding does: keep the plan from being applied, or say something."""

    DENY = "deny"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Waiver:
    """The exception that a finding falls under. `until` is its last day."""

    owner: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has to say about one resource. With a `waiver` somebody answers for it until a day."""

    rule: str
    address: str
    what: str
    severity: Severity
    waiver: Waiver | None = None

    @property
    def text(self) -> str:
        """The finding in one line."""
        return f"{self.address}: {self.what} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """What the policy says about a plan.

    Attributes:
        digest: Of the policy that judged.
        engine: What evaluated it.
        findings: All of them, in the order of address and rule.
    """

    digest: str
    engine: str
    findings: tuple[Finding, ...]

    @property
    def denied(self) -> tuple[Finding, ...]:
        """What keeps the plan from being applied."""
        return tuple(each for each in self.findings if each.severity is Severity.DENY and not each.waiver)

    @property
    def warned(self) -> tuple[Finding, ...]:
        """What is only said."""
        return tuple(each for each in self.findings if each.severity is Severity.WARN and not each.waiver)

    @property
    def excepted(self) -> tuple[Finding, ...]:
        """What somebody answers for."""
        return tuple(each for each in self.findings if each.waiver)

    @property
    def allowed(self) -> bool:
        """Whether nothing is denied."""
        return not self.denied

    def require(self) -> None:
        """Raise where the plan is denied.

        Raises:
            PolicyDeniedError: it is.
        """
        if self.denied:
            number = len(self.denied)
            raise PolicyDeniedError(
                f"The policy denies the plan: {number} finding{'s' if number > 1 else ''}",
                why="\n".join(each.text for each in self.denied[:20]),
                fix="docs/reference/policy-rules.md says why each rule exists and what to do",
            )

    def as_document(self) -> dict[str, Json]:
        """As it stands in the row."""
        return {
            "allowed": self.allowed,
            "policy": self.digest,
            "engine": self.engine,
            "counts": {
                "denied": len(self.denied),
                "warned": len(self.warned),
                "excepted": len(self.excepted),
            },
            "denied": [_document(each) for each in self.denied[:_STORED]],
            "warned": [_document(each) for each in self.warned[:_STORED]],
            "excepted": [_document(each) for each in self.excepted[:_STORED]],
        }


def headline_of(document: Any) -> str | None:
    """The verdict of a row in one line; None where the run was not judged."""
    if not isinstance(document, Mapping) or "counts" not in document:
        return None
    counts = document["counts"]
    verdict = "allowed" if document.get("allowed") is True else "denied"
    return f"{verdict}: {counts['denied']} denied, {counts['warned']} warned, {counts['excepted']} excepted"


def was_allowed(document: Any) -> bool:
    """Whether a row says that its plan was judged and allowed; no verdict is no."""
    return isinstance(document, Mapping) and document.get("allowed") is True


def first_expired(document: Any, today: date) -> str | None:
    """The first finding of a row whose exception has ended meanwhile."""
    for each in document.get("excepted", ()) if isinstance(document, Mapping) else ():
        if date.fromisoformat(each["until"]) < today:
            return f"{each['address']}: {each['what']} [{each['rule']}], excepted until {each['until']}"
    return None


def _document(finding: Finding) -> dict[str, Json]:
    plain: dict[str, Json] = {"rule": finding.rule, "address": finding.address, "what": finding.what}
    if finding.waiver:
        waiver = finding.waiver
        plain |= {
            "severity": str(finding.severity),
            "owner": waiver.owner,
            "reason": waiver.reason,
            "until": waiver.until.isoformat(),
        }
    return plain
