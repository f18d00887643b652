"""Rendering the trust policies: the provider-free module alone, with the values that the account's bootstrap has.

No provider, no account, no network: what is proved here is the text that AWS will get.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from alphaswarm_core.errors import ConfigurationError
from alphaswarm_core.identity.trust import RolePolicy, policies_of_plan
from alphaswarm_core.identity.trust.declared import provider_arn
from alphaswarm_core.settings import Settings
from alphaswarm_core.terraform.engine_environment import engine_environment
from alphaswarm_core.terraform.engines.base import Engine
from alphaswarm_core.terraform.execution import StopRequest, Supervisor
from alphaswarm_core.terraform.failures import failure_of
from alphaswarm_core.terraform.planning import show_plan
from alphaswarm_core.terraform.stack_data import RunArtifacts

MODULE = Path("infrastructure/modules/github-oidc/trust-policy")
VALUES = "infrastructure/bootstrap/{env}.tfvars"
_SECONDS = 120.0
_ROOT_MODULE = """
variable "environment" { type = string }
variable "provider_arn" { type = string }
variable "approvals" { type = number }
variable "github_repositories" { type = any }
variable "apply_workflow_files" { type = any }
variable "plan_workflow_files" {
  type    = any
  default = []
}

module "trust" {
  source               = %s
  environment          = var.environment
  provider_arn         = var.provider_arn
  approvals            = var.approvals
  repositories         = var.github_repositories
  apply_workflow_files = var.apply_workflow_files
  plan_workflow_files  = var.plan_workflow_files
}

output "plan_policy" { value = module.trust.plan_policy }
output "apply_policy" { value = module.trust.apply_policy }
"""
"""The bootstrap's own variables, handed to the rendering module as its root module does."""


def render_policies(
    settings: Settings, engine: Engine, ambient: Mapping[str, str], environment: str
) -> tuple[RolePolicy, ...]:
    """The trust policies of both roles in `environment`, rendered from the module and the environment's own values.

    Raises:
        ConfigurationError: the project has no such module or values.
        AlphaSwarmError: Terraform refuses them; see `failures.failure_of`.
    """
    module = settings.root / MODULE
    values = settings.root / VALUES.format(env=environment)
    for path in (module, values):
        if not path.exists():
            raise ConfigurationError(f"There is no {path}", fix="Give rendered policies instead: --plan PLAN.json")
    with tempfile.TemporaryDirectory(prefix="alphaswarm-trust-") as scratch:
        document = _plan(settings, engine, ambient, environment, Path(scratch))
    return policies_of_plan(json.loads(document), environment)


def _plan(settings: Settings, engine: Engine, ambient: Mapping[str, str], environment: str, scratch: Path) -> str:
    root = scratch / "root"
    root.mkdir()
    relative = os.path.relpath((settings.root / MODULE).resolve(), root.resolve())
    (root / "main.tf").write_text(_ROOT_MODULE % json.dumps(relative))
    configuration = scratch / "cli.tfrc"
    configuration.write_text("disable_checkpoint = true\n")
    variables = engine_environment(ambient, {}, data=scratch / "data", configuration=configuration, home=scratch)
    artifacts = RunArtifacts(scratch)
    with engine.open(root, variables) as session:
        for arguments in (["init", "-input=false", "-no-color"], _plan_arguments(settings, environment, artifacts)):
            supervisor = Supervisor(lambda _: None, lambda: None, StopRequest())
            outcome = supervisor.run(session, arguments, log=artifacts.log, timeout_seconds=_SECONDS)
            if outcome.exit_code != 0:
                raise failure_of(outcome, step=arguments[0], log=artifacts.log)
        return show_plan(session, supervisor, artifacts)


def _plan_arguments(settings: Settings, environment: str, artifacts: RunArtifacts) -> list[str]:
    values = (settings.root / VALUES.format(env=environment)).absolute()
    provider = provider_arn(settings, environment)
    options = ["-input=false", "-lock=false", "-json", f"-out={artifacts.plan}"]
    return ["plan", *options, f"-var-file={values}", f"-var=environment={environment}", f"-var=provider_arn={provider}"]
