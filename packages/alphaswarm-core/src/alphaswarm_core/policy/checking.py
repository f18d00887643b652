"""From a plan to a verdict."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from alphaswarm_core.policy.bundle import PolicyBundle
from alphaswarm_core.policy.engine import ask_engine, engine_name
from alphaswarm_core.policy.exceptions import PolicyException, in_force
from alphaswarm_core.policy.result import Finding, PolicyResult, Severity


@dataclass(frozen=True, slots=True)
class PolicyContext:
    """Where the plan would be applied. Rules see it as `data.context`; `gated`: people have to approve there."""

    environment: str
    tree: str
    gated: bool


def check_plan(
    bundle: PolicyBundle,
    exceptions: Iterable[PolicyException],
    document: Mapping[str, Any],
    context: PolicyContext,
    *,
    today: date,
    timeout_seconds: float = 30.0,
) -> PolicyResult:
    """Judge a plan.

    Args:
        bundle: The policy.
        exceptions: Of every environment.
        document: The output of `terraform show -json PLANFILE`.
        context: Where it would be applied.
        today: The day that decides which exceptions are over.
        timeout_seconds: How long the engine may take.

    Raises:
        PolicyExceptionError: an exception of the environment is over.
        PolicyEngineError: the engine did not come to a verdict.
    """
    granted = in_force(exceptions, context.environment, today)
    data = {**bundle.data, "context": asdict(context)}
    answer = ask_engine(
        {"modules": dict(bundle.modules), "data": data, "input": document}, timeout_seconds=timeout_seconds
    )
    found = [
        Finding(each["rule"], each["address"], each["what"], severity)
        for severity in Severity
        for each in answer[severity.value]
    ]
    judged = [_excepted(finding, granted) for finding in found]
    return PolicyResult(
        bundle.digest, engine_name(), tuple(sorted(judged, key=lambda each: (each.address, each.rule, each.what)))
    )


def _excepted(finding: Finding, granted: Iterable[PolicyException]) -> Finding:
    covering = next((each for each in granted if each.covers(finding)), None)
    return replace(finding, waiver=covering.waiver) if covering else finding
