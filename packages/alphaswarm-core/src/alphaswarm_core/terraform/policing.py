"""The policy in the way of a plan: read, asked, and its words cleared of secrets before anybody stores or sees them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from alphaswarm_core.ledger.records import Run
from alphaswarm_core.policy import PolicyContext, PolicyResult, check_plan, read_bundle, read_exceptions
from alphaswarm_core.policy.result import first_expired, was_allowed
from alphaswarm_core.settings import Settings
from alphaswarm_core.terraform.errors import PlanMismatchError
from alphaswarm_core.terraform.plan import secrets_of
from alphaswarm_core.terraform.redaction import without

EXCEPTIONS = "exceptions.toml"


def today() -> date:
    """The day that decides which exceptions are over, in UTC."""
    return datetime.now(UTC).date()


def judge(settings: Settings, tree: str, environment: str, document: Mapping[str, Any]) -> PolicyResult:
    """What the project's policy says about the plan in `document` (`terraform show -json PLANFILE`).

    Raises:
        RefusedError: policy, exceptions or engine cannot be used: what was not judged is not allowed.
    """
    bundle = read_bundle(settings.policy_path)
    exceptions = read_exceptions(
        settings.policy_path / EXCEPTIONS, rules=bundle.rules, environments=settings.environments, today=today()
    )
    gated = settings.environment(environment).approvals > 0
    result = check_plan(
        bundle,
        exceptions,
        document,
        PolicyContext(environment, tree, gated),
        today=today(),
        timeout_seconds=settings.policy.timeout_seconds,
    )
    secrets = sorted(secrets_of(document))
    return replace(
        result, findings=tuple(replace(each, what=str(without(each.what, secrets))) for each in result.findings)
    )


def require_judged(planned: Run) -> None:
    """Refuse a plan that no policy has allowed, or that was allowed by an exception which has ended meanwhile.

    Raises:
        PlanMismatchError: so it is.
    """
    again = "Plan again: alphaswarm deploy plan"
    if not was_allowed(planned.policy_result):
        raise PlanMismatchError(f"The plan {planned.id} was not allowed by the policy", fix=again)
    over = first_expired(planned.policy_result, today())
    if over:
        raise PlanMismatchError(f"An exception that allowed the plan {planned.id} is over", why=over, fix=again)
