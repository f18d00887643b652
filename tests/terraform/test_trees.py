"""What holds for the text of both trees, whatever Terraform says."""

import re
from pathlib import Path

import pytest

from alphaswarm_core.terraform.providers import read_lock_file
from tests.checks.trees import (
    ADMIN_ROOTS,
    APP_ROOTS,
    BOOTSTRAP,
    LANDING_ZONE_ROOTS,
    MODULES,
    ROOTS,
    blocks,
    name_of,
    source_of,
)
from tests.terraform.conftest import PROVIDER_FREE

# Sibling root modules may differ in these files only; and in them only in the values named here.
DIFFERING_FILES = {"backend.tf", "terraform.tfvars"}
DIFFERING_BACKEND_SETTINGS = {"bucket", "key"}
APP_VALUES = {
    "account_id", "backend", "environment", "frontend", "hostname_prefix", "landing_zone", "log_retention_days",
}  # fmt: skip
LANDING_ZONE_VALUES = {
    "account_id", "availability_zones", "deploy_compute_type", "endpoint_zones", "environment", "image_compute_type",
    "ledger_database", "log_retention_days", "node_groups", "single_nat_gateway", "trail_retention_days", "vpc_cidr",
}  # fmt: skip
ADMIN_VALUES = {"account_id", "certificate_alternative_names", "environment", "hostname"}
BOOTSTRAP_VALUES = {"account_id", "apply_workflow_files", "approvals", "environment", "github_repositories"}
# Where the whole internet may stand, and why: the front door, its way to Cognito, the tasks' way to AWS, the builds' to
# GitHub, and routes.
OPEN_TO_ALL = {
    ("terraform/modules/alb", "resource.aws_vpc_security_group_ingress_rule.public"),
    ("terraform/modules/alb", "resource.aws_vpc_security_group_egress_rule.cognito"),
    ("terraform/modules/ecs-fargate-control-plane", "resource.aws_vpc_security_group_egress_rule.https"),
    ("infrastructure/modules/codebuild", "resource.aws_vpc_security_group_egress_rule.https"),
    ("infrastructure/modules/vpc", "resource.aws_route.public_internet"),
    ("infrastructure/modules/vpc", "resource.aws_route.private_nat"),
}
PLATFORMS = 14  # builds of hashicorp/aws 5.100.0: each has an h1 hash; zh has one more, for the release's manifest
KINDS = ("check", "data", "ephemeral", "locals", "module", "output", "provider", "resource", "terraform", "variable")
SIBLINGS = [
    pytest.param(APP_ROOTS, id="app-tier"),
    pytest.param(LANDING_ZONE_ROOTS, id="landing-zone"),
    pytest.param(ADMIN_ROOTS, id="admin"),
]

directories = pytest.mark.parametrize("directory", [*MODULES, *ROOTS], ids=name_of)
everywhere = pytest.mark.parametrize("directory", [*MODULES, PROVIDER_FREE, *ROOTS], ids=name_of)
roots = pytest.mark.parametrize("root", ROOTS, ids=name_of)
roots_of_environments = pytest.mark.parametrize("root", [*LANDING_ZONE_ROOTS, *ADMIN_ROOTS, *APP_ROOTS], ids=name_of)


def settings(path: Path) -> dict[str, str]:
    found = re.findall(r"^\s*(\w+)\s*=\s*(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(found)


def files(root: Path) -> dict[str, str]:
    found = (path for path in root.rglob("*") if path.is_file() and ".terraform/" not in path.as_posix())
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in found}


def test_all_environments_are_there() -> None:
    assert [root.name for root in APP_ROOTS] == ["dev", "minimum", "prod", "staging"]
    assert [root.name for root in LANDING_ZONE_ROOTS] == ["dev", "prod", "staging"]
    assert [root.name for root in ADMIN_ROOTS] == ["admin-dev", "admin-prod", "admin-staging"]


@pytest.mark.parametrize("siblings", SIBLINGS)
def test_siblings_differ_only_where_it_is_documented(siblings: tuple[Path, ...]) -> None:
    first, *others = (files(root) for root in siblings)

    for other in others:
        assert other.keys() == first.keys()
        assert {name for name in first if first[name] != other[name]} <= DIFFERING_FILES


@pytest.mark.parametrize("siblings", SIBLINGS)
def test_sibling_backends_differ_only_in_their_address(siblings: tuple[Path, ...]) -> None:
    first, *others = (settings(root / "backend.tf") for root in siblings)

    for other in others:
        assert {name for name in first.keys() | other.keys() if first.get(name) != other.get(name)} <= (
            DIFFERING_BACKEND_SETTINGS
        )


