"""Runs, their policy verdicts, approvals and people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from alphaswarm_admin.contract import runs as contract
from alphaswarm_core.canonical import Json
from alphaswarm_core.gates.counting import Electorate
from alphaswarm_core.gates.people import People
from alphaswarm_core.ledger.records import Approval, Decision, Involvement, Run, Waiver
from alphaswarm_core.ledger.times import parse_time
from alphaswarm_core.target import Target

_MOST_ADDRESSES = 500


def run_summary(run: Run) -> contract.RunSummary:
    """The run in a list."""
    return contract.RunSummary(**_summary(run))


def run_detail(
    run: Run,
    *,
    approvals: Sequence[contract.Approval],
    involvements: Iterable[Involvement],
    waivers: Iterable[Waiver],
    people: People,
    applied_by: Run | None,
    has_plan: bool,
    has_log: bool,
) -> contract.RunDetail:
    """Everything about the run."""
    summary = run.plan_summary if isinstance(run.plan_summary, Mapping) else {}
    return contract.RunDetail(
        **_summary(run),
        **{name: getattr(run, name) for name in _PLAIN},
        state_before=_state(run.state_before),
        state_after=_state(run.state_after),
        images=images_of(run),
        changes_by_type=_types(summary.get("by_type")),
        destroyed=_addresses(summary.get("destroys")),
        replaced=_addresses(summary.get("replaces")),
        findings=_findings(run.policy_result),
        approvals=list(approvals),
        involvements=[_involvement(each, people) for each in involvements],
        waivers=[_waiver(each, people) for each in waivers],
        applied_by_run_id=applied_by.id if applied_by else None,
        has_plan=has_plan,
        has_log=has_log,
    )


_PLAIN = (
    *("note", "error", "exit_code", "engine", "engine_version", "provider_lock_hash", "spec_version_id", "role"),
    *("session_name", "claims_digest", "build_arn", "change_digest"),
)


def approval(given: Approval, electorate: Electorate) -> contract.Approval:
    """What a person said, and whether it counts."""
    why_not = electorate.why_not(given) if given.decision is Decision.approve else None
    plain = {name: getattr(given, name) for name in Approval.__slots__ if name not in {"stack", "commit"}}
    name = electorate.people.name(electorate.person(given))
    return contract.Approval(**plain, approver_name=name, counts=why_not is None, why_not=why_not)


def has_kept_plan(run: Run) -> bool:
    """Whether the run's row, or that of the plan which it applies, says that its changes are kept."""
    return isinstance(run.plan_summary, Mapping) and "changes_digest" in run.plan_summary


def images_of(run: Run) -> list[contract.ImageInUse]:
    """The images that a plan names by their digests."""
    images = run.promotable.get("images") if isinstance(run.promotable, Mapping) else None
    found = images.items() if isinstance(images, Mapping) else ()
    return [contract.ImageInUse(variable=str(name), digest=str(digest)) for name, digest in found]


def _summary(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "stack": run.stack,
        "tree": run.tree,
        "environment": run.environment,
        "kind": run.run_kind,
        "status": run.status,
        "is_final": run.status.is_final,
        "purpose": run.purpose,
        "parent_run_id": run.parent_run_id,
        "actor": contract.Actor(
            kind=run.actor.kind, subject=run.actor.subject, name=run.actor.display_name, run_url=run.actor.run_url
        ),
        "commit": run.commit,
        "ref": run.ref,
        "target": Target(run.target),
        "executor": run.executor,
        "destroys": run.destroys,
        "halted": run.halted,
        "plan_digest": run.plan_digest,
        "changes": _counts(run.plan_summary),
        "policy": _verdict(run.policy_result),
        "queued_at": run.queued_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "duration_seconds": _duration(run),
        "error_code": run.error_code,
    }


def _counts(summary: Json) -> contract.ChangeCounts | None:
    if not isinstance(summary, Mapping):
        return None
    names = {"add", "change", "destroy", "replace", "forget", "outputs", "drift", "resources"}
    return contract.ChangeCounts(
        **{name: _number(summary.get(name)) for name in names}, imports=_number(summary.get("import"))
    )


def _verdict(result: Json) -> contract.PolicyVerdict | None:
    counts = result.get("counts") if isinstance(result, Mapping) else None
    if not isinstance(result, Mapping) or not isinstance(counts, Mapping):
        return None
    numbers = {name: _number(counts.get(name)) for name in ("denied", "warned", "excepted")}
    return contract.PolicyVerdict(allowed=result.get("allowed") is True, **numbers)


def _findings(result: Json) -> list[contract.Finding]:
    if not isinstance(result, Mapping):
        return []
    kinds = (("denied", "deny"), ("excepted", "deny"), ("warned", "warn"))
    return [
        contract.Finding(
            rule=str(each.get("rule")),
            address=str(each.get("address")),
            what=str(each.get("what")),
            severity="warn" if each.get("severity", severity) == "warn" else "deny",
            excepted_by=each.get("owner"),
            excepted_until=each.get("until"),
        )
        for kind, severity in kinds
        for each in _mappings(result.get(kind))
    ]


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, Sequence) else []


def _types(by_type: Json) -> list[contract.TypeCount]:
    found = by_type.items() if isinstance(by_type, Mapping) else ()
    return [
        contract.TypeCount(type=str(kind), action=str(action), count=_number(count))
        for kind, counts in found
        if isinstance(counts, Mapping)
        for action, count in counts.items()
    ]


def _addresses(value: Json) -> list[str]:
    return [str(each) for each in value[:_MOST_ADDRESSES]] if isinstance(value, list) else []


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _state(position: Json) -> contract.StatePosition | None:
    if not isinstance(position, Mapping):
        return None
    return contract.StatePosition(lineage=str(position.get("lineage")), serial=_number(position.get("serial")))


def _duration(run: Run) -> float | None:
    if run.started_at is None or run.finished_at is None:
        return None
    return (parse_time(run.finished_at) - parse_time(run.started_at)).total_seconds()


def _involvement(each: Involvement, people: People) -> contract.Involvement:
    name = people.name(people.key(each.person) or each.person)
    return contract.Involvement(person=each.person, person_name=name, part=each.part, source=each.source, at=each.at)


def _waiver(each: Waiver, people: People) -> contract.Waiver:
    name = people.name(people.key(each.approver) or each.approver)
    return contract.Waiver(
        approver=each.approver, approver_name=name, reason=each.reason, source=each.source, at=each.at
    )
