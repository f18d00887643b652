"""What people say to a plan, and who had a part in it: approvals, waivers, involvements. Rows are written once."""

from collections.abc import Iterable, Mapping
from typing import Any

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.errors import ApprovalExistsError, LedgerRecordError
from alphaswarm_core.ledger.projection import APPROVALS, INVOLVEMENTS, WAIVERS, Projection
from alphaswarm_core.ledger.records import Approval, Decision, Involvement, Part, Run, Waiver
from alphaswarm_core.ledger.store import run_rows, statements
from alphaswarm_core.ledger.store.appending import Transaction
from alphaswarm_core.ledger.store.database import Database, UniqueViolationError

_KIND = {Decision.approve: "approval:granted", Decision.reject: "approval:rejected"}


def add_approval(transaction: Transaction, approval: Mapping[str, Json]) -> Approval:
    """Record what an approver says to the plan digest of a run, with the stack and commit that it is bound to."""
    run = _planned(transaction, approval)
    decision = Decision(str(approval["decision"]))
    _require_voice(approvals(transaction.database, run.id), str(approval["approver"]), decision)
    values: dict[str, Json] = {**approval, "id": transaction.new_id(), "at": transaction.now}
    values |= {"stack": run.stack, "commit": run.commit}
    values["given_at"] = approval.get("given_at") or transaction.now
    kind = "approval:carried" if approval.get("carried_from") else _KIND[decision]
    try:
        stored: dict[str, Any] = transaction.insert(APPROVALS, kind, values)
    except UniqueViolationError as error:
        raise _already(str(approval["approver"]), run.id) from error
    return Approval(**{**stored, "decision": Decision(stored["decision"])})


def _planned(transaction: Transaction, about: Mapping[str, Json]) -> Run:
    """The run that is decided on, locked; its plan has to be the one that was looked at."""
    run = run_rows.load(transaction.database, str(about["run_id"]))
    if run.plan_digest is None or run.plan_digest != about["plan_digest"]:
        raise LedgerRecordError(
            f"The approval is for another plan than that of run {run.id}",
            why=f"that run's plan has the digest {run.plan_digest}",
            fix="Look at the plan again, then decide on that one",
        )
    return run


def _require_voice(said: Iterable[Approval], approver: str, decision: Decision) -> None:
    """One voice a person: a yes can be taken back by a no; a no stays."""
    own = [each for each in said if each.approver == approver]
    if own and not (decision is Decision.reject and all(each.decision is Decision.approve for each in own)):
        raise _already(approver, own[0].run_id)


def _already(approver: str, run_id: str) -> ApprovalExistsError:
    return ApprovalExistsError(
        f"{approver} has already decided on run {run_id}",
        why="one person has one voice on a plan",
        fix="Let somebody else decide, or make a new plan",
    )


def approvals(database: Database, run_id: str) -> list[Approval]:
    """The approvals of a run, oldest first."""
    return [
        Approval(**{**values, "decision": Decision(values["decision"])}) for values in _of(database, APPROVALS, run_id)
    ]


def add_involvements(
    transaction: Transaction, run_id: str, people: Iterable[tuple[str, Part]], source: str
) -> list[Involvement]:
    """Record who had a part in a run; what is known already is not recorded again."""
    run = run_rows.load(transaction.database, run_id)
    known = {(each.person, each.part) for each in involvements(transaction.database, run.id)}
    added = []
    for person, part in dict.fromkeys(people):
        if (person, part) in known:
            continue
        values: dict[str, Json] = {"id": transaction.new_id(), "run_id": run.id, "person": person, "part": str(part)}
        values |= {"source": source, "at": transaction.now}
        stored: dict[str, Any] = transaction.insert(INVOLVEMENTS, "involvement:noted", values)
        added.append(Involvement(**{**stored, "part": part}))
    return added


def involvements(database: Database, run_id: str) -> list[Involvement]:
    """Who had a part in a run, in the order in which it became known."""
    return [Involvement(**{**values, "part": Part(values["part"])}) for values in _of(database, INVOLVEMENTS, run_id)]


def add_waiver(transaction: Transaction, waiver: Mapping[str, Json]) -> Waiver:
    """Record that a person lets a plan through without its promotion."""
    run = _planned(transaction, waiver)
    if not str(waiver["reason"]).strip():
        raise LedgerRecordError("A waiver needs a reason", fix="Say why the plan may go without its promotion")
    values: dict[str, Json] = {**waiver, "run_id": run.id, "id": transaction.new_id(), "at": transaction.now}
    try:
        stored: dict[str, Any] = transaction.insert(WAIVERS, "promotion:waived", values)
    except UniqueViolationError as error:
        raise _already(str(waiver["approver"]), run.id) from error
    return Waiver(**stored)


def waivers(database: Database, run_id: str) -> list[Waiver]:
    """The waivers of a plan, oldest first."""
    return [Waiver(**values) for values in _of(database, WAIVERS, run_id)]


def _of(database: Database, projection: Projection, run_id: str) -> list[dict[str, Any]]:
    sql = statements.select_rows(projection, "run_id = :run_id", suffix=" ORDER BY id")
    return [dict(zip(projection.columns, row, strict=True)) for row in database.rows(sql, {"run_id": run_id})]
