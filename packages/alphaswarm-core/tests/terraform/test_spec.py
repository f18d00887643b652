"""Stack specs: any byte that can change a plan changes the hash, and nothing else does."""

from pathlib import Path

import pytest
from example_project import Project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alphaswarm_core.terraform.errors import StackError
from alphaswarm_core.terraform.spec import LOCK_FILE, StackSpec, read_stack_spec


def read(project: Project, **inputs: str) -> StackSpec:
    return read_stack_spec(project.root, project.stack().parent, tree="app", environment="dev", inputs=inputs)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_root_module_and_reached_modules_belong_to_the_spec(project: Project) -> None:
    write(project.root / "terraform/modules/unused/main.tf", "# nobody calls this\n")

    assert sorted(read(project).files) == ["terraform/environments/dev/main.tf", "terraform/modules/part/main.tf"]


@pytest.mark.parametrize(
    "place",
    [
        "terraform/environments/dev/main.tf",
        "terraform/environments/dev/.terraform.lock.hcl",
        "terraform/environments/dev/terraform.tfvars",
        "terraform/environments/dev/templates/task.json.tftpl",
        "terraform/modules/part/main.tf",
        "terraform/modules/part/policy.json",
        "terraform/modules/part/inner/main.tf",
    ],
)
def test_hash_changes_when_a_file_that_belongs_to_it_appears_or_changes(project: Project, place: str) -> None:
    before = read(project).digest
    path = project.root / place
    write(path, (path.read_text() if path.exists() else "") + "# one\n")
    with_one = read(project).digest
    path.write_text(path.read_text().replace("one", "two"))

    assert len({before, with_one, read(project).digest}) == 3


@pytest.mark.parametrize(
    "place",
    [
        "README.md",
        "terraform/environments/staging/main.tf",
        "terraform/modules/unused/main.tf",
        "terraform/environments/dev/.terraform/modules/modules.json",
        "terraform/environments/dev/terraform.tfstate",
        "terraform/environments/dev/terraform.tfstate.backup",
        "terraform/environments/dev/.terraform.tfstate.lock.info",
        "terraform/environments/dev/plan.tfplan",
        "terraform/environments/dev/crash.log",
        "terraform/modules/part/.terraform/x",
    ],
)
def test_hash_stays_when_something_else_changes(project: Project, place: str) -> None:
    before = read(project).digest
    write(project.root / place, "changed")

    assert read(project).digest == before


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_flipped_byte_changes_the_hash(project: Project, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([project.stack(), project.part]))
    content = path.read_bytes()
    position = data.draw(st.integers(0, len(content) - 1))
    before = read(project)
    changed = bytearray(content)
    changed[position] ^= data.draw(st.integers(1, 255))
    path.write_bytes(changed)
    try:
        assert digest_or_error(project) != before.digest
    finally:
        path.write_bytes(content)


def digest_or_error(project: Project) -> str:
    """A flipped byte may also turn a module's source into one that lies outside the project."""
    try:
        return read(project).digest
    except StackError:
        return "error"


def test_hash_changes_with_inputs_tree_and_environment_and_not_with_their_order(project: Project) -> None:
    directory = project.stack().parent
    other_tree = read_stack_spec(project.root, directory, tree="other", environment="dev")
    other_environment = read_stack_spec(project.root, directory, tree="app", environment="prod")
    different = [read(project), read(project, a="1"), read(project, a="2"), read(project, a="1", b="1")]

    assert len({spec.digest for spec in [*different, other_tree, other_environment]}) == 6
    assert read(project, b="1", a="1").digest == read(project, a="1", b="1").digest


def test_hash_does_not_depend_on_where_the_project_lies(project: Project, tmp_path: Path) -> None:
    before = read(project).digest
    moved = project.root.rename(tmp_path / "elsewhere")

    assert read(Project(moved)).digest == before


def test_lock_file_has_a_hash_of_its_own(project: Project) -> None:
    assert read(project).lock_hash is None
    write(project.stack().with_name(LOCK_FILE), "x")
    first = read(project).lock_hash
    write(project.stack().with_name(LOCK_FILE), "y")

    assert first != read(project).lock_hash


def test_module_outside_the_project_is_refused(project: Project, tmp_path: Path) -> None:
    write(tmp_path / "outside/main.tf", "")
    project.part.write_text('module "escape" { source = "../../../../outside" }\n')

    with pytest.raises(StackError, match="lies outside the project"):
        read(project)


def test_module_behind_a_link_that_leads_outside_is_refused(project: Project, tmp_path: Path) -> None:
    write(tmp_path / "outside/main.tf", "")
    (project.root / "terraform/modules/link").symlink_to(tmp_path / "outside")
    project.part.write_text('module "escape" { source = "../link" }\n')

    with pytest.raises(StackError, match="lies outside the project"):
        read(project)


