"""The generated pages: `make generate` writes them, `make check` refuses when one differs."""

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from tests.checks import modules, pages
from tests.checks.trees import MODULES, REPOSITORY, name_of

PAGES: Mapping[str, Callable[[], str]] = {
    "packages/alphaswarm/src/alphaswarm/overview.txt": pages.overview,
    "docs/reference/cli.md": pages.command_line,
    "docs/reference/settings.md": pages.settings,
    "docs/reference/errors.md": pages.errors,
    "docs/reference/handles.md": pages.handles,
    "docs/reference/run-statuses.md": pages.run_statuses,
    "docs/reference/local-cloud.md": pages.local_cloud,
    "docs/reference/trust-rules.md": pages.trust_rules,
    "docs/reference/local-github.md": pages.local_github,
    "docs/reference/actions-runner.md": pages.actions_runner,
    "docs/reference/policy-rules.md": pages.policy_rules,
    "compliance/soc2-evidence-map.md": pages.evidence_map,
    "alphaswarm_admin/openapi.json": pages.console_contract,
    **{f"{name_of(module)}/README.md": partial(modules.readme, module) for module in MODULES},
}


def differing() -> Iterable[str]:
    """The pages that are missing or differ from what their source says now."""
    for name, render in PAGES.items():
        path = REPOSITORY / name
        if not path.exists() or path.read_text(encoding="utf-8") != render():
            yield name


def write() -> None:
    """Write all pages anew."""
    for name, render in PAGES.items():
        path = REPOSITORY / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(), encoding="utf-8")


def main(words: list[str]) -> int:
    """Check, or write with `--write`. Exit code 1 when a page differs."""
    if words == ["--write"]:
        write()
        return 0
    found = list(differing())
    for name in found:
        print(f"{name} is not what its source says; write it anew: make generate")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
