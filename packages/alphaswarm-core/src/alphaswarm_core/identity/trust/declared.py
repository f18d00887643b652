"""The declared intent: which of GitHub's jobs each role is meant for, from `alphaswarm.toml` alone.

The policies are rendered from Terraform's own inputs, so the two are independent, and comparing them proves something.

    plan    pull requests of the deploying repositories (not the run after a merge), and their main branch
    apply   jobs of the environment, on main, defined by a declared workflow file of their repository; where no reviewer
            is asked for, by any declared file, and also jobs on main without an environment
"""

from collections.abc import Mapping
from enum import StrEnum

from alphaswarm_core.errors import ConfigurationError
from alphaswarm_core.identity import proof
from alphaswarm_core.identity.github.repositories import Repository
from alphaswarm_core.identity.github.subjects import SubjectFormat
from alphaswarm_core.settings import RepositorySettings, Settings

MAIN = "refs/heads/main"
MERGE_REF = "refs/pull/*/merge"


class Role(StrEnum):
    """The two roles that GitHub's jobs may assume; the values are the roles' names."""

    PLAN = "aqp-gha-plan"
    APPLY = "aqp-gha-apply"


def role_arn(settings: Settings, environment: str, role: Role) -> str:
    """The ARN of `role` in the account of `environment`."""
    return f"arn:aws:iam::{settings.environment(environment).account_id}:role/{role}"


def provider_arn(settings: Settings, environment: str) -> str:
    """The ARN of GitHub's OIDC provider in the account of `environment`."""
    account = settings.environment(environment).account_id
    return f"arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com"


def github_repositories(settings: Settings) -> Mapping[str, Repository]:
    """The deploying repositories by their short names.

    Raises:
        ConfigurationError: none is declared; trust in nobody in particular cannot be checked.
    """
    declared = settings.github.repositories
    if not declared:
        raise ConfigurationError(
            "alphaswarm.toml declares no GitHub repository",
            fix="Add [github.repositories.NAME] with name, id and owner_id",
        )
    return {
        short: Repository(
            name=each.name, id=each.id, owner_id=each.owner_id, subject_format=SubjectFormat(each.subject_format)
        )
        for short, each in declared.items()
    }


def declared_intent(settings: Settings, environment: str, role: Role) -> proof.Intent:
    """Every job that `role` in `environment` is meant for, and no other."""
    github_repositories(settings)
    repositories = settings.github.repositories.values()
    everybody = tuple(f"{each.name}/{path}@{MAIN}" for each in repositories for path in each.apply_workflows)
    grants: list[proof.Grant] = []
    for each in repositories:
        own = tuple(f"{each.name}/{path}@{MAIN}" for path in each.apply_workflows)
        contexts = _plan_contexts() if role is Role.PLAN else _apply_contexts(settings, environment, own, everybody)
        grants += [proof.Grant(_of_proof(each), context) for context in contexts]
    return proof.Intent(tuple(grants))


def is_meant(intent: proof.Intent, token: Mapping[str, str]) -> bool:
    """Whether `token` is declared to get in: what it says, and that its subject is written as the project declares.

    A repository that switched its subject's format or template is refused until that is declared, and rightly so.
    """
    declared = {text for grant in intent.grants for text in grant.context.subjects(grant.repository)}
    return token.get("sub") in declared and intent.includes(token)


def _plan_contexts() -> list[proof.JobContext]:
    return [
        proof.JobContext(proof.ContextKind.PULL_REQUEST, refs=(MERGE_REF,)),
        proof.JobContext(proof.ContextKind.REF, refs=(MAIN,)),
    ]


def _apply_contexts(
    settings: Settings, environment: str, own: tuple[str, ...], everybody: tuple[str, ...]
) -> list[proof.JobContext]:
    """Where people approve, a repository's jobs apply by its own files; elsewhere by any declared file."""
    gated = settings.environment(environment).approvals > 0
    files = own if gated else everybody
    if not files:
        return []
    kinds = [
        proof.JobContext(proof.ContextKind.ENVIRONMENT, environment=environment, refs=(MAIN,), workflows=files),
        proof.JobContext(proof.ContextKind.REF, refs=(MAIN,), workflows=files),
    ]
    return kinds[:1] if gated else kinds


def _of_proof(each: RepositorySettings) -> proof.Repository:
    return proof.Repository(
        name=each.name,
        id=str(each.id),
        owner_id=str(each.owner_id),
        subject_format=proof.SubjectFormat(each.subject_format),
    )
