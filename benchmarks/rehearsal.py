"""A copy of the project in a temporary directory, with a local cloud of its own: nobody's running cloud is touched."""

import contextlib
import shutil
import tempfile
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from alphaswarm_core.local_address import read_local_address
from alphaswarm_core.settings import FILE_NAME, load_settings
from alphaswarm_core.target import local_client_environment
from alphaswarm_core.terraform.native import native_configuration
from benchmarks.processes import ALPHASWARM, run, user_environment

PROJECT = Path(__file__).resolve().parents[1]
SMALL, APP_TIER = "small", "dev"
_ACCOUNT = "444444444444"
_ENVIRONMENT = f"""
[environments.{SMALL}]
account_id = "{_ACCOUNT}"
approvals = 0
"""
_STACK = f"""
terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "~> 5.95"
    }}
  }}

  backend "s3" {{
    bucket       = "alphaswarm-tfstate-{_ACCOUNT}"
    key          = "alphaswarm_platform/{SMALL}/terraform.tfstate"
    region       = "us-east-1"
    use_lockfile = true
  }}
}}

variable "run_id" {{
  type = string
}}

provider "aws" {{
  region = "us-east-1"
}}

resource "aws_ssm_parameter" "this" {{
  for_each = toset(["first", "second"])

  name  = "/alphaswarm/{SMALL}/${{each.key}}"
  type  = "String"
  value = each.key
}}
"""


class Rehearsal:
    """A copy of the project. Its cloud starts, and its stacks are applied, when they are first asked for."""

    def __init__(self) -> None:
        self._cleanup = contextlib.ExitStack()
        self.root = Path(self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="alphaswarm-bench-")))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleanup.close()

    def alphaswarm(self, *words: str) -> str:
        """Standard output of a command in the copy."""
        return run([ALPHASWARM, *words], directory=self.root, environment=user_environment())

    @cached_property
    def small(self) -> Path:
        """The root module of two parameters, applied."""
        self._cloud  # noqa: B018 - starts it
        self.alphaswarm("deploy", "up", "--env", SMALL, "--yes", "--json")
        return self.stack(SMALL)

    @cached_property
    def app_tier(self) -> Path:
        """The root module of the project's own app tier, applied by the demo (which needs a few minutes)."""
        self._cloud  # noqa: B018 - starts it
        self.alphaswarm("demo", "--json")
        return self.stack(APP_TIER)

    def stack(self, environment: str) -> Path:
        """The directory of a root module."""
        return self.root / "terraform" / "environments" / environment

    def native_environment(self, environment: str) -> dict[str, str]:
        """What a plain `terraform` needs, with working data of its own and providers from where ours come from."""
        settings = load_settings(self.root / FILE_NAME, {})
        cloud = local_client_environment(read_local_address(settings.home_path), environment)
        data = self.root / "bare" / environment
        data.mkdir(parents=True, exist_ok=True)
        lines = native_configuration(settings).read_text().splitlines(keepends=True)
        (data / "cli.tfrc").write_text("".join(line for line in lines if not line.startswith("plugin_cache_dir")))
        named = {
            **cloud,
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(data / "cli.tfrc"),
            "TF_DATA_DIR": str(data / "data"),
        }
        return user_environment(**named)

    @cached_property
    def _cloud(self) -> str:
        self._copy_project()
        self._cleanup.callback(self.alphaswarm, "local", "down")
        return self.alphaswarm("local", "up", "--json")

    def _copy_project(self) -> None:
        without = shutil.ignore_patterns(".terraform", "*.tfstate*", ".alphaswarm")
        for tree in ("terraform", "infrastructure", "policy", "buildspecs"):
            shutil.copytree(PROJECT / tree, self.root / tree, ignore=without)
        (self.root / FILE_NAME).write_text((PROJECT / FILE_NAME).read_text() + _ENVIRONMENT)
        self.stack(SMALL).mkdir()
        (self.stack(SMALL) / "main.tf").write_text(_STACK)
        shutil.copy(self.stack(APP_TIER) / ".terraform.lock.hcl", self.stack(SMALL))
