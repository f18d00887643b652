"""Whom the roles of all three accounts trust: their policies, rendered with the accounts' own values, are asked.

The vectors are tokens that GitHub can mint, and near misses of the ones that are meant.
"""

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphaswarm_core.identity.iam import CompiledPolicy, PolicyKind, compile_policy, parse_policy, web_identity_request
from tests.checks.terraform import Workspace
from tests.checks.trees import BOOTSTRAP, REPOSITORY, name_of
from tests.terraform.conftest import ACCOUNTS, PROVIDER_FREE

pytestmark = pytest.mark.xdist_group("trust")

ENVIRONMENTS = {"dev": 0, "staging": 1, "prod": 2}
GATED = [name for name, approvals in ENVIRONMENTS.items() if approvals]
LARGEST = 2048  # AWS's default quota of a trust policy, in characters
PLATFORM = "repo:Alpha-Swarm-ai@800000001/alphaswarm_platform@900000001"
ADMIN = "repo:Alpha-Swarm-ai@800000001/alphaswarm_admin@900000002"
PIPELINE = "Alpha-Swarm-ai/alphaswarm_platform/.github/workflows/terraform-pipeline.yml@refs/heads/main"
PINNED = ("aud", "environment", "job_workflow_ref", "ref", "repository_id", "repository_owner_id", "sub")
_RENDERING = """
variable "account_id" {{ type = string }}
variable "approvals" {{ type = number }}
variable "apply_workflow_files" {{ type = set(string) }}
variable "environment" {{ type = string }}
variable "github_repositories" {{ type = list(any) }}

module "trust" {{
  source = "../{module}"

  provider_arn         = "arn:aws:iam::${{var.account_id}}:oidc-provider/token.actions.githubusercontent.com"
  approvals            = var.approvals
  apply_workflow_files = var.apply_workflow_files
  environment          = var.environment
  repositories         = var.github_repositories
}}

output "apply" {{ value = module.trust.apply_policy }}
output "plan" {{ value = module.trust.plan_policy }}
"""

Render = Callable[[str, str], str]
Decide = Callable[..., bool]


@pytest.fixture(scope="session")
def rendered(workspace: Workspace) -> Render:
    """`rendered("prod", "apply")`: a trust policy as JSON, made by Terraform from the root module's own values."""
    directory = workspace.path / "rendering"
    directory.mkdir()
    (directory / "main.tf").write_text(_RENDERING.format(module=name_of(PROVIDER_FREE)))
    installed = workspace.run("rendering", "init", "-input=false", "-no-color")
    assert installed.exit_code == 0, installed.text
    documents = {environment: _outputs(workspace, environment) for environment in ENVIRONMENTS}
    return lambda environment, role: documents[environment][role]["value"]


def _outputs(workspace: Workspace, environment: str) -> dict[str, Any]:
    values = f"-var-file=../infrastructure/bootstrap/{environment}.tfvars"
    state = f"-state={environment}.tfstate"
    applied = workspace.run("rendering", "apply", "-auto-approve", "-input=false", "-no-color", state, values)
    assert applied.exit_code == 0, applied.text
    outputs: dict[str, Any] = json.loads(workspace.run("rendering", "output", "-json", state).text)
    return outputs


@pytest.fixture(scope="session")
def decide(rendered: Render) -> Decide:
    """`decide("prod", "apply", claims)`: what the role of that environment's account answers."""
    policies = {
        (environment, role): _compiled(rendered(environment, role)) for environment in ENVIRONMENTS for role in ROLES
    }

    def answer(environment: str, role: str, claims: dict[str, str]) -> bool:
        provider = f"arn:aws:iam::{ACCOUNTS[environment]}:oidc-provider/token.actions.githubusercontent.com"
        return policies[environment, role].decide(web_identity_request(claims, provider)).allowed

    return answer


ROLES = ("apply", "plan")


def _compiled(document: str) -> CompiledPolicy:
    return compile_policy(parse_policy(document, PolicyKind.TRUST))


def token(subject: str, **claims: str | None) -> dict[str, str]:
    """A token of the platform's pipeline on main, with what is given; None takes a claim away."""
    usual: dict[str, str | None] = {
        "aud": "sts.amazonaws.com",
        "sub": subject,
        "ref": "refs/heads/main",
        "repository": "Alpha-Swarm-ai/alphaswarm_platform",
        "repository_id": "900000001",
        "repository_owner_id": "800000001",
        "job_workflow_ref": PIPELINE,
    }
    return {name: value for name, value in {**usual, **claims}.items() if value is not None}


