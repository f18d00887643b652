"""Repositories, intents, policies and tokens that the proof's tests share."""

import copy
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from alphaswarm_core.identity.iam import GITHUB_ISSUER, PolicyKind, parse_policy
from alphaswarm_core.identity.proof import (
    ContextKind,
    Intent,
    JobContext,
    ProofResult,
    Repository,
    SubjectFormat,
    prove,
    trust_policy,
)

PROVIDER = f"arn:aws:iam::111111111111:oidc-provider/{GITHUB_ISSUER}"
LEGACY = Repository("Org/app", "123", "45")
IMMUTABLE = Repository("Org/infra", "124", "45", SubjectFormat.IMMUTABLE)
APPLY_FILE = ".github/workflows/apply.yml@refs/heads/main"
PRODUCTION = JobContext(ContextKind.ENVIRONMENT, "prod", refs=("refs/heads/main",), workflows=(APPLY_FILE,))
PULL_REQUEST = JobContext(ContextKind.PULL_REQUEST, refs=("refs/pull/*/merge",))
MAIN = JobContext(ContextKind.REF, refs=("refs/heads/main",))
APPLY = Intent.of([LEGACY], [PRODUCTION])
PLAN = Intent.of([LEGACY, IMMUTABLE], [PULL_REQUEST, MAIN])

Conditions = dict[str, dict[str, Any]]
Document = dict[str, Any]


def key(claim: str) -> str:
    return f"{GITHUB_ISSUER}:{claim}"


def apply_policy(change: Callable[[Conditions], object] = lambda _: None) -> Document:
    """The sound apply policy for `APPLY`, with its one condition block changed."""
    document = copy.deepcopy(trust_policy(APPLY, PROVIDER))
    change(document["Statement"][0]["Condition"])
    return document


def statement(conditions: Mapping[str, Mapping[str, Any]] | None, effect: str = "Allow", **other: Any) -> Document:
    found = {
        "Effect": effect,
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        **({"Condition": conditions} if conditions else {}),
    }
    return {**found, **other}


def policy(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def proof_of(document: Document, intent: Intent) -> ProofResult:
    return prove(parse_policy(document, PolicyKind.TRUST), intent)


def tokens() -> list[dict[str, str]]:
    """Tokens of every family of subjects, inside and outside of the intents here, some with claims that AWS hides."""
    plain = _standard_tokens()
    mains = [claims for claims in plain if claims["ref"] == "refs/heads/main" and claims["aud"] == "sts.amazonaws.com"]
    custom = [
        {**claims, "sub": subject.format(**claims), **({"environment": "prod"} if "environment" in subject else {})}
        for claims in mains
        for subject in (
            "repo:{repository}",
            "repo:{repository}:actor:{actor}",
            "repo:{repository}:ref:{ref}",
            "repo:{repository}:environment:prod:actor:{actor}",
            "repository_owner_id:{repository_owner_id}:environment:prod",
        )
    ]
    hidden = [
        {name: value for name, value in claims.items() if name not in unseen}
        for claims in mains
        for unseen in (("repository_id",), ("environment",), ("ref", "job_workflow_ref"), ("sub",))
    ]
    return [*plain, *custom, *hidden]


def _standard_tokens() -> list[dict[str, str]]:
    found = []
    repositories = (
        ("Org/app", "123", "45"),
        ("Org/app", "999", "45"),
        ("evil/app", "7", "8"),
        ("Org/infra", "124", "45"),
    )
    kinds = ("environment:prod", "environment:dev", "pull_request", "ref")
    refs = ("refs/heads/main", "refs/heads/x", "refs/pull/7/merge")
    files = (APPLY_FILE, ".github/workflows/evil.yml@refs/heads/x")
    for (name, number, owner_id), kind, ref, file, audience, immutable in product(
        repositories, kinds, refs, files, ("sts.amazonaws.com", "evil"), (False, True)
    ):
        owner, short = name.split("/")
        prefix = f"repo:{owner}@{owner_id}/{short}@{number}" if immutable else f"repo:{name}"
        claims = {
            "aud": audience,
            "sub": f"{prefix}:{f'ref:{ref}' if kind == 'ref' else kind}",
            "repository": name,
            "repository_id": number,
            "repository_owner_id": owner_id,
            "ref": ref,
            "job_workflow_ref": f"{name}/{file}",
            "actor": "mallory",
            "actor_id": "5",
            "workflow": "any",
        }
        if kind.startswith("environment:"):
            claims["environment"] = kind.removeprefix("environment:")
        found.append(claims)
    return found
