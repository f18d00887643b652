"""The typed list of handles, and the HCL of both trees held against it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.handles import (
    HANDLES,
    Handle,
    HandleEnvironmentError,
    Kind,
    Publisher,
    Reader,
    UnknownHandleError,
    handle,
    prefix,
    published_by,
    read_by,
)

REPOSITORY = Path(__file__).resolve().parents[3]
READING_MODULE = REPOSITORY / "terraform/modules/handles/main.tf"
PUBLISHING_ROOTS = {
    Publisher.BOOTSTRAP: [REPOSITORY / "infrastructure/bootstrap"],
    Publisher.LANDING_ZONE: [REPOSITORY / "infrastructure/envs" / name for name in ("dev", "prod", "staging")],
    Publisher.ADMIN_FOUNDATION: sorted((REPOSITORY / "infrastructure/envs").glob("admin-*")),
    Publisher.APP_TIER: sorted((REPOSITORY / "terraform/environments").iterdir()),
}
ROOTS = [pytest.param(tree, root, id=root.name) for tree, roots in PUBLISHING_ROOTS.items() for root in roots]


def assignments(text: str, name: str) -> str:
    """The body of `name = { … }`; the trees close such an object at its own indentation."""
    found = re.search(rf"^(\s*){name}\s+=\s+\{{\n(.*?)^\1\}}", text, re.MULTILINE | re.DOTALL)
    assert found, f"no object named {name}"
    return found.group(2)


def read_by_hcl(name: str) -> dict[str, str]:
    """Name and type of the handles that the app tier reads: `required` or `optional`."""
    return dict(re.findall(r'^\s+(\w+)\s+=\s+"(\w+)"$', assignments(READING_MODULE.read_text(), name), re.MULTILINE))


def published_by_hcl(root: Path) -> list[tuple[str, str]]:
    """Name and type of the handles that a root module publishes."""
    body = assignments((root / "handles.tf").read_text(), "handles")
    found = re.findall(r'^\s+(\w+)\s+=\s+\{ type = "(\w+)", value = \S.*\}$', body, re.MULTILINE)
    assert len(found) == len(body.strip().splitlines()), "a line that is not a handle"
    return found


def as_listed(handles: tuple[Handle, ...]) -> dict[str, str]:
    return {each.name: each.kind.value for each in handles}


@pytest.mark.parametrize(("name", "required"), [("required", True), ("optional", False)])
def test_the_app_tier_reads_exactly_the_listed_handles(name: str, required: bool) -> None:
    listed = tuple(each for each in read_by(Reader.APP_TIER) if each.required is required)

    assert read_by_hcl(name) == as_listed(listed)


@pytest.mark.parametrize(("tree", "root"), ROOTS)
def test_a_tree_publishes_exactly_its_listed_handles_with_their_types(tree: Publisher, root: Path) -> None:
    assert dict(published_by_hcl(root)) == as_listed(published_by(tree))


def test_whatever_the_app_tier_reads_the_landing_zone_publishes() -> None:
    published = {
        name: kind
        for publisher, roots in PUBLISHING_ROOTS.items()
        if publisher is not Publisher.APP_TIER
        for root in roots
        for name, kind in published_by_hcl(root)
    }

    for name, kind in {**read_by_hcl("required"), **read_by_hcl("optional")}.items():
        assert published[name] == kind


@pytest.mark.parametrize(("tree", "root"), ROOTS)
def test_only_optional_handles_may_be_left_out(tree: Publisher, root: Path) -> None:
    text = (root / "handles.tf").read_text()
    left_out = set(re.findall(r"^\s+(\w+)\s+=\s+var\.\w+$", text, re.MULTILINE))

    assert left_out == {each.name for each in published_by(tree) if not each.required}


def test_nothing_is_written_twice() -> None:
    for roots in PUBLISHING_ROOTS.values():
        for root in roots:
            names = [name for name, _ in published_by_hcl(root)]
            assert len(names) == len(set(names))
    publishers = [name for roots in PUBLISHING_ROOTS.values() for name, _ in published_by_hcl(roots[0])]
    assert len(publishers) == len(set(publishers)), "two root modules write the same handle"


def test_parameters_are_written_in_one_file_of_each_root_and_in_no_module() -> None:
    writers = [
        path.relative_to(REPOSITORY).as_posix()
        for tree in ("infrastructure", "terraform")
        for path in (REPOSITORY / tree).rglob("*.tf")
        if ".terraform/" not in path.as_posix() and 'resource "aws_ssm_parameter"' in path.read_text()
    ]

    expected = [root / "handles.tf" for roots in PUBLISHING_ROOTS.values() for root in roots]
    assert sorted(writers) == sorted(path.relative_to(REPOSITORY).as_posix() for path in expected)


def reading(tree: str) -> dict[Path, str]:
    """The files of a tree that read parameters, with what they say."""
    files = (path for path in (REPOSITORY / tree).rglob("*.tf") if ".terraform/" not in path.as_posix())
    return {path: text for path in files if re.search(r'^data "aws_ssm_', text := path.read_text(), re.MULTILINE)}


def test_the_app_tier_reads_parameters_in_one_module_only() -> None:
    assert list(reading("terraform")) == [READING_MODULE]


def test_the_landing_zone_reads_what_was_published_before_it_and_names_each() -> None:
    allowed = {each.name for each in read_by(Reader.LANDING_ZONE)}
    order = list(Publisher)
    found = set()

    for path, text in reading("infrastructure").items():
        (publisher,) = (tree for tree, roots in PUBLISHING_ROOTS.items() if path.parent in roots)
        names = re.findall(r'^  name = "/alphaswarm/\$\{var\.environment\}/(\w+)"$', text, re.MULTILINE)
        assert len(names) == len(re.findall(r'^data "aws_ssm_', text, re.MULTILINE))
        assert all(order.index(handle(name).published_by) < order.index(publisher) for name in names), path
        found |= set(names)

    assert found <= allowed


def test_a_secret_never_travels_as_a_plain_handle() -> None:
    for each in HANDLES:
        assert each.secure is (each.kind is Kind.SECURE_STRING)
        if re.search(r"secret|password|token|key", each.name):
            assert each.secure or each.name.endswith("_arn"), each.name


def test_every_handle_says_who_reads_it_and_what_it_is() -> None:
    for each in HANDLES:
        assert each.read_by
        assert each.description
        assert re.fullmatch(r"[a-z][a-z0-9_]*", each.name)
    assert [each.name for each in HANDLES] == [
        name for tree in Publisher for name in sorted(each.name for each in published_by(tree))
    ]


def test_a_handle_knows_its_path_and_its_publisher() -> None:
    vpc = handle("vpc_id")

    assert vpc.path("dev") == "/alphaswarm/dev/vpc_id"
    assert vpc.published_by.root_module("dev") == "infrastructure/envs/dev"
    assert handle("admin_hostname").published_by.root_module("dev") == "infrastructure/envs/admin-dev"
    assert handle("plan_role_arn").published_by.root_module("dev") == "infrastructure/bootstrap"
    assert handle("alb_dns_name").published_by.root_module("dev") == "terraform/environments/dev"


@pytest.mark.parametrize(("tree", "root"), ROOTS)
def test_the_named_root_modules_exist(tree: Publisher, root: Path) -> None:
    environment = root.name.removeprefix("admin-")

    assert REPOSITORY / tree.root_module(environment) == root


def test_an_unknown_handle_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(UnknownHandleError) as refused:
        handle("vpc")

    assert refused.value.fix is not None
    assert "vpc_id" in refused.value.fix


@pytest.mark.parametrize("environment", ["", "..", "dev/../prod", "Dev", "dev ", "-dev", "dev\n", "a" * 33])
def test_an_environment_that_would_leave_its_path_is_refused(environment: str) -> None:
    with pytest.raises(HandleEnvironmentError):
        handle("vpc_id").path(environment)


@given(st.text())
def test_a_prefix_has_exactly_two_parts_or_is_refused(environment: str) -> None:
    try:
        path = prefix(environment)
    except HandleEnvironmentError:
        return
    assert path.split("/") == ["", "alphaswarm", environment]
