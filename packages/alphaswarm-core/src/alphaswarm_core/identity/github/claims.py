"""The claims that GitHub puts into the token of a job.

All values are text, ids and counts too. A claim that a job has no value for is left out (`environment`, `enterprise`),
except `base_ref` and `head_ref`, which are empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import assert_never

from alphaswarm_core.identity.github import names
from alphaswarm_core.identity.github.events import PULL_REQUEST_EVENTS, Event
from alphaswarm_core.identity.github.jobs import IdTokenPermission, WorkflowJob
from alphaswarm_core.identity.github.subjects import Context, EnvironmentContext, PullRequestContext, RefContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a token says of its job: GitHub's claims and the subject, without those of one token (`aud`, `exp`, …).

    A statement about a job, proved by nobody: what a verifier accepted is a `tokens.VerifiedClaims`.
    """

    sub: str
    actor: str
    actor_id: str
    base_ref: str
    check_run_id: str
    enterprise: str | None
    enterprise_id: str | None
    environment: str | None
    event_name: str
    head_ref: str
    job_workflow_ref: str
    job_workflow_sha: str
    ref: str
    ref_protected: str
    ref_type: str
    repository: str
    repository_id: str
    repository_owner: str
    repository_owner_id: str
    repository_visibility: str
    run_attempt: str
    run_id: str
    run_number: str
    runner_environment: str
    sha: str
    workflow: str
    workflow_ref: str
    workflow_sha: str
    properties: tuple[tuple[str, str], ...] = ()

    def document(self) -> dict[str, str]:
        """The claims as the token carries them."""
        given = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "properties"}
        own = {f"repo_property_{name}": value for name, value in self.properties}
        return {name: value for name, value in given.items() if value is not None} | own


class NoTokenReason(StrEnum):
    """Why a job cannot have a token."""

    NO_PERMISSION = "the job does not have the permission id-token: write"
    FORK = "a pull request from a fork gets read permissions only, and id-token has no read"
    TEMPLATE = "the repository's subject template asks for a claim that the job does not have"


@dataclass(frozen=True, slots=True)
class NoToken:
    """The job gets no token."""

    reason: NoTokenReason
    detail: str = ""


def claims(job: WorkflowJob) -> tuple[Claims, ...] | NoToken:
    """What the token of `job` says: one `Claims`, or several where GitHub does not document which of them it is.

    Not documented is the subject of `pull_request_target` without an environment (`pull_request`, for which there is
    weak evidence and which comes first, or the default branch) and that of a deployment made from a commit (an empty
    ref, or the commit). Whoever allows must allow none of them by accident; whoever denies must deny each.
    """
    if (refusal := _no_token(job)) is not None:
        return refusal
    document = _document(job)
    template = job.repository.template
    if missing := template.missing(document):
        return NoToken(NoTokenReason.TEMPLATE, f"missing: {', '.join(missing)}")
    subjects = [template.render(job.repository.in_subjects, context, document) for context in contexts(job)]
    return tuple(_typed(job, document, subject) for subject in dict.fromkeys(subjects))


def contexts(job: WorkflowJob) -> tuple[Context, ...]:
    """The last part of the subject: an environment beats everything, then the pull-request family, then the ref."""
    if job.environment is not None:
        return (EnvironmentContext(job.environment),)
    if job.event in PULL_REQUEST_EVENTS:
        return (PullRequestContext(),)
    if job.event is Event.PULL_REQUEST_TARGET:
        return (PullRequestContext(), RefContext(job.ref))
    if job.ref == "":
        return (RefContext(""), RefContext(job.sha))
    return (RefContext(job.ref),)


def _no_token(job: WorkflowJob) -> NoToken | None:
    match job.id_token:
        case IdTokenPermission.NONE:
            return NoToken(NoTokenReason.NO_PERMISSION)
        case IdTokenPermission.WRITE:
            # pull_request_target and its kind run the base repository's code with its permissions, forks included
            reduced = job.from_fork and job.event in PULL_REQUEST_EVENTS and not job.repository.forks_get_write_tokens
            return NoToken(NoTokenReason.FORK) if reduced else None
        case _ as never:
            assert_never(never)


def _document(job: WorkflowJob) -> dict[str, str]:
    """Every claim but the subject."""
    repository, enterprise = job.repository, job.repository.enterprise
    known: Mapping[str, object] = {
        "actor": job.actor,
        "actor_id": job.actor_id,
        "base_ref": job.base_ref,
        "check_run_id": job.check_run_id,
        "enterprise": enterprise.slug if enterprise else None,
        "enterprise_id": enterprise.id if enterprise else None,
        "environment": job.environment,
        "event_name": job.event,
        "head_ref": job.head_ref,
        "job_workflow_ref": job.job_workflow_ref,
        "job_workflow_sha": job.job_workflow_sha,
        "ref": job.ref,
        "ref_protected": str(job.ref_protected).lower(),
        "ref_type": _ref_type(job.ref),
        "repository": repository.name,
        "repository_id": repository.id,
        "repository_owner": repository.owner,
        "repository_owner_id": repository.owner_id,
        "repository_visibility": repository.visibility,
        "run_attempt": job.run_attempt,
        "run_id": job.run_id,
        "run_number": job.run_number,
        "runner_environment": job.runner_environment,
        "sha": job.sha,
        "workflow": job.workflow,
        "workflow_ref": job.workflow_ref,
        "workflow_sha": job.sha,
    }
    own = {f"repo_property_{name}": value for name, value in repository.properties}
    return {name: str(value) for name, value in known.items() if value is not None} | own


def _typed(job: WorkflowJob, document: Mapping[str, str], subject: str) -> Claims:
    names_of_claims = {each.name for each in fields(Claims)} - {"sub", "properties"}
    given = {name: document.get(name) for name in names_of_claims}
    return Claims(sub=subject, properties=job.repository.properties, **given)  # type: ignore[arg-type]


def _ref_type(ref: str) -> str:
    """`tag` or `branch`; pull requests count as branches, and without a ref there is no type."""
    if ref == "":
        return ""
    return "tag" if names.is_tag_ref(ref) else "branch"
