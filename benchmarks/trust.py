"""How fast trust is decided and proved: `python -m benchmarks.trust`.

Decisions include making the request of the claims, as enforcement does. Proofs run in a process of their own, whose
peak of memory is the proof's, interpreter included.
"""

import multiprocessing
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alphaswarm_core.identity.iam import GITHUB_ISSUER, PolicyKind, compile_policy, parse_policy, web_identity_request
from alphaswarm_core.identity.proof import (
    ContextKind,
    Intent,
    JobContext,
    Repository,
    SubjectFormat,
    Verdict,
    prove,
    trust_policy,
)
from benchmarks.measurement import CannotMeasureError, Measurement
from benchmarks.processes import ALPHASWARM, run, stopwatch, user_environment

ROUNDS = 5
DECISIONS = 10_000
"""Decisions of one round, half of them denials with their explanation."""
STATEMENTS = 100
PROVIDER = f"arn:aws:iam::111111111111:oidc-provider/{GITHUB_ISSUER}"

_REPOSITORIES = (
    Repository("Alpha-Swarm-ai/alphaswarm_platform", "900000001", "800000001"),
    Repository("Alpha-Swarm-ai/infrastructure", "900000002", "800000001", SubjectFormat.IMMUTABLE),
)
_APPLY = JobContext(
    ContextKind.ENVIRONMENT,
    "prod",
    refs=("refs/heads/main",),
    workflows=(".github/workflows/terraform-pipeline.yml@refs/heads/main",),
)
_PLAN = (
    JobContext(ContextKind.PULL_REQUEST, refs=("refs/pull/*/merge",)),
    JobContext(ContextKind.REF, refs=("refs/heads/main",)),
)
_CLAIMS = {
    "aud": "sts.amazonaws.com",
    "sub": "repo:Alpha-Swarm-ai/alphaswarm_platform:environment:prod",
    "repository": "Alpha-Swarm-ai/alphaswarm_platform",
    "repository_id": "900000001",
    "repository_owner_id": "800000001",
    "ref": "refs/heads/main",
    "environment": "prod",
    "job_workflow_ref": ("Alpha-Swarm-ai/alphaswarm_platform/.github/workflows/terraform-pipeline.yml@refs/heads/main"),
    "actor": "somebody",
    "actor_id": "1",
    "workflow": "deploy",
}


def measure() -> list[Measurement]:
    """Decisions a second, and time and memory of proofs."""
    return [
        decisions(),
        matrix(),
        *_proof("trust prove, our own four policies", 2, _prove_our_own),
        *_proof(f"trust prove, {STATEMENTS} loose statements", 10, _prove_loose),
        *_proof(f"trust prove, {STATEMENTS} sound statements", 10, _prove_sound),
    ]


def matrix() -> Measurement:
    """The whole command for the three accounts of this project: Python's start, the rendering and the decisions."""
    project = Path(__file__).resolve().parents[1]
    work = stopwatch(lambda: run([ALPHASWARM, "trust", "matrix"], directory=project, environment=user_environment()))
    work()
    taken = [work() for _ in range(ROUNDS)]
    detail = f"{min(taken):.2f}-{max(taken):.2f} in {ROUNDS} rounds, the whole command"
    return Measurement(
        "trust matrix, three accounts", statistics.median(taken), 1.0, "s", at_least=False, detail=detail
    )


