"""`alphaswarm trust`: decide, explain, tabulate and prove who may become which role."""

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, session
from alphaswarm.output import details, table
from alphaswarm_core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from alphaswarm_core.identity.iam import Decision
    from alphaswarm_core.identity.proof import ProofResult
    from alphaswarm_core.identity.trust import Cell, RolePolicy

_LARGEST_FILE = 4_000_000
FILE = click.Path(path_type=Path)
ENVIRONMENT = click.option("--env", "environment", metavar="ENV", help="One environment only.")
PLAN = click.option(
    "--plan",
    "plan_file",
    type=FILE,
    help="Take the policies from this plan (terraform show -json) instead of rendering them; needs --env.",
)
LIVE = click.option(
    "--live",
    is_flag=True,
    help="Take the policies from the accounts of the target (iam:GetRole; local: the plan role).",
)


@click.group()
def trust() -> None:
    """Decide, explain, tabulate and prove who may become which role."""


@trust.command()
@click.option("--policy", type=FILE, required=True, help="An IAM trust policy document.")
@click.option("--claims", type=FILE, required=True, help="The payload of a GitHub OIDC token.")
@options()
def evaluate(policy: Path, claims: Path, **common: Any) -> int:
    """Decide one token against one trust policy. Exits with 0 for allow and 3 for deny."""
    from alphaswarm_core.identity.iam import (
        MalformedPolicyError,
        MalformedRequestError,
        PolicyKind,
        compile_policy,
        parse_policy,
        web_identity_request,
    )

    here = session(**common)
    payload = _claims(_text(claims))
    try:
        parsed = parse_policy(_text(policy), PolicyKind.TRUST)
        request = web_identity_request(payload, _federated(parsed))
    except (MalformedPolicyError, MalformedRequestError) as error:
        document = {"decision": "deny", "reason": error.what, "statement": None, "condition": None}
        here.output.result("trust-decision/v1", document, f"deny: {error.what}")
        return ExitCode.REFUSED
    return _say_decision(here, compile_policy(parsed).decide(request))


@trust.command()
@click.option("--role", required=True, metavar="ARN|NAME", help="The role; a bare name needs --env.")
@click.option("--env", "environment", metavar="ENV", help="The environment whose account has the role.")
@click.option("--event", required=True, help="What starts the job: push, pull_request, workflow_dispatch, …")
@click.option("--environment", "job_environment", metavar="NAME", help="The environment that the job declares.")
@click.option("--repository", metavar="SHORT_NAME", help="A declared repository (default: the first).")
@click.option("--ref", help="The full ref, such as refs/heads/main.")
@click.option("--workflow", metavar="PATH", help="The workflow file (default: the first that may apply).")
@click.option("--fork", is_flag=True, help="A pull request from a fork.")
@PLAN
@options()
def explain(role: str, environment: str | None, event: str, plan_file: Path | None, **rest: Any) -> int:
    """Mint the claims that such a job would carry, and walk through the decision."""
    from alphaswarm_core.identity.github.claims import NoToken, claims

    common = {name: rest.pop(name) for name in ("as_json", "config")}
    here = session(**common)
    job = _job(here, event, **rest)
    minted = claims(job)
    if isinstance(minted, NoToken):
        here.output.result(
            "trust-explanation/v1", {"decision": "deny", "reason": str(minted.reason)}, f"no token: {minted.reason}"
        )
        return ExitCode.REFUSED
    policy = _policy_of(here, role, environment, plan_file)
    return _explain_tokens(here, policy, [{**each.document(), "aud": "sts.amazonaws.com"} for each in minted])


@trust.command()
@ENVIRONMENT
@PLAN
@LIVE
@click.option("--all", "everything", is_flag=True, help="Also the jobs that do not get in.")
@options(target=True)
def matrix(
    environment: str | None,
    plan_file: Path | None,
    live: bool,  # noqa: FBT001
    everything: bool,  # noqa: FBT001
    **common: Any,
) -> int:
    """Decide every kind of job against both roles of every environment; exits with 3 when one is not as declared."""
    from alphaswarm_core.identity.trust import build_matrix

    here = session(**common)
    found = build_matrix(here.settings, _policies(here, environment, plan_file, live=live))
    shown = found.cells if everything else (*found.differences, *(c for c in found.admitted() if not c.differs))
    rows = [_cell_row(cell) for cell in shown] if everything else _grouped(shown)
    verdict = f"{len(found.cells)} cells, {len(found.admitted())} admitted, {len(found.differences)} not as declared."
    document = {
        "holds": found.holds,
        "cells": [{**dataclasses.asdict(cell), "differs": cell.differs} for cell in shown],
    }
    headers = ("ENV", "ROLE", "JOB", "SUBJECT", "") if everything else ("ENV", "ROLE", "SUBJECT", "KINDS OF JOB", "")
    text = "\n".join([table(headers, rows), "", verdict])
    here.output.result("trust-matrix/v1", document, text)
    return ExitCode.DONE if found.holds else ExitCode.REFUSED


