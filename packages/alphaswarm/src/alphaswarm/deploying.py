"""What deploying, promoting and rolling back share: the runtime, the deploy build, inputs, and what is shown."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from alphaswarm.composition import Session, say_target
from alphaswarm.following import followed
from alphaswarm.job_outputs import write_outputs
from alphaswarm.plan_text import plan_text
from alphaswarm.policy_text import policy_text
from alphaswarm.run_text import run_document
from alphaswarm_core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from alphaswarm.rehearsed_sessions import Authority
    from alphaswarm_core.ledger.records import Run
    from alphaswarm_core.terraform.runtime import Planned, TerraformRuntime


@contextmanager
def runtime(here: Session, environment: str, authority: "Authority | None" = None) -> "Iterator[TerraformRuntime]":
    """The runtime for `environment`, with progress shown and Ctrl-C turned into a clean stop.

    Args:
        here: The call of the program.
        environment: The environment that is worked on.
        authority: Act in a rehearsed session instead of with the target's own credentials.
    """
    from alphaswarm.rehearsed_sessions import session_as
    from alphaswarm_core.terraform.runtime import TerraformRuntime

    with followed(here.output) as (progress, stop), here.ledger() as ledger:
        acting = session_as(here, environment, authority) if authority else None
        context = here.context(environment, ledger, progress, stop, acting)
        say_target(here, environment)
        yield TerraformRuntime(context)


def applying(
    run: "TerraformRuntime", here: Session, environment: str, authority: "Authority | None"
) -> "TerraformRuntime":
    """The runtime `run` in a session that may apply; as it is, where none is asked for."""
    if authority is None:
        return run
    from alphaswarm.rehearsed_sessions import session_as
    from alphaswarm_core.terraform.runtime import TerraformRuntime

    context = run.context
    acting = session_as(here, environment, authority)
    return TerraformRuntime(here.context(environment, context.ledger, context.observer, context.stop, acting))


def in_build_of(here: Session, environment: str, action: str, *, outputs: bool = False, **more: Any) -> int:
    """Have the deploy build of `environment` do it, and show what came of it; with `outputs` the run's id goes there.

    The id of a plan that changes nothing is left out: there is nothing to approve or apply.
    """
    from alphaswarm.codebuild_executor import Asked, execute
    from alphaswarm_core.delivery.orders import Action

    result = execute(here, Asked(environment, Action(action), **more))
    run = f" (run {result.run_id} {str(result.run_status).replace('_', ' ')})" if result.run_id else ""
    text = f"{environment}: {action} in {result.build.id}: {result.plan_summary or 'done'}{run}"
    if outputs:
        waits = result.run_status == "awaiting_approval"
        write_outputs({"run": str(result.run_id) if waits else ""})
    here.output.result("build/v1", {"environment": environment, "action": action, **result.document()}, text)
    return ExitCode.DONE


def inputs_given(given: Sequence[str]) -> dict[str, str]:
    """The input variables in `NAME=VALUE` words."""
    inputs: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"--var {each}: this is not NAME=VALUE", fix="For example: --var log_retention_days=30")
        if name == "run_id":
            raise UsageError("run_id is set by the runtime", fix="Leave it out")
        inputs[name] = value
    return inputs


def show_plan(here: Session, planned: "Planned") -> None:
    """Show what a plan would do, and what the policy says to it."""
    changes = [
        {
            "address": each.address,
            "action": each.action.value,
            "type": each.type,
            "imported": each.imported,
            "reason": each.reason,
            "before": each.before,
            "after": each.after,
        }
        for each in planned.plan.changes
    ]
    document = {
        "run": run_document(planned.run),
        "no_changes": planned.plan.is_empty,
        "summary": planned.plan.summary(),
        "changes": changes,
        "policy": planned.run.policy_result,
    }
    verdict = f"\n{policy_text(planned.policy.as_document())}" if planned.policy else ""
    here.output.result("plan/v1", document, plan_text(planned.plan) + verdict)


def say_next(here: Session, planned: "Planned") -> None:
    """Say how the plan is applied."""
    if planned.plan.is_empty:
        return
    waiting = " when its approvals are there" if planned.run.status == "awaiting_approval" else ""
    here.output.narrate(f"Apply it{waiting}: alphaswarm deploy apply {planned.run.id}")


def show_applied(here: Session, applied: "Run") -> None:
    """Show what an apply has done."""
    summary = applied.plan_summary if isinstance(applied.plan_summary, dict) else {}
    done = f"{summary.get('add', 0)} added, {summary.get('change', 0)} changed, {summary.get('destroy', 0)} destroyed"
    here.output.result("apply/v1", {"run": run_document(applied)}, f"{applied.environment}: {done} (run {applied.id})")