@pytest.mark.parametrize(
    ("siblings", "values"),
    [(APP_ROOTS, APP_VALUES), (LANDING_ZONE_ROOTS, LANDING_ZONE_VALUES), (ADMIN_ROOTS, ADMIN_VALUES)],
)
def test_siblings_set_the_same_values(siblings: tuple[Path, ...], values: set[str]) -> None:
    for root in siblings:
        assert set(re.findall(r"^(\w+)\s*=", (root / "terraform.tfvars").read_text(), re.MULTILINE)) == values


@roots_of_environments
def test_state_is_locked_and_in_the_account_of_its_environment(root: Path) -> None:
    backend = settings(root / "backend.tf")
    values = settings(root / "terraform.tfvars")
    tree = "alphaswarm_platform" if root in APP_ROOTS else "infrastructure"

    assert backend == {
        "bucket": f'"alphaswarm-tfstate-{values["account_id"].strip(chr(34))}"',
        "key": f'"{tree}/{root.name}/terraform.tfstate"',
        "region": '"us-east-1"',
        "use_lockfile": "true",
    }
    assert root.name.removeprefix("admin-") == values["environment"].strip('"')


@pytest.mark.parametrize("environment", ["dev", "prod", "staging"])
def test_the_bootstrap_s_state_is_in_the_account_that_it_bootstraps(environment: str) -> None:
    values = settings(BOOTSTRAP / f"{environment}.tfvars")
    (named,) = re.findall(r'state_bucket = (".+")', (BOOTSTRAP / "main.tf").read_text(encoding="utf-8"))
    bucket = named.replace("${var.account_id}", values["account_id"].strip('"'))

    assert settings(BOOTSTRAP / f"{environment}.s3.tfbackend") == {"bucket": bucket}
    assert values["environment"] == f'"{environment}"'
    assert settings(BOOTSTRAP / "backend.tf")["use_lockfile"] == "true"


@roots
def test_the_state_bucket_alone_decides_how_states_are_encrypted(root: Path) -> None:
    # `encrypt = true` without a key asks for S3's own key, and the bucket refuses any but the one of the states.
    assert not settings(root / "backend.tf").keys() & {"encrypt", "kms_key_id", "sse_customer_key"}


@pytest.mark.parametrize("environment", ["dev", "prod", "staging"])
def test_the_bootstraps_set_the_same_values(environment: str) -> None:
    text = (BOOTSTRAP / f"{environment}.tfvars").read_text()

    assert set(re.findall(r"^(\w+)\s*=", text, re.MULTILINE)) == BOOTSTRAP_VALUES


def test_no_two_roots_share_a_state() -> None:
    addresses = [(root / "backend.tf").read_text() for root in ROOTS]

    assert len(set(addresses)) == len(addresses)


@roots
def test_a_root_has_one_provider_configuration_without_a_trick(root: Path) -> None:
    (provider,) = blocks(root, "provider")

    assert provider.labels == ("aws",)
    assert re.search(r"allowed_account_ids = \[.*\bvar\.account_id\]", provider.body)
    assert set(re.findall(r"^\s{2}(\w+)\b", provider.body, re.MULTILINE)) == {
        "region",
        "allowed_account_ids",
        "default_tags",
    }


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_configures_no_provider_and_no_backend(module: Path) -> None:
    assert blocks(module, "provider") == ()
    assert 'backend "' not in source_of(module)


@everywhere
def test_nothing_reads_another_state_or_starts_a_process(directory: Path) -> None:
    text = source_of(directory)

    assert not re.search(
        r"terraform_remote_state|(?:local|remote)-exec|^\s*(?:endpoints\s*\{|profile\s*=)", text, re.MULTILINE
    )
    assert set(re.findall(r"^\s*(skip_\w+)\s*=", text, re.MULTILINE)) <= {"skip_destroy"}


def test_the_provider_free_module_has_no_provider_and_nothing_that_needs_one() -> None:
    assert "required_providers" not in source_of(PROVIDER_FREE)
    assert {block.kind for kind in KINDS for block in blocks(PROVIDER_FREE, kind)} == {
        "locals",
        "output",
        "terraform",
        "variable",
    }


@directories
def test_versions_are_the_same_everywhere(directory: Path) -> None:
    text = (directory / "versions.tf").read_text(encoding="utf-8")

    assert 'required_version = ">= 1.10"' in text
    assert 'version = "~> 5.95"' in text


@everywhere
def test_every_variable_and_output_is_typed_and_described(directory: Path) -> None:
    for variable in blocks(directory, "variable"):
        assert re.search(r"^\s{2}type\s+=", variable.body, re.MULTILINE), variable.address
    for block in (*blocks(directory, "variable"), *blocks(directory, "output")):
        assert re.search(r'^\s{2}description\s+= ("\S.+"|<<-)', block.body, re.MULTILINE), block.address