@trust.command()
@ENVIRONMENT
@PLAN
@LIVE
@options(target=True)
def prove(environment: str | None, plan_file: Path | None, live: bool, **common: Any) -> int:  # noqa: FBT001
    """Prove over all tokens that no role admits one it is not meant for; exits with 3 and prints one that gets in."""
    from alphaswarm_core.identity.proof import Verdict

    here = session(**common)
    results = proofs(here, environment, plan_file, live=live)
    here.output.result("trust-proof/v1", proof_document(results), "\n".join(_proof_text(p, r) for p, r in results))
    # A role for GitHub's jobs that also trusts somebody else is not proved, whatever its other statements admit.
    proved = results and all(r.verdict is Verdict.PROVED and not r.uncovered for _, r in results)
    return ExitCode.DONE if proved else ExitCode.REFUSED


def proofs(
    here: Session, environment: str | None, plan_file: Path | None, *, live: bool = False
) -> "list[tuple[RolePolicy, ProofResult]]":
    """What is proved of every role's trust policy; one that is malformed is undecided."""
    from alphaswarm_core.identity.iam import MalformedPolicyError, PolicyKind, parse_policy
    from alphaswarm_core.identity.proof import ProofResult, Verdict
    from alphaswarm_core.identity.proof import prove as prove_policy
    from alphaswarm_core.identity.trust import declared_intent

    results: list[tuple[RolePolicy, ProofResult]] = []
    for policy in _policies(here, environment, plan_file, live=live):
        intent = declared_intent(here.settings, policy.environment, policy.role)
        try:
            result = prove_policy(parse_policy(policy.document, PolicyKind.TRUST), intent)
        except MalformedPolicyError as error:
            result = ProofResult(Verdict.UNDECIDED, f"the policy is malformed: {error.what}")
        results.append((policy, result))
    return results


def proof_document(results: "Sequence[tuple[RolePolicy, ProofResult]]") -> dict[str, Any]:
    """The proofs as data."""
    return {"proofs": [{"environment": p.environment, "role": p.role, **r.as_document()} for p, r in results]}


def _policies(
    here: Session, environment: str | None, plan_file: Path | None, *, live: bool = False
) -> "list[RolePolicy]":
    from alphaswarm_core.identity.trust import policies_of_plan
    from alphaswarm_core.terraform.engines.selection import select_engine
    from alphaswarm_core.terraform.trust_rendering import render_policies

    if environment:
        here.settings.environment(environment)
    names = [environment] if environment else list(here.settings.environments)
    if live:
        if plan_file:
            raise UsageError("--plan and --live are two sources", fix="Give one of them")
        return [policy for name in names for policy in _live(here, name)]
    if plan_file:
        if not environment:
            raise UsageError("--plan says nothing about the environment it was made for", fix="Add --env ENV")
        return list(policies_of_plan(_json_object(_text(plan_file)), environment))
    engine = select_engine(here.settings.terraform, os.environ)
    with ThreadPoolExecutor(len(names)) as side_by_side:
        rendered = side_by_side.map(lambda name: render_policies(here.settings, engine, os.environ, name), names)
        return [policy for policies in rendered for policy in policies]


def _live(here: Session, environment: str) -> "Sequence[RolePolicy]":
    from alphaswarm.rehearsed_sessions import Authority, session_as
    from alphaswarm_core.adapters.iam_roles import live_policies
    from alphaswarm_core.target import Target

    if here.settings.target is Target.LOCAL:
        return live_policies(session_as(here, environment, Authority.PLAN).cloud, environment)
    return live_policies(here.cloud_environment(environment), environment)


def _policy_of(here: Session, role: str, environment: str | None, plan_file: Path | None) -> "RolePolicy":
    from alphaswarm_core.identity.trust import Role, role_arn

    names = [environment] if environment else list(here.settings.environments)
    for name in names:
        for each in Role:
            if role == role_arn(here.settings, name, each) or (environment and role == each):
                return next(policy for policy in _policies(here, name, plan_file) if policy.role is each)
    raise UsageError(
        f"There is no role {role} here",
        why=f"the roles are {', '.join(Role)}, one of each in every environment's account",
        fix=f"For example: --role {Role.APPLY} --env {next(iter(here.settings.environments))}",
    )


def _job(here: Session, event: str, **facts: Any) -> Any:
    from alphaswarm_core.identity.github.jobs_of import event_named, workflow_job
    from alphaswarm_core.identity.trust import github_repositories

    repositories = github_repositories(here.settings)
    short = facts["repository"] or next(iter(repositories))
    if short not in repositories:
        raise UsageError(f"There is no repository '{short}'", fix=f"One of: {', '.join(repositories)}")
    files = here.settings.github.repositories[short].apply_workflows
    given: dict[str, Any] = {"environment": facts["job_environment"], "from_fork": facts["fork"]}
    if facts["ref"]:
        given["ref"] = facts["ref"]
    path = facts["workflow"] or next(iter(files), ".github/workflows/terraform-pipeline.yml")
    return workflow_job(event_named(event), repositories[short], path, **given)


