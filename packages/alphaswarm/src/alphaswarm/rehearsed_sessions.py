"""Sessions of the local cloud, got as production gets them: by a workflow job's token, through the roles' own trust.

token ─▶ aqp-gha-plan
token ─▶ aqp-gha-apply ─▶ AqpTerraformExecutionRole        the landing zone
                       └▶ the deploy build's service role  the app tier: what the started build would act with
"""

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from alphaswarm.composition import ActingAs, Session
from alphaswarm_core.errors import UsageError
from alphaswarm_core.target import Target

if TYPE_CHECKING:
    from alphaswarm_core.identity.github.jobs import WorkflowJob
    from alphaswarm_core.local_address import LocalCloudAddress

WORKFLOW = ".github/workflows/terraform-pipeline.yml"


class Authority(StrEnum):
    """As whom to act."""

    PLAN = "plan"
    APPLY = "apply"
    EXECUTION = "execution"
    DEPLOY = "deploy"


@dataclass(frozen=True, slots=True)
class _Rehearsal:
    here: Session
    address: "LocalCloudAddress"
    environment: str

    def over_web_identity(self, role: str, job: "WorkflowJob") -> ActingAs:
        """A session of `role` by a token of `job`."""
        from alphaswarm_core.adapters.job_token import verify_token
        from alphaswarm_core.identity.github.issuers import GITHUB_COM, STS_AUDIENCE
        from alphaswarm_core.target import local_client_environment
        from alphaswarm_core.terraform.context import AssumedRole
        from alphaswarm_local.github.client import request_token
        from alphaswarm_local.sts_client import assume_role_with_web_identity

        name = f"{job.run_id}-{job.run_attempt}"
        token = request_token(self.address, job)
        keys = f"{self.address.url('github_oidc')}/.well-known/jwks"
        claims = verify_token(token, GITHUB_COM, keys, STS_AUDIENCE)
        credentials = assume_role_with_web_identity(self.address.endpoint, role, token, session_name=name)
        cloud = {**local_client_environment(self.address, self.environment), **credentials}
        return ActingAs(cloud, AssumedRole(role, name), claims.digest)

    def execution(self, caller: ActingAs) -> ActingAs:
        """The landing zone's role, by the apply role's session."""
        from alphaswarm_core.terraform.context import AssumedRole
        from alphaswarm_local.sts_client import assume_role

        settings = self.here.settings
        account = settings.environment(self.environment).account_id
        role = f"arn:aws:iam::{account}:role/AqpTerraformExecutionRole"
        name = caller.role.session_name if caller.role else "rehearsal"
        external_id = f"{settings.project}-{self.environment}"
        credentials = assume_role(caller.cloud, role, session_name=name, external_id=external_id)
        return ActingAs({**caller.cloud, **credentials}, AssumedRole(role, name), caller.claims_digest)

    def deploy(self, caller: ActingAs) -> ActingAs:
        """The service role of the deploy build, given where the apply role's session may start that build."""
        from alphaswarm_core.terraform.context import AssumedRole
        from alphaswarm_local.builds.client import rehearse_build

        project = f"{self.here.settings.project}-deploy-{self.environment}"
        given = rehearse_build(self.address, self.environment, project, caller.cloud["AWS_ACCESS_KEY_ID"])
        credentials = {
            "AWS_ACCESS_KEY_ID": given["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": given["secret_access_key"],
            "AWS_SESSION_TOKEN": given["session_token"],
        }
        role = AssumedRole(given["role_arn"], given["session_name"])
        return ActingAs({**caller.cloud, **credentials}, role, caller.claims_digest)


def session_as(here: Session, environment: str, authority: Authority) -> ActingAs:
    """A session of the local cloud with that authority in the account of `environment`.

    Raises:
        UsageError: the target is not the local cloud.
        AlphaSwarmError: the landing zone's roles are not there yet, or do not trust such a job.
    """
    here.settings.environment(environment)
    job = rehearsed_job(
        here,
        event="workflow_dispatch",
        environment=None if authority is Authority.PLAN else environment,
    )
    return session_of_job(here, environment, authority, job)


def session_of_job(here: Session, environment: str, authority: Authority, job: "WorkflowJob") -> ActingAs:
    """The same, by a token of a particular job.

    Raises:
        AlphaSwarmError: as `session_as`.
    """
    from alphaswarm_core.identity.trust import Role, role_arn
    from alphaswarm_core.local_address import read_local_address

    if here.settings.target is not Target.LOCAL:
        raise UsageError(
            "Sessions are rehearsed on the local cloud only",
            why="on AWS the workflow assumes the role, and the program takes what it is given",
            fix="Leave the option out, or choose --target local",
        )
    here.settings.environment(environment)
    rehearsal = _Rehearsal(here, read_local_address(here.settings.home_path), environment)
    role = Role.PLAN if authority is Authority.PLAN else Role.APPLY
    first = rehearsal.over_web_identity(role_arn(here.settings, environment, role), job)
    match authority:
        case Authority.EXECUTION:
            return rehearsal.execution(first)
        case Authority.DEPLOY:
            return rehearsal.deploy(first)
        case _:
            return first


def token_of_job(here: Session, job: "WorkflowJob", audience: str) -> str:
    """A token of the rehearsed job for `audience`, as it comes from the local cloud's issuer.

    Raises:
        TokenNotGrantedError: such a job gets none.
    """
    from alphaswarm_core.local_address import read_local_address
    from alphaswarm_local.github.client import request_token

    return request_token(read_local_address(here.settings.home_path), job, audience)


def rehearsed_job(here: Session, *, event: str, environment: str | None) -> "WorkflowJob":
    """A job of the platform's repository that starts now.

    Raises:
        ImpossibleJobError: there is no such event.
    """
    from alphaswarm_core.identity.github.jobs_of import event_named, workflow_job
    from alphaswarm_core.identity.trust import github_repositories

    short, repository = next(iter(github_repositories(here.settings).items()))
    path = next(iter(here.settings.github.repositories[short].apply_workflows), WORKFLOW)
    run_id = time.time_ns() // 1000
    return workflow_job(event_named(event), repository, path, environment=environment, run_id=run_id)