def environment_job(environment: str, **claims: str | None) -> dict[str, str]:
    """A job that names the environment."""
    return token(f"{PLATFORM}:environment:{environment}", **{"environment": environment, **claims})


def without_environment(**claims: str | None) -> dict[str, str]:
    """A job on main that names no environment, and so waits for nobody."""
    return token(f"{PLATFORM}:ref:refs/heads/main", **claims)


def pull_request(**claims: str | None) -> dict[str, str]:
    """A job of a pull request from a branch of the repository, in the pull request's own workflow file."""
    own_file = "Alpha-Swarm-ai/alphaswarm_platform/.github/workflows/pr-validate.yml@refs/pull/7/merge"
    usual = {"ref": "refs/pull/7/merge", "job_workflow_ref": own_file}
    return token(f"{PLATFORM}:pull_request", **{**usual, **claims})


def admin_job(environment: str) -> dict[str, str]:
    """A job of the other deploying repository."""
    return token(
        f"{ADMIN}:environment:{environment}",
        environment=environment,
        repository="Alpha-Swarm-ai/alphaswarm_admin",
        repository_id="900000002",
        job_workflow_ref="Alpha-Swarm-ai/alphaswarm_admin/.github/workflows/build-publish.yml@refs/heads/main",
    )


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("job", [environment_job, admin_job])
def test_the_apply_role_takes_the_environment_s_jobs(
    decide: Decide, environment: str, job: Callable[[str], dict[str, str]]
) -> None:
    assert decide(environment, "apply", job(environment))


REFUSED = {
    "no environment": lambda name: without_environment(),
    "no environment, but the claim": lambda name: without_environment(environment=name),
    "a feature branch": lambda name: environment_job(name, ref="refs/heads/feature"),
    "a pull request's merge ref": lambda name: environment_job(name, ref="refs/pull/7/merge"),
    "a tag called main": lambda name: environment_job(name, ref="refs/tags/main"),
    "no ref": lambda name: environment_job(name, ref=None),
    "the environment in capitals": lambda name: environment_job(name.capitalize()),
    "an environment with the same beginning": lambda name: environment_job(f"{name}-eu"),
    "an environment with a colon": lambda name: token(f"{PLATFORM}:environment:{name}%3Ax", environment=f"{name}:x"),
    "another environment": lambda name: environment_job("preview"),
    "another workflow file on main": lambda name: environment_job(
        name, job_workflow_ref=PIPELINE.replace("terraform-pipeline", "lint")
    ),
    "the workflow file of a branch": lambda name: environment_job(
        name, job_workflow_ref=PIPELINE.replace("refs/heads/main", "refs/heads/feature")
    ),
    "a workflow file of a fork": lambda name: environment_job(
        name, job_workflow_ref=PIPELINE.replace("Alpha-Swarm-ai", "evil")
    ),
    "a recycled name": lambda name: environment_job(name, repository_id="900000009"),
    "a recycled owner": lambda name: environment_job(name, repository_owner_id="800000009"),
    "no ids": lambda name: environment_job(name, repository_id=None, repository_owner_id=None),
    "the subject of the legacy format": lambda name: environment_job(
        name, sub=f"repo:Alpha-Swarm-ai/alphaswarm_platform:environment:{name}"
    ),
    "the audience of a registry": lambda name: environment_job(name, aud="sigstore"),
    "the default audience": lambda name: environment_job(name, aud="https://github.com/Alpha-Swarm-ai"),
    "a pull request": lambda name: pull_request(),
    "a pull request that names the environment": lambda name: environment_job(
        name, ref="refs/pull/7/merge", job_workflow_ref=PIPELINE.replace("refs/heads/main", "refs/pull/7/merge")
    ),
    "pull_request_target in a file of its own": lambda name: environment_job(
        name, job_workflow_ref=PIPELINE.replace("terraform-pipeline", "label")
    ),
}


@pytest.mark.parametrize("environment", GATED)
@pytest.mark.parametrize("case", REFUSED)
def test_the_apply_role_of_a_gated_environment_refuses(decide: Decide, environment: str, case: str) -> None:
    assert not decide(environment, "apply", REFUSED[case](environment))


@pytest.mark.parametrize(
    "case", [case for case in REFUSED if case not in {"no environment", "no environment, but the claim"}]
)
def test_the_apply_role_of_dev_refuses(decide: Decide, case: str) -> None:
    assert not decide("dev", "apply", REFUSED[case]("dev"))


