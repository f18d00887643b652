"""Environments: who may come in, and what a job waits for. Source: docs.github.com, "Deployments and environments".

One approval opens the gate, however many reviewers are listed. A name that nobody configured is made on the spot,
without any rule: that is GitHub's behaviour, and the reason why a missing environment has to be noticed elsewhere.
"""

from datetime import timedelta

from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.control_plane import Admission
from alphaswarm_local.actions.workflow.filters import matches
from alphaswarm_local.github import protection
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.rulesets import is_protected
from alphaswarm_local.github.state.repositories import Environment, Repository
from alphaswarm_local.github.state.runs import Deployment, Job, PendingDeployment, Run

LONGEST_WAIT = timedelta(days=30)
_LOOK_AGAIN_SECONDS = 1.0


def environment_named(hub: Hub, repository: Repository, name: str) -> Environment:
    """The environment; made without any rule if nobody made it before."""
    with hub.store:
        found = repository.environment(name)
        if found is None:
            now = hub.store.now()
            found = Environment(hub.store.new_id("environment"), name, now, now)
            repository.environments[name.lower()] = found
        return found


def ref_refused(repository: Repository, environment: Environment, ref: str) -> str | None:
    """Why a ref may not deploy; None if it may. Patterns do not cross `/`; without any rule, all branches are in."""
    short = ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
    kind = "tag" if ref.startswith("refs/tags/") else "branch"
    refused = (
        f'{kind.capitalize()} "{short}" is not allowed to deploy to {environment.name} '
        "due to environment protection rules."
    )
    if environment.custom_branches:
        patterns = [each.name for each in environment.branch_policies if each.type == kind]
        shown = ref if ref.startswith("refs/pull/") else short
        return None if any(matches((each,), shown) for each in patterns) else refused
    if environment.protected_branches and repository.rulesets:
        return None if is_protected(repository, ref) else refused
    return None


class Gate:
    """Lets one job into its environment, or not."""

    def __init__(self, hub: Hub, repository: Repository, run: Run, job: Job) -> None:
        self._hub, self._repository, self._run, self._job = hub, repository, run, job

    def admit(self, name: str, cancellation: Cancellation) -> Admission:
        """Block until people and rules have decided; nobody deciding for 30 days is a no."""
        environment = environment_named(self._hub, self._repository, name)
        refused = ref_refused(self._repository, environment, self._run.ref)
        if refused is not None:
            return Admission(admitted=False, reason=refused)
        pending = self._open(environment)
        with self._hub.store as _:
            self._run.pending[self._job.id] = pending
        listener = cancellation.listen(self._wake)
        try:
            protection.ask(self._hub, self._repository, self._run, environment, pending)
            return self._decided(environment, pending, cancellation)
        finally:
            cancellation.forget(listener)
            with self._hub.store:
                self._run.pending.pop(self._job.id, None)

    def _open(self, environment: Environment) -> PendingDeployment:
        now = self._hub.store.now()
        deployment = self._deployment(environment)
        return PendingDeployment(
            job_id=self._job.id,
            environment_id=environment.id,
            deployment_id=deployment.id,
            since=now,
            timer_ends=now + timedelta(minutes=environment.wait_timer),
            awaited_rules={each.id for each in environment.custom_rules if each.enabled},
            needs_review=bool(environment.reviewers or environment.reviewer_teams),
        )

    def _deployment(self, environment: Environment) -> Deployment:
        now, store = self._hub.store.now(), self._hub.store
        deployment = Deployment(
            id=store.new_id("deployment"),
            repository=self._repository.id,
            sha=self._run.head_sha,
            ref=self._run.head_branch or self._run.sha,
            task="deploy",
            environment=environment.name,
            creator=self._run.triggering_actor,
            created_at=now,
            updated_at=now,
            run_id=self._run.id,
        )
        with store as records:
            records.deployments[deployment.id] = deployment
            self._job.deployment_id = deployment.id
        return deployment

    def _decided(self, environment: Environment, pending: PendingDeployment, cancellation: Cancellation) -> Admission:
        store = self._hub.store
        with store.changed:
            while True:
                decision = self._decision(environment, pending)
                if decision is not None:
                    return decision
                if cancellation.requested:
                    return Admission(admitted=False, reason=cancellation.reason)
                store.changed.wait(_LOOK_AGAIN_SECONDS)  # also because nobody tells when a timer is over

    def _decision(self, environment: Environment, pending: PendingDeployment) -> Admission | None:
        now = self._hub.store.now()
        if pending.rejected is not None:
            return Admission(admitted=False, reason=pending.rejected)
        if self._repository.environments.get(environment.name.lower()) is not environment:
            return Admission(admitted=False, reason=f"The environment {environment.name} was deleted.")
        if pending.bypassed:
            return Admission(admitted=True)
        if now - pending.since >= LONGEST_WAIT:
            return Admission(admitted=False, reason="The deployment was not approved within 30 days.")
        open_ = not pending.awaited_rules and (pending.approved_by or not pending.needs_review)
        return Admission(admitted=True) if open_ and now >= pending.timer_ends else None

    def _wake(self) -> None:
        with self._hub.store:
            pass  # leaving the lock wakes all who wait