def test_file_that_is_a_link_to_outside_is_refused(project: Project, tmp_path: Path) -> None:
    write(tmp_path / "outside.tf", "# could change without a trace in the project\n")
    project.part.with_name("link.tf").symlink_to(tmp_path / "outside.tf")

    with pytest.raises(StackError):
        read(project)


def test_modules_in_a_circle_end(project: Project) -> None:
    write(project.root / "terraform/modules/other/main.tf", 'module "back" { source = "../part" }\n')
    project.part.write_text('module "forth" { source = "../other" }\n')

    assert "terraform/modules/other/main.tf" in read(project).files


@pytest.mark.parametrize("source", ['source="../other"', 'source   =   "../other"', '"source": "../other"'])
def test_local_sources_are_followed_however_they_are_written(project: Project, source: str) -> None:
    write(project.root / "terraform/modules/other/main.tf", "")
    name = "x.tf.json" if ":" in source else "x.tf"
    text = f'{{"module": {{"m": {{{source}}}}}}}' if ":" in source else f'module "m" {{ {source} }}'
    write(project.part.with_name(name), text)

    assert "terraform/modules/other/main.tf" in read(project).files


def test_missing_or_empty_root_module_is_named(project: Project) -> None:
    empty = project.root / "empty"
    empty.mkdir()

    for directory in (empty, project.root / "missing"):
        with pytest.raises(StackError, match=str(directory)):
            read_stack_spec(project.root, directory, tree="app", environment="dev")


ONE = 'provider "aws" {\n  region = "us-east-1"\n}\n'


@pytest.mark.parametrize(
    ("texts", "once"),
    [
        ([ONE], True),
        ([], False),
        ([ONE, ONE.replace("{", '{\n  alias = "other"', 1)], False),
        ([ONE, "terraform {\n  required_providers {\n    aws = { configuration_aliases = [aws.x] }\n  }\n}\n"], False),
        ([ONE.replace("aws", "google")], False),
    ],
    ids=["one", "none", "alias", "configuration aliases", "another"],
)
def test_provider_is_reusable_only_when_it_is_provably_configured_once(
    project: Project, texts: list[str], once: bool
) -> None:
    for number, text in enumerate(texts):
        write(project.stack().with_name(f"provider{number}.tf"), text)

    assert read(project).configures_once("aws") is once


def test_provider_is_not_reusable_when_a_module_configures_it_too(project: Project) -> None:
    write(project.stack().with_name("provider.tf"), ONE)
    write(project.part.with_name("provider.tf"), ONE)

    assert not read(project).configures_once("aws")


@pytest.mark.parametrize("text", ['{"provider": {"aws": {"alias": "x"}}}', "{}"])
def test_provider_is_not_reusable_when_json_may_configure_it(project: Project, text: str) -> None:
    write(project.stack().with_name("provider.tf"), ONE)
    write(project.part.with_name("more.tf.json"), text)

    assert not read(project).configures_once("aws")


@pytest.mark.parametrize(
    "block",
    [
        'provider aws {\n  region = "eu-west-1"\n}\n',
        'provider "aws" { region = "eu-west-1" }\n',
        'provider"aws"{\n}\n',
        'provider "aws"\t{\n}\n',
        '/* */ provider /* { */ "aws" /* */ {\n}\n',
        'provider "\\u0061ws" {\n}\n',
    ],
)
def test_second_configuration_is_seen_however_it_is_written(project: Project, block: str) -> None:
    write(project.stack().with_name("provider.tf"), ONE)
    write(project.part.with_name("more.tf"), block)

    assert not read(project).configures_once("aws")


def test_provider_is_not_reusable_when_its_only_block_has_an_alias(project: Project) -> None:
    """Resources that do not name it would be of a second, implied configuration."""
    write(project.stack().with_name("provider.tf"), 'provider "aws" {\n  alias = "x"\n}\n')

    assert not read(project).configures_once("aws")


def test_provider_is_not_reusable_when_a_file_of_opentofu_configures_it_too(project: Project) -> None:
    write(project.stack().with_name("provider.tf"), ONE)
    write(project.stack().with_name("more.tofu"), ONE)

    assert not read(project).configures_once("aws")


@pytest.mark.parametrize("source", ["var.place", '"../${var.place}"', "local.place", '"%{ if true }../part%{ endif }"'])
def test_module_whose_source_is_computed_is_refused(project: Project, source: str) -> None:
    write(project.part.with_name("more.tf"), f'module "m" {{\n  count = 1\n  source = {source}\n}}\n')

    with pytest.raises(StackError, match="computes the source"):
        read(project)


def test_directory_behind_a_link_is_refused(project: Project) -> None:
    write(project.root / "shared/file", "")
    project.part.with_name("link").symlink_to(project.root / "shared")

    with pytest.raises(StackError, match="is a link to a directory"):
        read(project)
