"""Runs from the event to the end: what starts them, what their tokens say and may, what waits and who lets it in."""

import json

import jwt
import pytest

from alphaswarm_core.identity.github.claims import Claims, claims
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs import WorkflowJob
from alphaswarm_local.github.people import ADMINISTRATOR, AUTHOR, FIRST_REVIEWER, OUTSIDER, PEOPLE, SECOND_REVIEWER

from .conftest import HostedOf
from .hosted import NAME, Hosted

ON_PUSH = """
    name: Pushed
    on: {push: {branches: [main]}}
    permissions: {}
    jobs:
      one:
        runs-on: ubuntu-latest
        steps:
          - run: echo "hello from $GITHUB_REF and $TOLD"
"""
DEPLOY = """
    name: Deploy
    run-name: Deploy ${{ inputs.where }}
    on:
      workflow_dispatch:
        inputs:
          where: {type: choice, options: [dev, prod], required: true}
          count: {type: number, default: 1}
    permissions: {}
    jobs:
      deploy:
        runs-on: ubuntu-latest
        environment: ${{ inputs.where }}
        permissions: {id-token: write, contents: read}
        steps:
          - run: |
              curl -sf -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
                "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com" > token.json
              echo "token=$(base64 -w0 token.json | rev)" >> "$GITHUB_OUTPUT"
            id: ask
        outputs:
          token: ${{ steps.ask.outputs.token }}
"""
WORKFLOW = ".github/workflows/"


def dispatch(hosted: Hosted, where: str, *, by: str = AUTHOR, ref: str = "main") -> int:
    """Start the deploy workflow; the run's id."""
    body = {"ref": ref, "inputs": {"where": where}, "return_run_details": True}
    answer = hosted.person(by).api("POST", f"/repos/{NAME}/actions/workflows/deploy.yml/dispatches", body)
    return int(answer["workflow_run_id"])


def guard(hosted: Hosted, name: str, **rules: object) -> int:
    """Protect an environment; its id."""
    reviewers = [{"type": "User", "id": PEOPLE[each].account.id} for each in (FIRST_REVIEWER, SECOND_REVIEWER, AUTHOR)]
    body = {"reviewers": reviewers, **rules}
    return int(hosted.person(ADMINISTRATOR).api("PUT", f"/repos/{NAME}/environments/{name}", body)["id"])


def test_a_push_runs_what_listens_and_nothing_else(hosted_of: HostedOf) -> None:
    other = ON_PUSH.replace("[main]", "[release]")
    hosted = hosted_of({f"{WORKFLOW}a.yml": ON_PUSH, f"{WORKFLOW}b.yml": other})
    sha = hosted.write("a.txt", "1\n")
    (run,) = hosted.runs()
    hosted.wait(run)
    assert (run.conclusion, run.sha, run.event) == ("success", sha, "push")
    assert "hello from refs/heads/main and to every step" in hosted.log(run)
    client = hosted.person()
    document = client.api("GET", f"/repos/{NAME}/actions/runs/{run.id}")
    assert (document["status"], document["conclusion"], document["head_sha"]) == ("completed", "success", sha)
    (job,) = client.api("GET", f"/repos/{NAME}/actions/runs/{run.id}/jobs")["jobs"]
    assert [step["name"] for step in job["steps"]][:1] == ["Set up job"]
    log = client.get(f"/repos/{NAME}/actions/jobs/{job['id']}/logs")
    assert log.status_code == 302
    assert "hello from refs/heads/main" in hosted.client(None).get(log.headers["location"]).text


