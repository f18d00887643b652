"""`alphaswarm gate`: what an environment waits for, why, and what people say to a plan."""

import dataclasses
import os
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, session
from alphaswarm.gate_text import (
    decision_document,
    decision_text,
    review_document,
    review_text,
    status_document,
    status_text,
)
from alphaswarm_core.errors import UsageError

if TYPE_CHECKING:
    from alphaswarm_core.gates.approving import ApprovalDesk, Voice
    from alphaswarm_core.gates.gate import GateDecision
    from alphaswarm_core.ledger.records import Decision, Run
    from alphaswarm_core.ledger.store import Ledger

RUN = click.argument("run_id", metavar="RUN")
AS = click.option(
    "--as", "person", metavar="PERSON", help="Who says it: a person of [people], or any name; on the local cloud only."
)
COMMENT = click.option("--comment", metavar="TEXT", help="What the person has to say; recorded.")


@click.group()
def gate() -> None:
    """Say what a plan waits for, and record what people say to it. A production change needs four eyes."""


@gate.command()
@options()
def status(**common: Any) -> None:
    """Say what each environment asks for, and which plans wait there."""
    from alphaswarm_core.ledger.records import RunKind, RunStatus

    here = session(**common)
    tree = here.settings.runtime_tree()
    with here.runs() as ledger:
        waiting = {
            name: [
                (run, _decision(here, ledger, run))
                for each in (RunStatus.awaiting_approval, RunStatus.approved)
                for run in ledger.runs(tree=tree, environment=name, kind=RunKind.plan, status=each)
            ]
            for name in here.settings.environments
        }
        halt = ledger.halt()
    here.output.result(
        "gate-status/v1",
        status_document(here.settings, halt, waiting),
        status_text(here.settings, halt, waiting),
    )


@gate.command()
@RUN
@options()
def explain(run_id: str, **common: Any) -> None:
    """Say for a plan each condition, whether it holds, and what would make it hold."""
    here = session(**common)
    with here.runs() as ledger:
        run = ledger.run(run_id)
        decision = _decision(here, ledger, run)
    here.output.result("gate/v1", decision_document(run, decision), decision_text(run, decision))


@gate.command()
@RUN
@options()
def request(run_id: str, **common: Any) -> None:
    """Ask for approvals of a plan: recorded, with the people who could give one."""
    from alphaswarm_core.identity.actor import actor_from_environment

    here = session(**common)
    with here.runs() as ledger:
        run = ledger.run(run_id)
        who = _desk(here, ledger, run).request(run, actor_from_environment(os.environ), now=ledger.now())
        decision = _decision(here, ledger, run)
    required = here.settings.environment(run.environment).approvals
    people = ", ".join(who) if who else "anybody who may review the environment in GitHub and has no part in it"
    text = f"{run.environment} needs {required} of: {people}\nThey look at it: alphaswarm runs show {run.id}"
    document = {**decision_document(run, decision), "asked": who, "required": required}
    here.output.result("gate-request/v1", document, text)


@gate.command()
@RUN
@AS
@COMMENT
@options()
def approve(run_id: str, person: str | None, comment: str | None, **common: Any) -> None:
    """Record a person's yes to exactly this plan."""
    from alphaswarm_core.ledger.records import Decision

    _say(session(**common), run_id, person, Decision.approve, comment)


@gate.command()
@RUN
@AS
@COMMENT
@options()
def reject(run_id: str, person: str | None, comment: str | None, **common: Any) -> None:
    """Record a person's no: the plan is not applied, whoever else approves. It cannot be taken back."""
    from alphaswarm_core.ledger.records import Decision

    _say(session(**common), run_id, person, Decision.reject, comment)


