"""Policy: Rego rules over a plan, exceptions with an owner and a last day, and a typed verdict.

    policy/*.rego + policy/data ─▶ PolicyBundle ┐
    plan (terraform show -json) ────────────────┼─▶ engine ─▶ exceptions ─▶ PolicyResult
    policy/exceptions.toml ─────────────────────┘

The same files are read by conftest. Whatever is missing, unreadable, crashes or takes too long refuses the plan.
"""

from alphaswarm_core.policy.bundle import PolicyBundle, Rule, read_bundle
from alphaswarm_core.policy.checking import PolicyContext, check_plan
from alphaswarm_core.policy.errors import (
    PolicyDeniedError,
    PolicyEngineError,
    PolicyExceptionError,
    PolicyUnusableError,
)
from alphaswarm_core.policy.exceptions import PolicyException, read_exceptions
from alphaswarm_core.policy.result import Finding, PolicyResult, Severity
from alphaswarm_core.policy.testing import TestOutcome, run_tests

__all__ = [
    "Finding",
    "PolicyBundle",
    "PolicyContext",
    "PolicyDeniedError",
    "PolicyEngineError",
    "PolicyException",
    "PolicyExceptionError",
    "PolicyResult",
    "PolicyUnusableError",
    "Rule",
    "Severity",
    "TestOutcome",
    "check_plan",
    "read_bundle",
    "read_exceptions",
    "run_tests",
]
