"""Who may become which role, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from alphaswarm_admin.console import Console
from alphaswarm_admin.contract import trust as contract
from alphaswarm_admin.errors import NotFoundError, NotKeptHereError
from alphaswarm_admin.identity.guard import ConsoleHere
from alphaswarm_admin.routes.common import NAME, require_environment
from alphaswarm_admin.routes.readers import Reader
from alphaswarm_admin.views import trust as views
from alphaswarm_core.errors import AlphaSwarmError, UnavailableError
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.trust import Role, RolePolicy
from alphaswarm_core.ledger.times import format_time

router = APIRouter(tags=["trust"])
_PATH = r"^\.github/workflows/[A-Za-z0-9._-]{1,100}\.ya?ml$"
_REF = r"^refs/(heads|tags|pull)/[A-Za-z0-9._/-]{1,200}$"


@router.get("/admin/trust/matrix", operation_id="getTrustMatrix")
def get_trust_matrix(console: ConsoleHere, _: Reader) -> contract.TrustMatrix:
    """Every kind of GitHub job against both roles of every environment."""
    found, why_declared = console.trust.matrix()
    return views.trust_matrix(found, why_declared, console.settings, format_time(console.clock()))


@dataclass(frozen=True, slots=True)
class Asked:
    """A job and a role, as a query says them."""

    environment: Annotated[str, Query(pattern=NAME, description="The environment whose account has the role.")]
    role: Annotated[Role, Query(description="The role.")]
    event: Annotated[Event, Query(description="What starts the job.")]
    job_environment: Annotated[str | None, Query(pattern=NAME, description="The environment that it declares.")] = None
    repository: Annotated[str | None, Query(pattern=NAME, description="A declared repository's short name.")] = None
    ref: Annotated[str | None, Query(pattern=_REF, description="The full ref.")] = None
    workflow: Annotated[str | None, Query(pattern=_PATH, description="The workflow file.")] = None
    fork: Annotated[bool, Query(description="A pull request from a fork.")] = False


@router.get("/admin/trust/explanation", operation_id="explainTrust")
def explain_trust(console: ConsoleHere, _: Reader, asked: Annotated[Asked, Depends()]) -> contract.TrustExplanation:
    """Mint the claims that such a job would carry, and walk through the decision."""
    from alphaswarm_core.identity.github.claims import NoToken, claims  # noqa: PLC0415 - only this page needs them
    from alphaswarm_core.identity.trust import role_arn  # noqa: PLC0415

    require_environment(console, asked.environment)
    minted = claims(_job(console, asked))
    if isinstance(minted, NoToken):
        arn = role_arn(console.settings, asked.environment, asked.role)
        return contract.TrustExplanation(
            environment=asked.environment,
            role=asked.role,
            role_arn=arn,
            admitted=False,
            reason=f"such a job gets no token: {minted.reason}",
            tokens=[],
        )
    tokens = [{**each.document(), "aud": "sts.amazonaws.com"} for each in minted]
    return views.explanation(console.settings, asked.environment, asked.role, _decided(console, asked, tokens))


def _decided(
    console: Console, asked: Asked, tokens: Sequence[Mapping[str, str]]
) -> list[tuple[Mapping[str, str], Any]]:
    from alphaswarm_core.identity.iam import (  # noqa: PLC0415
        PolicyKind,
        compile_policy,
        parse_policy,
        web_identity_request,
    )
    from alphaswarm_core.identity.trust.declared import provider_arn  # noqa: PLC0415

    compiled = compile_policy(parse_policy(_policy(console, asked).document, PolicyKind.TRUST))
    provider = provider_arn(console.settings, asked.environment)
    return [(token, compiled.decide(web_identity_request(token, provider))) for token in tokens]


def _policy(console: Console, asked: Asked) -> RolePolicy:
    try:
        found = console.trust.policies(asked.environment)
    except UnavailableError:
        raise
    except AlphaSwarmError as error:
        raise NotKeptHereError(
            error.what,
            why="it may describe, redeploy and scale its own services, and nothing else",
            fix=f"alphaswarm trust explain --role {asked.role} --env {asked.environment} --event {asked.event}",
        ) from error
    return next(each for each in found if each.role is asked.role)


def _job(console: Console, asked: Asked) -> Any:
    from alphaswarm_core.identity.github.jobs_of import workflow_job  # noqa: PLC0415
    from alphaswarm_core.identity.trust import github_repositories  # noqa: PLC0415

    repositories = github_repositories(console.settings)
    short = asked.repository or next(iter(repositories))
    if short not in repositories:
        raise NotFoundError(f"There is no repository '{short}'", fix=f"One of: {', '.join(repositories)}")
    files = console.settings.github.repositories[short].apply_workflows
    path = asked.workflow or next(iter(files), ".github/workflows/terraform-pipeline.yml")
    given: dict[str, Any] = {"environment": asked.job_environment, "from_fork": asked.fork}
    if asked.ref:
        given["ref"] = asked.ref
    return workflow_job(asked.event, repositories[short], path, **given)
