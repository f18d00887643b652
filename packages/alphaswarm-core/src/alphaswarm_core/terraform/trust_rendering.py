"""Rendering the trust policies: the provider-free module alone, with the inputs that the environment's root module has.

No provider, no account, no network: what is proved here is the text that AWS will get.
"""

import json
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
ROOT = "infrastructure/envs/admin-{env}"
_SECONDS = 120.0


def render_policies(
    settings: Settings, engine: Engine, ambient: Mapping[str, str], environment: str
) -> tuple[RolePolicy, ...]:
    """The trust policies of both roles in `environment`, rendered from the module and the environment's own values.

    Raises:
        ConfigurationError: the project has no such module or values.
        AlphaSwarmError: Terraform refuses them; see `failures.failure_of`.
    """
    module = settings.root / MODULE
    values = settings.root / ROOT.format(env=environment) / "terraform.tfvars"
    for path in (module, values):
        if not path.exists():
            raise ConfigurationError(f"There is no {path}", fix="Give rendered policies instead: --plan PLAN.json")
    with tempfile.TemporaryDirectory(prefix="alphaswarm-trust-") as scratch:
        document = _plan(settings, engine, ambient, environment, Path(scratch))
    return policies_of_plan(json.loads(document), environment)


def _plan(settings: Settings, engine: Engine, ambient: Mapping[str, str], environment: str, scratch: Path) -> str:
    configuration = scratch / "cli.tfrc"
    configuration.write_text("disable_checkpoint = true\n")
    variables = engine_environment(ambient, {}, data=scratch / "data", configuration=configuration, home=scratch)
    artifacts = RunArtifacts(scratch)
    supervisor = Supervisor(lambda _: None, lambda: None, StopRequest())
    values = (settings.root / ROOT.format(env=environment) / "terraform.tfvars").absolute()
    arguments = [
        "plan",
        "-input=false",
        "-lock=false",
        "-json",
        f"-state={scratch / 'none.tfstate'}",
        f"-out={artifacts.plan}",
        f"-var-file={values}",
        f"-var=environment={environment}",
        f"-var=provider_arn={provider_arn(settings, environment)}",
    ]
    with engine.open((settings.root / MODULE).absolute(), variables) as session:
        outcome = supervisor.run(session, arguments, log=artifacts.log, timeout_seconds=_SECONDS)
        if outcome.exit_code != 0:
            raise failure_of(outcome, step="plan", log=artifacts.log)
        return show_plan(session, supervisor, artifacts)
