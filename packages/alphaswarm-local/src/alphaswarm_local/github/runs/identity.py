"""A job of the engine as the issuer of tokens knows it. What the token says follows from this and from nothing else."""

from alphaswarm_core.identity.github.events import EVENTS_WITH_BRANCHES, Event
from alphaswarm_core.identity.github.jobs import Callee, IdTokenPermission, WorkflowJob
from alphaswarm_local.actions.seam.requests import JobFacts
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.state.repositories import Repository
from alphaswarm_local.github.state.runs import Job, Run


def workflow_job(hub: Hub, repository: Repository, run: Run, job: Job, facts: JobFacts) -> WorkflowJob:
    """The job with everything that its claims need.

    Raises:
        GithubNameError: something has a name that GitHub does not give.
        ImpossibleJobError: GitHub would not run such a job.
    """
    event = Event(run.event)
    branches = event in EVENTS_WITH_BRANCHES
    callee = facts.callee
    return WorkflowJob(
        repository=hub.identity(repository),
        event=event,
        ref=run.ref,
        sha=run.sha,
        workflow=run.workflow_name,
        workflow_path=run.workflow_path,
        actor=run.actor.login,
        actor_id=run.actor.id,
        run_id=run.id,
        run_number=run.number,
        run_attempt=run.attempt,
        check_run_id=job.id,
        environment=facts.environment,
        callee=Callee(callee.repository, callee.path, callee.ref, callee.sha) if callee is not None else None,
        base_ref=run.base_ref if branches else "",
        head_ref=run.head_ref if branches else "",
        from_fork=run.from_fork,
        merged=event is Event.PULL_REQUEST and not run.ref.startswith("refs/pull/"),
        ref_protected=facts.run.ref_protected,
        id_token=IdTokenPermission.WRITE if facts.may_have_identity_token else IdTokenPermission.NONE,
    )
