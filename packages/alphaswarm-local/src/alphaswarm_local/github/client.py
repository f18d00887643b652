"""A job of the local cloud from outside: register it, ask for its token, exchange that for a session of a role.

No AWS SDK: a deploy must not wait for one to be imported.
"""

from http import HTTPStatus
from urllib.parse import quote

from alphaswarm_core.identity.github.issuers import STS_AUDIENCE
from alphaswarm_core.identity.github.jobs import WorkflowJob
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_core.target import local_client_environment
from alphaswarm_local.github.admin import JOBS_PATH, job_document
from alphaswarm_local.github.errors import RoleRefusedError, TokenNotGrantedError
from alphaswarm_local.loopback_client import ask
from alphaswarm_local.sts_client import assume_role_with_web_identity


def register_job(address: LocalCloudAddress, job: WorkflowJob) -> dict[str, str]:
    """`ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN` for a job that starts.

    Raises:
        TokenNotGrantedError: GitHub gives such a job none.
        LocalCloudError: the local cloud does not answer, or is too old to know jobs.
    """
    headers = {"Authorization": f"Bearer {address.admin_token}", "Content-Type": "application/json"}
    answer = ask("POST", address.url("github_oidc") + JOBS_PATH, headers, job_document(job))
    document = answer.json()
    if answer.status != HTTPStatus.CREATED:
        raise TokenNotGrantedError(document.get("message", "The job gets no OIDC token"), why=document.get("why"))
    return {name: value for name, value in document.items() if name.startswith("ACTIONS_")}


def request_token(address: LocalCloudAddress, job: WorkflowJob, audience: str = STS_AUDIENCE) -> str:
    """A token of `job`, asked for as the job's own process would.

    Raises:
        TokenNotGrantedError: GitHub gives such a job none, or not for this audience.
        LocalCloudError: the local cloud does not answer.
    """
    variables = register_job(address, job)
    url = f"{variables['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience={quote(audience, safe='')}"
    answer = ask("GET", url, {"Authorization": f"Bearer {variables['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"})
    if answer.status != HTTPStatus.OK:
        raise TokenNotGrantedError("The job gets no OIDC token", why=answer.json().get("message"))
    return str(answer.json()["value"])


def web_identity_session(
    address: LocalCloudAddress,
    environment: str,
    role_arn: str,
    job: WorkflowJob,
    *,
    session_name: str | None = None,
    seconds: int = 3600,
) -> dict[str, str]:
    """The complete `AWS_…` environment of a session of `role_arn`, got by the job's token.

    Args:
        address: The running local cloud.
        environment: Whose account the clients are told; the role has to be in it.
        role_arn: The role.
        job: Whose token.
        session_name: 2-64 characters; the run's id and attempt if None.
        seconds: 900 up to the role's own limit.

    Raises:
        TokenNotGrantedError: the job gets no token.
        RoleRefusedError: the role does not trust it, or the role is of another account.
        LocalCloudError: the local cloud does not answer, or has no such environment.
    """
    ambient = local_client_environment(address, environment)
    account = address.accounts[environment].account_id
    if role_arn.split(":")[4:5] != [account]:
        raise RoleRefusedError(f"{role_arn} is no role of {environment}", why=f"its account is {account}")
    name = session_name or f"{job.run_id}-{job.run_attempt}"
    credentials = assume_role_with_web_identity(
        address.endpoint, role_arn, request_token(address, job), session_name=name, seconds=seconds
    )
    return {**ambient, **credentials}
