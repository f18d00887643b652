"""What people say: approve, reject, waive, ask others; stop and let go on. Audited first, each of them."""

from typing import Annotated

from fastapi import APIRouter, Depends

from alphaswarm_admin.auditing import intend
from alphaswarm_admin.console import Console
from alphaswarm_admin.contract import gate as contract
from alphaswarm_admin.contract.session import Permission
from alphaswarm_admin.errors import ConfirmationMissingError, PermissionMissingError, PlanChangedError
from alphaswarm_admin.identity.guard import ConsoleHere, allowed
from alphaswarm_admin.identity.people import SignedIn
from alphaswarm_admin.routes.common import RunId, exact_run, question, require_environment
from alphaswarm_admin.routes.readers import Reader
from alphaswarm_admin.views.gate import confirmation, gate_answer, halt_view
from alphaswarm_admin.views.runs import approval as approval_view
from alphaswarm_core.gates.approving import ApprovalDesk
from alphaswarm_core.ledger.errors import ApprovalExistsError
from alphaswarm_core.ledger.records import Approval, Decision, Run
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.target import Target

router = APIRouter(tags=["decisions"])
Decider = Annotated[SignedIn, Depends(allowed(Permission.decide, fresh=True))]
Waiver = Annotated[SignedIn, Depends(allowed(Permission.waive, fresh=True))]
Asker = Annotated[SignedIn, Depends(allowed(Permission.request_approval))]
Halter = Annotated[SignedIn, Depends(allowed(Permission.halt, fresh=True))]


@router.post("/admin/runs/{run_id}/approvals", operation_id="decideOnPlan")
def decide_on_plan(
    run_id: RunId, said: contract.DecisionRequest, console: ConsoleHere, person: Decider
) -> contract.DecisionResult:
    """Approve or reject the plan that the person has looked at. Asked twice, it is recorded once."""
    with console.ledger.open() as ledger:
        run = exact_run(ledger, run_id)
        require_environment(console, run.environment)
        facts = {"plan_digest": said.plan_digest, "comment": said.comment, "stack": run.stack}
        intend(ledger, person, f"approval:{said.decision}", run.id, facts)
        _require_same_plan(run, said.plan_digest)
        if said.decision is Decision.approve:
            _require_confirmation(console, run, said.confirmation)
        given, repeated = _recorded(console, ledger, run, person, said)
        asked = question(console, ledger, exact_run(ledger, run.id))
    return contract.DecisionResult(
        approval=approval_view(given, asked.electorate()), gate=gate_answer(asked, person), repeated=repeated
    )


@router.post("/admin/runs/{run_id}/waiver", operation_id="waivePromotion")
def waive_promotion(
    run_id: RunId, wanted: contract.WaiverRequest, console: ConsoleHere, person: Waiver
) -> contract.GateAnswer:
    """Let a plan through without its promotion, for a reason that everybody can read."""
    with console.ledger.open() as ledger:
        run = exact_run(ledger, run_id)
        require_environment(console, run.environment)
        intend(ledger, person, "promotion:waive", run.id, {"plan_digest": wanted.plan_digest, "reason": wanted.reason})
        _require_same_plan(run, wanted.plan_digest)
        _desk(console, ledger, run).waive(run, person.voice, wanted.reason, now=ledger.now())
        return gate_answer(question(console, ledger, run), person)


@router.post("/admin/runs/{run_id}/approval-requests", operation_id="requestApproval")
def request_approval(run_id: RunId, console: ConsoleHere, person: Asker) -> contract.ApprovalRequested:
    """Record that somebody asks for approvals, and say who could give one."""
    with console.ledger.open() as ledger:
        run = exact_run(ledger, run_id)
        require_environment(console, run.environment)
        intend(ledger, person, "approval:request", run.id, {"plan_digest": run.plan_digest})
        who = _desk(console, ledger, run).request(run, person.actor, now=ledger.now())
    return contract.ApprovalRequested(run_id=run.id, asked=who)


@router.get("/admin/halt", operation_id="getHalt")
def get_halt(console: ConsoleHere, _: Reader) -> contract.Halt:
    """Whether applies and destroys are stopped."""
    with console.ledger.open() as ledger:
        return halt_view(ledger.halt())


@router.put("/admin/halt", operation_id="setHalt")
def set_halt(wanted: contract.HaltRequest, console: ConsoleHere, person: Halter) -> contract.Halt:
    """Stop applies and destroys from now on, or let them go on. What is under way is not interrupted."""
    if not wanted.on and Permission.lift_halt not in person.permissions:
        raise PermissionMissingError(
            f"{person.name} may not lift a halt", why="stopping is for operators, going on for administrators"
        )
    with console.ledger.open() as ledger:
        intend(ledger, person, f"halt:{'on' if wanted.on else 'off'}", "halt", {"reason": wanted.reason})
        return halt_view(ledger.set_halt(wanted.on, wanted.reason, person.actor))


def _require_same_plan(run: Run, digest: str) -> None:
    if run.plan_digest != digest:
        raise PlanChangedError(
            f"The plan of run {run.id} is not the one that was looked at",
            why=f"its digest is {run.plan_digest}",
            fix="Look at it again",
        )


def _require_confirmation(console: Console, run: Run, typed: str | None) -> None:
    asked = confirmation(run.environment, console.settings.environments[run.environment].approvals)
    if asked is not None and typed != asked:
        raise ConfirmationMissingError(
            f"To approve for {asked}, its name is typed", fix=f'Send "confirmation": "{asked}"'
        )


def _recorded(
    console: Console, ledger: Ledger, run: Run, person: SignedIn, said: contract.DecisionRequest
) -> tuple[Approval, bool]:
    """The approval, and whether it was there before: a double click is one decision."""
    desk = _desk(console, ledger, run)
    try:
        return desk.decide(run, person.voice, said.decision, comment=said.comment, now=ledger.now()), False
    except ApprovalExistsError:
        key = console.people.key(person.subject)
        for each in ledger.approvals(run.id):
            same = (each.decision, each.plan_digest) == (said.decision, said.plan_digest)
            if same and key == console.people.key(each.approver):
                return each, True
        raise


def _desk(console: Console, ledger: Ledger, run: Run) -> ApprovalDesk:
    """The desk of the target that the plan was made for: a plan for AWS is judged by its rules."""
    return ApprovalDesk(ledger, console.settings, Target(run.target))