def decisions() -> Measurement:
    """Decisions a second on one core: the apply role's policy, one token that may and one that may not."""
    intent = Intent.of(_REPOSITORIES, [_APPLY])
    compiled = compile_policy(parse_policy(trust_policy(intent, PROVIDER), PolicyKind.TRUST))
    tokens = (_CLAIMS, {**_CLAIMS, "ref": "refs/heads/feature"})
    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answers = [
            compiled.decide(web_identity_request(claims, PROVIDER)).allowed
            for _ in range(DECISIONS // len(tokens))
            for claims in tokens
        ]
        rates.append(DECISIONS / (time.perf_counter() - started))
        if answers.count(True) != DECISIONS / 2:
            raise CannotMeasureError("the policy did not decide as it should")
    detail = f"{min(rates):,.0f}-{max(rates):,.0f} in {ROUNDS} rounds, each decision explained"
    return Measurement("trust decisions", statistics.median(rates), 20_000, "decisions/s", at_least=True, detail=detail)


def _proof(what: str, seconds: float, work: Callable[[], str]) -> list[Measurement]:
    """Time and memory of `work` in a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        elapsed, peak, answer = pool.apply(_timed, (work,))
    return [
        Measurement(what, elapsed, seconds, "s", at_least=False, detail=answer),
        Measurement(f"{what}: memory", peak, 300, "MB", at_least=False, detail="peak of the whole process"),
    ]


def _timed(work: Callable[[], str]) -> tuple[float, float, str]:
    started = time.perf_counter()
    answer = work()
    elapsed = time.perf_counter() - started
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return elapsed, next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024, answer


def _expected(document: dict[str, Any], intent: Intent, verdict: Verdict) -> str:
    result = prove(parse_policy(document, PolicyKind.TRUST), intent)
    if result.verdict is not verdict:
        raise CannotMeasureError(f"{result.verdict}: {result.reason}")
    return result.verdict.value


def _prove_our_own() -> str:
    for contexts in ((_APPLY,), _PLAN):
        intent = Intent.of(_REPOSITORIES, contexts)
        document = trust_policy(intent, PROVIDER)
        _expected(document, intent, Verdict.PROVED)
        document["Statement"][0]["Condition"]["StringEquals"].pop(f"{GITHUB_ISSUER}:repository_id")
        _expected(document, intent, Verdict.VIOLATED)
    return "two proved, two violated"


def _prove_loose() -> str:
    return _expected(_document(_loose), Intent.of(_REPOSITORIES, [_APPLY]), Verdict.VIOLATED)


def _prove_sound() -> str:
    meant = JobContext(ContextKind.ENVIRONMENT, "prod", refs=("refs/heads/*",), workflows=("*",))
    return _expected(_document(_sound), Intent.of(_REPOSITORIES, [meant]), Verdict.PROVED)


def _document(condition: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
    statements = [
        {
            "Effect": "Allow" if number % 7 else "Deny",
            "Principal": {"Federated": PROVIDER},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition(number),
        }
        for number in range(STATEMENTS)
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _key(claim: str) -> str:
    return f"{GITHUB_ISSUER}:{claim}"


def _loose(number: int) -> dict[str, Any]:
    """Wildcards everywhere, none of them the same as another statement's."""
    condition: dict[str, Any] = {
        "StringEquals": {_key("aud"): "sts.amazonaws.com"},
        "StringLike": {
            _key("sub"): [
                f"repo:Org/app{number}*:ref:refs/heads/*",
                f"repo:*/svc-?{number}:environment:pr?d*",
                f"repo:Org@4?/x-*@{number}*:*",
            ],
            _key("ref"): [f"refs/heads/rel*{number}", "refs/*/v?.*"],
            _key("job_workflow_ref"): f"Org/*/.github/workflows/*{number}.yml@refs/*",
        },
    }
    if number % 5 == 0:
        condition["StringNotLike"] = {_key("sub"): [f"repo:*/evil{number}:*", "*:pull_request"]}
    return condition


def _sound(number: int) -> dict[str, Any]:
    """Wildcards that stay inside the intent."""
    repository = _REPOSITORIES[0]
    return {
        "StringEquals": {
            _key("aud"): "sts.amazonaws.com",
            _key("repository_id"): repository.id,
            _key("repository_owner_id"): repository.owner_id,
            _key("environment"): "prod",
        },
        "StringLike": {
            _key("sub"): [f"repo:*-Swarm-ai/*{number}*:environment:prod", f"repo:Al???@*/n{number}*:environment:prod"],
            _key("ref"): [f"refs/heads/ma*{number}", f"refs/heads/r?{number}*"],
            _key("job_workflow_ref"): f"*/.github/workflows/*{number}.yml@refs/heads/*",
        },
    }


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line(), flush=True)