@everywhere
def test_variables_and_outputs_are_in_alphabetical_order(directory: Path) -> None:
    for file, kind in (("variables.tf", "variable"), ("outputs.tf", "output")):
        names = [block.labels[0] for block in blocks(directory, kind) if block.file.name == file]
        assert names == sorted(names)


@pytest.mark.parametrize("root", APP_ROOTS, ids=name_of)
def test_an_app_root_asks_for_a_run_id(root: Path) -> None:
    (variable,) = (block for block in blocks(root, "variable") if block.labels == ("run_id",))

    assert 'default     = ""' in variable.body  # without a default Terraform would ask a person for a value
    assert "ephemeral" not in variable.body  # an ephemeral value is not recorded in the saved plan
    assert "-7[0-9a-f]{3}-[89ab]" in variable.body
    (provider,) = blocks(root, "provider")
    assert (
        'var.run_id == "" ? "run-without-an-id"' in provider.body
    )  # or -target and -refresh=false would skip the rule
    elsewhere = source_of(root).replace(provider.body, "").replace(variable.body, "")
    assert "var.run_id" not in elsewhere  # anywhere else it would make two runs differ


@directories
def test_the_whole_internet_is_named_only_where_it_is_documented(directory: Path) -> None:
    for block in blocks(directory, "resource"):
        if "0.0.0.0/0" in block.body or "::/0" in block.body:
            assert (name_of(directory), block.address) in OPEN_TO_ALL


def test_the_front_door_has_two_ports() -> None:
    (rule,) = (
        block
        for block in blocks(APP_ROOTS[0].parents[1] / "modules/alb", "resource")
        if block.labels == ("aws_vpc_security_group_ingress_rule", "public")
    )

    assert "for_each = { http = 80, https = 443 }" in rule.body


@roots
def test_the_lock_file_is_the_same_everywhere_and_covers_every_platform(root: Path) -> None:
    assert (root / ".terraform.lock.hcl").read_bytes() == (ROOTS[0] / ".terraform.lock.hcl").read_bytes()
    (locked,) = read_lock_file(root / ".terraform.lock.hcl")
    by_scheme = [hash_.partition(":")[0] for hash_ in locked.hashes]

    assert (locked.source, locked.version) == ("registry.terraform.io/hashicorp/aws", "5.100.0")
    assert (by_scheme.count("h1"), by_scheme.count("zh")) == (PLATFORMS, PLATFORMS + 1)


@directories
def test_images_are_never_given_by_tag(directory: Path) -> None:
    assert not re.search(r":latest|image_tag\b", source_of(directory))


@everywhere
def test_no_policy_lets_everybody_in(directory: Path) -> None:
    text = source_of(directory)
    # A denial is for everybody; it may say so.
    allowing = re.sub(r'Effect\s*=\s*"Deny"\s*\n\s*Principal\s*=\s*\{ AWS = "\*" \}', "", text)

    assert not re.search(r'Principal\s*=\s*"\*"|AWS\s*=\s*"\*"|AdministratorAccess', allowing)


@directories
def test_a_module_says_what_it_is(directory: Path) -> None:
    if directory in MODULES:
        assert (directory / "README.md").read_text().startswith("# ")


def sizes(root: Path) -> dict[str, str]:
    """The values of a landing zone's root as the README's table writes them: nested names with dots."""
    found: dict[str, str] = {}
    path: list[str] = []
    for line in (root / "terraform.tfvars").read_text(encoding="utf-8").splitlines():
        if opened := re.fullmatch(r"\s*(\w+)\s*=\s*\{", line):
            path.append(opened[1])
        elif line.strip() == "}":
            path.pop()
        elif given := re.fullmatch(r"\s*(\w+)\s*=\s*(.+)", line):
            values = re.findall(r'[^\[\],"\s]+', given[2])
            counted = given[1] == "availability_zones"
            found[".".join([*path, given[1]])] = str(len(values)) if counted else ", ".join(values)
    return found


def test_the_table_of_sizes_is_what_the_root_modules_say() -> None:
    readme = (LANDING_ZONE_ROOTS[0].parents[1] / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.]+)` \| (.+) \| (.+) \| (.+) \|$", readme, re.MULTILINE)
    identity = {"account_id", "environment"}

    for column, environment in enumerate(("dev", "staging", "prod"), start=1):
        root = next(each for each in LANDING_ZONE_ROOTS if each.name == environment)
        assert {row[0]: row[column] for row in rows} == {
            name: value for name, value in sizes(root).items() if name not in identity
        }