def test_the_token_of_a_job_says_exactly_what_identity_says(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    run = hosted.wait(dispatch(hosted, "dev"))
    assert run.conclusion == "success", hosted.log(run)
    (job,) = run.jobs.values()
    minted = jwt.decode(_token(job.outputs["token"]), options={"verify_signature": False})
    expected = claims(
        WorkflowJob(
            repository=hosted.hub.identity(hosted.repository), event=Event.WORKFLOW_DISPATCH, ref="refs/heads/main",
            sha=run.sha, workflow="Deploy", workflow_path=f"{WORKFLOW}deploy.yml", actor=AUTHOR,
            actor_id=PEOPLE[AUTHOR].account.id, run_id=run.id, environment="dev", check_run_id=job.id,
        )
    )  # fmt: skip
    assert isinstance(expected, tuple)
    (said,) = expected
    assert isinstance(said, Claims)
    registered = {"iss", "aud", "exp", "iat", "nbf", "jti"}
    assert {name: value for name, value in minted.items() if name not in registered} == said.document()
    assert minted["sub"] == "repo:acme@815/app@4711:environment:dev"


def test_an_environment_that_nobody_made_is_made_without_protection(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    assert hosted.wait(dispatch(hosted, "prod")).conclusion == "success"
    document = hosted.person().api("GET", f"/repos/{NAME}/environments/prod")
    assert document["protection_rules"] == []


def test_one_approval_releases_and_the_starter_may_not_give_it(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    number = guard(hosted, "prod", prevent_self_review=True)
    run = hosted.wait(dispatch(hosted, "prod"), "waiting")
    path = f"/repos/{NAME}/actions/runs/{run.id}/pending_deployments"
    (waiting,) = hosted.person(FIRST_REVIEWER).api("GET", path)
    assert (waiting["environment"]["id"], waiting["current_user_can_approve"]) == (number, True)
    yes = {"environment_ids": [number], "state": "approved", "comment": "ship it"}
    for stranger in (AUTHOR, ADMINISTRATOR, OUTSIDER):  # who started it, and two who are no reviewers
        hosted.person(stranger).api("POST", path, yes, status=422)
    hosted.client(hosted.job_token(actions="write", deployments="write")).api("POST", path, yes, status=422)
    assert run.status == "waiting"
    hosted.person(FIRST_REVIEWER).api("POST", path, yes, status=200)
    assert hosted.wait(run).conclusion == "success"
    (review,) = hosted.person().api("GET", f"/repos/{NAME}/actions/runs/{run.id}/approvals")
    assert (review["user"]["login"], review["state"], review["comment"]) == (FIRST_REVIEWER, "approved", "ship it")
    hosted.person(SECOND_REVIEWER).api("POST", path, yes, status=422)  # nothing waits any more


def test_a_rejection_fails_the_job(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    number = guard(hosted, "prod")
    run = hosted.wait(dispatch(hosted, "prod"), "waiting")
    no = {"environment_ids": [number], "state": "rejected", "comment": "not today"}
    hosted.person(SECOND_REVIEWER).api("POST", f"/repos/{NAME}/actions/runs/{run.id}/pending_deployments", no)
    assert hosted.wait(run).conclusion == "failure"
    assert f"{SECOND_REVIEWER} rejected the deployment to prod" in hosted.log(run)


def test_deleting_an_environment_fails_what_waits_for_it(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    guard(hosted, "prod")
    run = hosted.wait(dispatch(hosted, "prod"), "waiting")
    hosted.person(ADMINISTRATOR).api("DELETE", f"/repos/{NAME}/environments/prod", status=204)
    assert hosted.wait(run).conclusion == "failure"


def test_a_wait_timer_and_thirty_days_are_the_clocks(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    body = {"wait_timer": 30}
    hosted.person(ADMINISTRATOR).api("PUT", f"/repos/{NAME}/environments/dev", body)
    run = hosted.wait(dispatch(hosted, "dev"), "waiting")
    hosted.control().api("POST", "/clock", {"seconds": 1800})
    assert hosted.wait(run).conclusion == "success"
    guard(hosted, "prod")
    run = hosted.wait(dispatch(hosted, "prod"), "waiting")
    hosted.control().api("POST", "/clock", {"seconds": 30 * 86400})
    assert hosted.wait(run).conclusion == "failure"
    assert "not approved within 30 days" in hosted.log(run)
    hosted.control().api("POST", "/clock", {"seconds": 86400})
    answer = hosted.person().api("POST", f"/repos/{NAME}/actions/runs/{run.id}/rerun", status=403)
    assert "over a month ago" in answer["message"]


def test_only_refs_that_may_deploy_do(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    hosted.branch("feature")
    admin = hosted.person(ADMINISTRATOR)
    policy = {"protected_branches": False, "custom_branch_policies": True}
    admin.api("PUT", f"/repos/{NAME}/environments/dev", {"deployment_branch_policy": policy})
    admin.api("POST", f"/repos/{NAME}/environments/dev/deployment-branch-policies", {"name": "main"})
    refused = hosted.wait(dispatch(hosted, "dev", ref="feature"))
    assert refused.conclusion == "failure"
    assert 'Branch "feature" is not allowed to deploy to dev' in hosted.log(refused)
    assert hosted.wait(dispatch(hosted, "dev")).conclusion == "success"


def test_cancelling_ends_a_run_that_waits_and_a_rerun_keeps_its_actor(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    guard(hosted, "prod")
    run = hosted.wait(dispatch(hosted, "prod"), "waiting")
    hosted.person().api("POST", f"/repos/{NAME}/actions/runs/{run.id}/cancel", status=202)
    assert hosted.wait(run).conclusion == "cancelled"
    hosted.person(ADMINISTRATOR).api("DELETE", f"/repos/{NAME}/environments/prod")
    hosted.person(FIRST_REVIEWER).api("POST", f"/repos/{NAME}/actions/runs/{run.id}/rerun", status=201)
    assert hosted.wait(run).conclusion == "success"
    document = hosted.person().api("GET", f"/repos/{NAME}/actions/runs/{run.id}")
    assert (document["run_attempt"], document["actor"]["login"]) == (2, AUTHOR)
    assert document["triggering_actor"]["login"] == FIRST_REVIEWER
    first = hosted.person().api("GET", f"/repos/{NAME}/actions/runs/{run.id}/attempts/1")
    assert first["conclusion"] == "cancelled"


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({}, "Required input 'where' not provided"),
        ({"where": "moon"}, "it can be: dev, prod"),
        ({"where": "dev", "count": "many"}, "has to be a number"),
        ({"where": "dev", "other": "1"}, "Unexpected inputs provided"),
        ({f"i{number}": "" for number in range(26)}, "No more than 25 properties"),
    ],
)
def test_inputs_of_a_dispatch_are_held_to_the_workflow(hosted_of: HostedOf, inputs: dict[str, str], said: str) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    path = f"/repos/{NAME}/actions/workflows/deploy.yml/dispatches"
    answer = hosted.person().api("POST", path, {"ref": "main", "inputs": inputs}, status=422)
    assert said in json.dumps(answer)
    assert hosted.runs() == []


def _token(turned: str) -> str:
    """Undo what keeps the runner from hiding it."""
    import base64

    return str(json.loads(base64.b64decode(turned[::-1]))["value"])
