"""The policy's own tests: the cases in `cases/*.rego`, each a plan and the rules that must find something in it.

They are Rego data, so that the same helpers build plans as tersely as in OPA's tests; `conftest verify` reads them too
(`conftest_test.rego`). A case is `{"found": [rule, …], "input": plan}`, where it matters with `"denied": [rule, …]` and
`"context": {"gated": …}`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alphaswarm_core.policy.bundle import PolicyBundle
from alphaswarm_core.policy.engine import ask_engine
from alphaswarm_core.policy.errors import PolicyUnusableError


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """One case. `why` says what was expected and found where it does not hold."""

    __test__ = False  # its name is not an invitation to pytest

    group: str
    name: str
    why: str | None

    @property
    def passed(self) -> bool:
        """Whether it holds."""
        return self.why is None


def run_tests(bundle: PolicyBundle, *, timeout_seconds: float = 120.0) -> tuple[TestOutcome, ...]:
    """Run every case of `bundle`, in the order of groups and names.

    Raises:
        PolicyUnusableError: what stands in cases/ is no case.
        PolicyEngineError: the engine does not understand the rules or the cases.
    """
    if not bundle.cases:
        return ()
    sources = {**bundle.modules, **bundle.cases}
    groups = ask_engine(
        {"modules": sources, "data": dict(bundle.data), "query": "data.cases"}, timeout_seconds=timeout_seconds
    )
    cases = list(_cases(groups))
    request = {
        "modules": dict(bundle.modules),
        "data": dict(bundle.data),
        "plans": [{"input": case["input"], "context": case.get("context", {"gated": True})} for _, _, case in cases],
    }
    answers = ask_engine(request, timeout_seconds=timeout_seconds)
    return tuple(
        TestOutcome(group, name, _why(case, answer)) for (group, name, case), answer in zip(cases, answers, strict=True)
    )


def _cases(groups: Any) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for group, content in sorted(groups.items() if isinstance(groups, dict) else ()):
        for name, case in sorted(content.get("cases", {}).items()):
            if not isinstance(case, dict) or "input" not in case or not isinstance(case.get("found"), list):
                raise PolicyUnusableError(f"cases/{group}: '{name}' is no case", why="it has no `input` or no `found`")
            yield group, name, case


def _why(case: Mapping[str, Any], answer: Mapping[str, list[Mapping[str, str]]]) -> str | None:
    denied = sorted({each["rule"] for each in answer["deny"]})
    found = sorted({*denied, *(each["rule"] for each in answer["warn"])})
    if found != sorted(case["found"]):
        return f"expected {sorted(case['found'])}, found {found}"
    if "denied" in case and denied != sorted(case["denied"]):
        return f"expected to deny {sorted(case['denied'])}, denied {denied}"
    return None