@gate.command()
@RUN
@AS
@click.option("--reason", required=True, help="Why it may go without its promotion; recorded.")
@options()
def waive(run_id: str, person: str | None, reason: str, **common: Any) -> None:
    """Let one plan through without its promotion. The approvals are still needed."""
    here = session(**common)
    with here.runs() as ledger:
        run = ledger.run(run_id)
        waiver = _desk(here, ledger, run).waive(run, _voice(run, person), reason, now=ledger.now())
        decision = _decision(here, ledger, run)
    document = {"waiver": dataclasses.asdict(waiver), **decision_document(run, decision)}
    here.output.result("waiver/v1", document, decision_text(run, decision))


@gate.command()
@RUN
@options()
def sync(run_id: str, **common: Any) -> None:
    """Read back from GitHub who reviewed the environment, who started the workflow run and who wrote the commit."""
    from alphaswarm.github_door import github_runs
    from alphaswarm_core.gates.github_facts import github_run_of
    from alphaswarm_core.gates.syncing import ReviewDesk

    here = session(**common)
    with here.runs() as ledger:
        run = ledger.run(run_id)
        name = github_run_of(run, here.settings)
        with github_runs(here, run.target) as github:
            facts = github.facts(name, run.commit)
        outcomes = ReviewDesk(_desk(here, ledger, run)).take_over(run, name, facts, ledger.now())
        decision = _decision(here, ledger, run)
    document = {**decision_document(run, decision), "reviews": [review_document(each) for each in outcomes]}
    text = "\n".join([*(review_text(each) for each in outcomes), decision_text(run, decision)])
    here.output.result("gate-sync/v1", document, text)


@gate.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where it listens; TLS is the load balancer's.")
@click.option("--port", default=8901, show_default=True, type=click.IntRange(1, 65_535))
@options(target=True)
def serve(host: str, port: int, **common: Any) -> None:
    """Answer GitHub's deployment protection rule: a job with an environment starts when the gate says so.

    Needs ALPHASWARM_WEBHOOK_SECRET, and the GitHub App's ALPHASWARM_GITHUB_APP_ID, ALPHASWARM_GITHUB_APP_KEY_FILE and
    ALPHASWARM_GITHUB_INSTALLATION_ID.
    """
    from alphaswarm.gate_service import serve as run_service

    run_service(session(**common), host, port)


def _say(here: Session, run_id: str, person: str | None, decision: "Decision", comment: str | None) -> None:
    with here.runs() as ledger:
        run = ledger.run(run_id)
        desk = _desk(here, ledger, run)
        approval = desk.decide(run, _voice(run, person), decision, comment=comment, now=ledger.now())
        gate_says = _decision(here, ledger, run)
    document = {"approval": dataclasses.asdict(approval), **decision_document(run, gate_says)}
    here.output.result("approval/v1", document, decision_text(run, gate_says))


def _voice(run: "Run", person: str | None) -> "Voice":
    from alphaswarm_core.gates.approving import Voice
    from alphaswarm_core.gates.counting import Source

    if person is None:
        raise UsageError(
            "Nobody is named, and a command line proves nobody",
            why="an approval counts where the person was verified: in GitHub, or in the admin console",
            fix=f"On AWS: approve on the run's page in GitHub, then: alphaswarm gate sync {run.id}. On the local "
            "cloud: --as PERSON",
        )
    if not person.isprintable() or not person.strip() or set(person) & set(":@"):
        raise UsageError(f"--as {person}: this is no name", fix="A name of [people] in alphaswarm.toml, such as: ann")
    return Voice(f"rehearsal:{person.strip()}", Source.rehearsal)


def _desk(here: Session, ledger: "Ledger", run: "Run") -> "ApprovalDesk":
    """The desk of the target that the plan was made for: a plan for AWS is judged by its rules, whatever is set."""
    from alphaswarm_core.gates.approving import ApprovalDesk
    from alphaswarm_core.target import Target

    return ApprovalDesk(ledger, here.settings, Target(run.target))


def _decision(here: Session, ledger: "Ledger", run: "Run") -> "GateDecision":
    from alphaswarm_core.gates.asking import question_about
    from alphaswarm_core.gates.deciding import decide
    from alphaswarm_core.target import Target

    return decide(question_about(run, ledger, here.settings, Target(run.target), ledger.now()))
