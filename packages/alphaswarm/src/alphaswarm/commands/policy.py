"""`alphaswarm policy`: judge a plan, list the rules and exceptions, run the policy's own tests."""

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, session
from alphaswarm.output import table
from alphaswarm.policy_text import policy_text
from alphaswarm_core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from alphaswarm_core.policy import PolicyBundle, PolicyException

_LARGEST_PLAN = 64 * 1024**2


@click.group()
def policy() -> None:
    """Judge plans by the rules below policy/, the same files that conftest reads."""


@policy.command()
@click.argument("plan", metavar="PLAN.json|RUN")
@click.option("--env", "environment", metavar="ENV", help="Where it would be applied; a run knows that itself.")
@click.option("--tree", metavar="TREE", help="Which tree the plan is of (default: the app tier).")
@options()
def check(plan: str, environment: str | None, tree: str | None, **common: Any) -> int:
    """Judge a plan: the output of `terraform show -json`, or what is on record for a run. Exits with 3 when denied."""
    here = session(**common)
    if not Path(plan).is_file() and not plan.endswith(".json"):
        return _say_recorded(here, plan)
    from alphaswarm_core.terraform.policing import judge

    if not environment:
        raise UsageError("A plan's JSON does not say where it would be applied", fix="Add --env ENV")
    here.settings.environment(environment)
    tree = tree or here.settings.runtime_tree()
    if tree not in here.settings.trees:
        raise UsageError(f"There is no tree '{tree}'", fix=f"One of: {', '.join(here.settings.trees)}")
    result = judge(here.settings, tree, environment, read_plan_document(Path(plan)))
    document = {"environment": environment, "tree": tree, **result.as_document()}
    here.output.result("policy-result/v1", document, policy_text(result.as_document()))
    return ExitCode.DONE if result.allowed else ExitCode.REFUSED


@policy.command(name="list")
@options()
def list_rules(**common: Any) -> None:
    """List the rules and the exceptions from them."""
    here = session(**common)
    bundle, exceptions = _policy(here)
    rows = [(each.id, str(each.severity), str(each.ungated), each.title) for each in bundle.rules.values()]
    granted = [(e.rule, e.environment, e.address, e.owner, str(e.until), e.reason) for e in exceptions]
    document = {
        "policy": bundle.digest,
        "rules": [dataclasses.asdict(each) for each in bundle.rules.values()],
        "exceptions": [dataclasses.asdict(each) for each in exceptions],
    }
    blocks = [table(("RULE", "GATED", "UNGATED", "ASKS FOR"), rows)]
    blocks.append(table(("EXCEPTION FROM", "ENV", "ADDRESS", "OWNER", "UNTIL", "REASON"), granted) or "No exceptions.")
    here.output.result("policy-rules/v1", document, "\n\n".join(blocks))


@policy.command()
@options()
def test(**common: Any) -> int:
    """Run the policy's own tests (cases/*.rego). Exits with 1 when one fails, or when there is none."""
    from alphaswarm_core.policy import run_tests

    here = session(**common)
    bundle, _ = _policy(here)
    outcomes = run_tests(bundle)
    failed = [each for each in outcomes if not each.passed]
    lines = [f"FAILED  {each.group}: {each.name}: {each.why}" for each in failed]
    lines.append(f"{len(outcomes)} tests, {len(failed)} failed" if outcomes else "There are no tests.")
    document = {"passed": bool(outcomes) and not failed, "tests": [dataclasses.asdict(each) for each in outcomes]}
    here.output.result("policy-tests/v1", document, "\n".join(lines))
    return ExitCode.DONE if outcomes and not failed else ExitCode.FAILED


def _policy(here: Session) -> "tuple[PolicyBundle, tuple[PolicyException, ...]]":
    from alphaswarm_core.policy import read_bundle, read_exceptions
    from alphaswarm_core.terraform.policing import EXCEPTIONS, today

    bundle = read_bundle(here.settings.policy_path)
    path = here.settings.policy_path / EXCEPTIONS
    exceptions = read_exceptions(path, rules=bundle.rules, environments=here.settings.environments, today=today())
    return bundle, exceptions


def _say_recorded(here: Session, run_id: str) -> int:
    """The verdict on record: what the plan was judged by, when it was made."""
    from alphaswarm_core.policy.result import was_allowed

    with here.runs() as ledger:
        run = ledger.run(run_id)
    if not isinstance(run.policy_result, dict):
        raise UsageError(f"The run {run.id} was not judged", why=f"it is a {run.run_kind} that is {run.status}")
    document = {"environment": run.environment, "tree": run.tree, "run": run.id, **run.policy_result}
    here.output.result("policy-result/v1", document, policy_text(run.policy_result))
    return ExitCode.DONE if was_allowed(run.policy_result) else ExitCode.REFUSED


_SHOW = "terraform show -json PLANFILE > PLAN.json"


def read_plan_document(path: Path) -> dict[str, Any]:
    """The JSON object in `path`, bounded.

    Raises:
        UsageError: it cannot be read, or is something else.
    """
    try:
        if path.stat().st_size > _LARGEST_PLAN:
            raise UsageError(f"{path} is larger than {_LARGEST_PLAN // 1024**2} MB")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read", why=error.strerror) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path} is not JSON", why=str(error), fix="terraform show -json PLANFILE > PLAN.json"
        ) from error
    if not isinstance(document, dict):
        raise UsageError(f"{path} is no plan", fix=_SHOW)
    return document
