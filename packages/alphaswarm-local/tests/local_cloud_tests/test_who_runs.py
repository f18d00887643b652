"""Who runs a job, and as whom: our own questions to GitHub's issuer and to STS, answered by the local cloud."""

from collections.abc import Callable

import pytest

from alphaswarm_core.adapters.caller_identity import CallerUnknownError, WrongCallerError, assumed_role
from alphaswarm_core.adapters.job_token import (
    AUDIENCE,
    JobTokenMissingError,
    JobTokenUnavailableError,
    verified_job_claims,
    verify_token,
)
from alphaswarm_core.identity.actor import initiator_of_token
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.issuers import GITHUB_COM
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.identity.tokens.errors import KeySetError, WrongAudienceError
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_core.target import local_client_environment
from alphaswarm_local.github.client import register_job, request_token, web_identity_session
from alphaswarm_local.github.errors import RoleRefusedError
from alphaswarm_local.sts_client import assume_role

from .conftest import ACCOUNTS
from .roles import ACCOUNT, FILE, JOB, REPOSITORY, RoleOf, allow, document

EXTERNAL_ID = "example-dev"


def keys(cloud: LocalCloudAddress) -> str:
    return f"{cloud.url('github_oidc')}/.well-known/jwks"


def test_job_is_run_by_the_account_that_the_verified_token_names(cloud: LocalCloudAddress) -> None:
    job = workflow_job(Event.PUSH, REPOSITORY, FILE, actor="mona", actor_id=4711, run_id=99)

    claims = verified_job_claims(register_job(cloud, job), GITHUB_COM, keys(cloud))
    initiator = initiator_of_token(claims)

    assert initiator.actor.subject == "github:4711"
    assert initiator.actor.display_name == "mona"
    assert initiator.actor.run_url == "https://github.com/octo-org/octo-repo/actions/runs/99"
    assert initiator.claims_digest == claims.digest


def test_nobody_is_believed_when_the_job_cannot_ask_for_a_token(cloud: LocalCloudAddress) -> None:
    for left_out in ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"):
        environ = {name: value for name, value in register_job(cloud, JOB).items() if name != left_out}
        with pytest.raises(JobTokenMissingError, match="cannot prove"):
            verified_job_claims({**environ, "GITHUB_ACTOR": "mona"}, GITHUB_COM, keys(cloud))


def test_nobody_is_believed_when_the_request_token_is_anothers(cloud: LocalCloudAddress) -> None:
    own, other = register_job(cloud, JOB), register_job(cloud, JOB)
    mixed = {**own, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": other["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]}

    with pytest.raises(JobTokenUnavailableError, match="does not give"):
        verified_job_claims(mixed, GITHUB_COM, keys(cloud))


def test_token_for_aws_does_not_say_who_runs_the_job(cloud: LocalCloudAddress) -> None:
    """A token that leaks from a step that talks to AWS must not start runs in somebody's name."""
    with pytest.raises(WrongAudienceError):
        verify_token(request_token(cloud, JOB), GITHUB_COM, keys(cloud), AUDIENCE)


def test_secret_is_not_sent_in_the_clear(cloud: LocalCloudAddress) -> None:
    environ = {**register_job(cloud, JOB), "ACTIONS_ID_TOKEN_REQUEST_URL": "http://issuer.example/token?x=1"}
    with pytest.raises(JobTokenMissingError, match=r"http://issuer\.example"):
        verified_job_claims(environ, GITHUB_COM, keys(cloud))


def test_token_proves_nothing_when_the_issuer_s_keys_cannot_be_had(cloud: LocalCloudAddress) -> None:
    for url in (f"{cloud.url('github_oidc')}/nothing", "http://keys.example/jwks"):
        with pytest.raises((KeySetError, JobTokenMissingError)):
            verified_job_claims(register_job(cloud, JOB), GITHUB_COM, url)


def test_caller_is_the_session_of_the_role(cloud: LocalCloudAddress, role: RoleOf) -> None:
    arn = role(allow("sts:GetCallerIdentity"))
    session = web_identity_session(cloud, "dev", arn, JOB, session_name="4711-1")

    found = assumed_role(session, ACCOUNT)

    assert (found.arn, found.session_name) == (arn, "4711-1")


def test_caller_is_refused_when_it_is_no_session_or_of_another_account(cloud: LocalCloudAddress, role: RoleOf) -> None:
    session = web_identity_session(cloud, "dev", role(), JOB)
    for variables, account in ((local_client_environment(cloud, "dev"), ACCOUNT), (session, ACCOUNTS["prod"])):
        with pytest.raises(WrongCallerError) as caught:
            assumed_role(variables, account)
        assert account in str(caught.value.why)


def test_caller_is_unknown_when_nobody_answers_or_the_keys_are_forged(cloud: LocalCloudAddress, role: RoleOf) -> None:
    session = web_identity_session(cloud, "dev", role(), JOB)
    for changed in ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, {"AWS_SECRET_ACCESS_KEY": "forged"}):
        with pytest.raises(CallerUnknownError):
            assumed_role({**session, **changed}, ACCOUNT)


@pytest.fixture
def chain(role: RoleOf) -> Callable[[str], tuple[str, str]]:
    """A role for jobs and one that only it may become, and only under an external id."""

    def make(name: str) -> tuple[str, str]:
        second = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        return role(allow("sts:AssumeRole", second)), second

    return make


def test_session_becomes_another_role_by_its_external_id_only(
    cloud: LocalCloudAddress, client: Callable[..., object], chain: Callable[[str], tuple[str, str]]
) -> None:
    first, second = chain("execution")
    trust = document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": first},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
        }
    )
    client("iam").create_role(RoleName="execution", AssumeRolePolicyDocument=trust)  # type: ignore[attr-defined]
    session = web_identity_session(cloud, "dev", first, JOB)

    given = assume_role(session, second, session_name="1-1", external_id=EXTERNAL_ID)

    assert assumed_role({**session, **given}, ACCOUNT).arn == second
    for external_id in (None, "example-prod"):
        with pytest.raises(RoleRefusedError) as caught:
            assume_role(session, second, session_name="1-1", external_id=external_id)
        assert "is not authorized to perform: sts:AssumeRole" in str(caught.value.why)
