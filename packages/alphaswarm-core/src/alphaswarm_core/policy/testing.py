"""The policy's own tests: every rule `test_…` in a file `*_test.rego`, as `opa test` and `conftest verify` find them."""

import re
from dataclasses import dataclass

from alphaswarm_core.policy.bundle import PolicyBundle
from alphaswarm_core.policy.engine import ask_engine

_PACKAGE = re.compile(r"^package\s+([\w.]+)\s*$", re.MULTILINE)
_TEST = re.compile(r"^(test_\w+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """One test and whether it holds."""

    __test__ = False  # its name is not an invitation to pytest

    file: str
    name: str
    passed: bool


def run_tests(bundle: PolicyBundle, *, timeout_seconds: float = 60.0) -> tuple[TestOutcome, ...]:
    """Run the tests of `bundle`, in the order of files and names.

    Raises:
        PolicyEngineError: the engine does not understand them.
    """
    found = [
        (file, f"data.{match[1]}.{name}")
        for file, source in sorted(bundle.tests.items())
        if (match := _PACKAGE.search(source))
        for name in dict.fromkeys(_TEST.findall(source))
    ]
    if not found:
        return ()
    request = {
        "modules": {**bundle.modules, **bundle.tests},
        "data": dict(bundle.data),
        "tests": {query: query for _, query in found},
    }
    values = ask_engine(request, timeout_seconds=timeout_seconds)
    return tuple(TestOutcome(file, query.removeprefix("data."), values[query] is True) for file, query in found)