def test_dev_takes_a_job_on_main_without_an_environment(decide: Decide) -> None:
    assert decide("dev", "apply", without_environment())


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": f"{PLATFORM}:ref:refs/heads/feature", "ref": "refs/heads/feature"},
        {"ref": "refs/heads/feature"},
        {"repository_id": "900000009"},
        {"job_workflow_ref": PIPELINE.replace("terraform-pipeline", "lint")},
        {"aud": "sigstore"},
    ],
    ids=str,
)
def test_dev_pins_such_a_job_as_tightly(decide: Decide, changes: dict[str, str]) -> None:
    assert not decide("dev", "apply", without_environment(**changes))


@pytest.mark.parametrize("environment", GATED)
def test_name_and_ids_of_two_repositories_do_not_mix_behind_a_gate(decide: Decide, environment: str) -> None:
    legacy_name = f"repo:Alpha-Swarm-ai/alphaswarm_platform:environment:{environment}"

    assert not decide(environment, "apply", environment_job(environment, repository_id="900000002"))
    assert not decide(environment, "apply", environment_job(environment, sub=legacy_name, repository_id="900000002"))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("claims", [pull_request(), without_environment()], ids=["pull request", "main"])
def test_the_plan_role_takes_pull_requests_and_main(decide: Decide, environment: str, claims: dict[str, str]) -> None:
    assert decide(environment, "plan", claims)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize(
    "claims",
    [
        pytest.param(pull_request(ref="refs/heads/main"), id="pull_request_target, or the run after a merge"),
        pytest.param(pull_request(ref="refs/pull/7/head"), id="the head of a pull request"),
        pytest.param(pull_request(ref=None), id="no ref"),
        pytest.param(pull_request(repository_id="900000009"), id="a recycled name"),
        pytest.param(pull_request(aud="sigstore"), id="another audience"),
        pytest.param(token(f"{PLATFORM}:ref:refs/heads/feature", ref="refs/heads/feature"), id="a feature branch"),
        pytest.param(token(f"{PLATFORM}:ref:refs/tags/v1.0.0", ref="refs/tags/v1.0.0"), id="a tag"),
        pytest.param(
            token(f"{PLATFORM}:ref:refs/heads/gh-readonly-queue/main/pr-7-0", ref="refs/heads/x"), id="a queue"
        ),
        pytest.param(environment_job("prod"), id="an environment's job"),
        pytest.param(token("repo:evil@1/alphaswarm_platform@2:pull_request", ref="refs/pull/7/merge"), id="a fork"),
    ],
)
def test_the_plan_role_refuses(decide: Decide, environment: str, claims: dict[str, str]) -> None:
    assert not decide(environment, "plan", claims)


@settings(max_examples=200)
@given(claim=st.sampled_from(PINNED), value=st.text(max_size=40), environment=st.sampled_from(GATED))
def test_no_other_value_of_a_pinned_claim_gets_in(decide: Decide, claim: str, value: str, environment: str) -> None:
    meant = environment_job(environment)

    assert decide(environment, "apply", {**meant, claim: value}) is (value == meant[claim])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("role", ROLES)
def test_a_trust_policy_fits_aws_and_has_one_pattern_at_most(rendered: Render, environment: str, role: str) -> None:
    document = rendered(environment, role)

    assert len(document) <= LARGEST
    assert re.findall(r'"[^"]*[*?][^"]*"', document) == (['"refs/pull/*/merge"'] if role == "plan" else [])
    assert "IfExists" not in document
    assert "ForA" not in document


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_only_an_environment_without_approvals_trusts_a_subject_without_environment(
    rendered: Render, environment: str
) -> None:
    subjects = re.findall(r"repo:[^\"]+", rendered(environment, "apply"))
    by_ref = [subject for subject in subjects if f":environment:{environment}" not in subject]

    assert len(by_ref) == (0 if ENVIRONMENTS[environment] else 2)
    assert len(subjects) - len(by_ref) == 2


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_bootstrap_has_the_accounts_ids_and_approvals_of_the_project(name: str) -> None:
    project = tomllib.loads((REPOSITORY / "alphaswarm.toml").read_text(encoding="utf-8"))
    values = (BOOTSTRAP / f"{name}.tfvars").read_text(encoding="utf-8")
    environment = project["environments"][name]

    assert re.findall(r'^account_id\s*= "(\d+)"$', values, re.MULTILINE) == [environment["account_id"]]
    assert re.findall(r"^approvals\s*=\s*(\d+)$", values, re.MULTILINE) == [str(environment["approvals"])]
    for repository in project["github"]["repositories"].values():
        block = values.partition(f'"{repository["name"]}"')[2].partition("}")[0]
        assert re.search(rf'\bid\s+= "{repository["id"]}"', block)
        assert re.search(rf'\bowner_id\s+= "{repository["owner_id"]}"', block)