def _explain_tokens(here: Session, policy: "RolePolicy", tokens: Sequence[Mapping[str, str]]) -> int:
    from alphaswarm_core.identity.iam import PolicyKind, compile_policy, parse_policy, web_identity_request
    from alphaswarm_core.identity.trust.declared import provider_arn

    compiled = compile_policy(parse_policy(policy.document, PolicyKind.TRUST))
    provider = provider_arn(here.settings, policy.environment)
    found = [(token, compiled.decide(web_identity_request(token, provider))) for token in tokens]
    allowed = any(decision.allowed for _, decision in found)
    document = {
        "role": policy.role,
        "environment": policy.environment,
        "decision": "allow" if allowed else "deny",
        "tokens": [{"claims": dict(token), **decision.as_document()} for token, decision in found],
    }
    here.output.result(
        "trust-explanation/v1", document, "\n\n".join(_walk(token, decision) for token, decision in found)
    )
    return ExitCode.DONE if allowed else ExitCode.REFUSED


def _walk(token: Mapping[str, str], decision: "Decision") -> str:
    from alphaswarm_core.identity.iam import OFFERED_CLAIMS

    seen = details({name: token[name] for name in OFFERED_CLAIMS if name in token})
    steps = []
    for trace in decision.trace:
        steps.append(f"  {trace.effect.value} {trace.statement}: {'applies' if trace.applies else 'does not apply'}")
        steps += [f"      {miss}" for miss in trace.misses]
    verdict = "allow" if decision.allowed else "deny"
    return "\n".join(["claims that AWS looks at", seen, "", *steps, "", f"{verdict}: {decision.reason}"])


def _say_decision(here: Session, decision: "Decision") -> int:
    verdict = "allow" if decision.allowed else "deny"
    here.output.result("trust-decision/v1", decision.as_document(), f"{verdict}: {decision.reason}")
    return ExitCode.DONE if decision.allowed else ExitCode.REFUSED


def _cell_row(cell: "Cell") -> tuple[str, ...]:
    return cell.environment, str(cell.role), cell.job, cell.subject, _verdict(cell)


def _grouped(cells: "Sequence[Cell]") -> list[tuple[str, ...]]:
    """One row for all kinds of job with one subject and one verdict; a difference names its first kind of job."""
    groups: dict[tuple[str, ...], list[Cell]] = {}
    for cell in cells:
        groups.setdefault((cell.environment, str(cell.role), cell.subject, _verdict(cell)), []).append(cell)
    return [
        (
            environment,
            role,
            subject,
            f"{len(found)}, like {found[0].job}" if found[0].differs else str(len(found)),
            verdict,
        )
        for (environment, role, subject, verdict), found in groups.items()
    ]


def _verdict(cell: "Cell") -> str:
    verdict = "admitted" if cell.admitted else "refused"
    return verdict + (" BUT NOT MEANT" if cell.admitted and cell.differs else " BUT MEANT" if cell.differs else "")


def _proof_text(policy: "RolePolicy", result: "ProofResult") -> str:
    lines = [f"{policy.environment} {policy.role}: {result.verdict.value}: {result.reason}"]
    lines += [f"  this token gets in: {json.dumps(each.as_document())}" for each in result.witnesses]
    lines += [f"  not decided: {each}" for each in result.undecided]
    lines += [f"  also trusts others, which the proof does not cover: {each}" for each in result.uncovered]
    return "\n".join(lines)


def _federated(policy: Any) -> str:
    """The provider that the policy itself names: the token is taken as verified by it."""
    for statement in policy.statements:
        principals = statement.principals
        for each in getattr(principals, "federated", ()) if principals else ():
            if "oidc-provider/" in str(each):
                return str(each)
    return "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com"


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise UsageError(
                f"{path} is larger than {_LARGEST_FILE // 1_000_000} MB", fix="No such document is that large"
            )
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8", why=str(error)) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read", why=error.strerror) from error


def _json_object(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError("This is not JSON", why=str(error)) from error
    if not isinstance(document, dict):
        raise UsageError("This is not a JSON object")
    return document


def _claims(text: str) -> dict[str, Any]:
    return _json_object(text)


@trust.command()
@click.argument("paths", nargs=-1, type=FILE)
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif"]), default="text", help="How to say it.")
@options()
def audit(paths: Sequence[Path], form: str, **common: Any) -> int:
    """Look for too wide trust in the policies, Terraform, workflows and settings of any repository (default: here)."""
    from alphaswarm_core.identity.audit import as_json, as_sarif, as_text, audit_paths

    here = session(**common)
    report = audit_paths([str(path) for path in paths] or ["."])
    if here.output.as_json or form == "json":
        click.echo(json.dumps(as_json(report), indent=2))
    else:
        click.echo(json.dumps(as_sarif(report), indent=2) if form == "sarif" else as_text(report))
    return ExitCode.DONE if report.clean else ExitCode.REFUSED
