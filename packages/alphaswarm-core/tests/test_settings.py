"""Settings: each message names file, line and key (or the variable or flag), what is wrong and what would be right."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.errors import ConfigurationError, ExitCode, UsageError
from alphaswarm_core.settings import find_settings_file, load_settings
from alphaswarm_core.settings.toml_lines import line_of
from alphaswarm_core.target import Target

WHOLE = """\
schema = 1
project = "example"
region = "eu-central-1"

[terraform]
engine = "auto"
parallelism = 10

[environments.dev]
account_id = "111111111111"
approvals = 0

[environments.staging]
account_id = "222222222222"
approvals = 1
shared = true

[trees.app]
path = "terraform/{env}"
applied_by = "runtime"

[github.repositories.platform]
name = "o/r"
id = 1
owner_id = 2
"""

BROKEN = [
    ("schema = 1", "schema = 2", 1, "schema", "1"),
    ('project = "example"', 'project = "Example Inc"', 2, "project", 'project = "alphaswarm"'),
    ('project = "example"', "project = 7", 2, "project", 'project = "alphaswarm"'),
    ("eu-central-1", "Frankfurt", 3, "region", 'region = "us-east-1"'),
    ('engine = "auto"', 'engine = "steam"', 6, "terraform.engine", 'engine = "embedded"'),
    ("parallelism = 10", "parallelism = 0", 7, "terraform.parallelism", "parallelism = 10"),
    ("parallelism = 10", 'parallelism = "10"', 7, "terraform.parallelism", "parallelism = 10"),
    ('account_id = "111111111111"', "account_id = 111111111111", 10, "environments.dev.account_id", "twelve digits"),
    ('account_id = "111111111111"', 'account_id = "1111"', 10, "environments.dev.account_id", "twelve digits"),
    ("approvals = 0", "approvals = -1", 11, "environments.dev.approvals", "approvals = 2"),
    ("approvals = 1", "approvals = true", 15, "environments.staging.approvals", "approvals = 2"),
    ("approvals = 1", "", 13, "environments.staging.approvals", "approvals = 2"),
    ("shared = true", 'shared = "yes"', 16, "environments.staging.shared", "shared = true"),
    ('path = "terraform/{env}"', 'path = "terraform/all"', 19, "trees.app.path", "{env}"),
    ('path = "terraform/{env}"', 'path = "../{env}"', 19, "trees.app.path", "{env}"),
    ('path = "terraform/{env}"', 'path = "/srv/{env}"', 19, "trees.app.path", "{env}"),
    ('applied_by = "runtime"', 'applied_by = "hand"', 20, "trees.app.applied_by", 'applied_by = "runtime"'),
    ('name = "o/r"', 'name = "r"', 23, "github.repositories.platform.name", "Owner and name"),
    ("owner_id = 2", "owner_id = 0", 25, "github.repositories.platform.owner_id", "owner_id = 800000001"),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "alphaswarm.toml"
    path.write_text(WHOLE)
    return path


def refused(path: Path, environ: dict[str, str] | None = None) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(path, environ or {})
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value


def test_everything_is_read_when_the_file_is_whole(file: Path) -> None:
    settings = load_settings(file, {})

    assert settings.region == "eu-central-1"
    assert list(settings.environments) == ["dev", "staging"]
    assert settings.environments["dev"].shared
    assert settings.target is Target.LOCAL
    assert settings.ledger_url == f"sqlite:///{file.parent}/.alphaswarm/ledger.db"
    assert settings.stack_path("app", "dev") == file.parent / "terraform/dev"
    assert settings.runtime_tree() == "app"


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken[3]}: {broken[1]}")
def test_message_names_file_line_key_and_what_would_be_right(
    file: Path, broken: tuple[str, str, int, str, str]
) -> None:
    right, wrong, line, key, would_be_right = broken
    assert right in WHOLE
    file.write_text(WHOLE.replace(right, wrong, 1))

    error = refused(file)

    assert error.what.startswith(f"alphaswarm.toml, line {line}, {key}: ")
    assert would_be_right in str(error.fix)


@pytest.mark.parametrize(
    ("wrong", "key", "meant"),
    [
        ("[terraform]\nengin = 1", "terraform.engin", "engine"),
        ("[terraform]\nparalelism = 1", "terraform.paralelism", "parallelism"),
    ],
)
def test_unknown_key_is_named_with_what_may_have_been_meant(file: Path, wrong: str, key: str, meant: str) -> None:
    file.write_text(WHOLE.replace("[terraform]", wrong))

    assert refused(file).what == f"alphaswarm.toml, line 6, {key}: unknown key; did you mean '{meant}'?"


def test_unknown_key_of_an_environment_is_named_with_what_may_have_been_meant(file: Path) -> None:
    file.write_text(WHOLE.replace("approvals = 1", "aprovals = 1"))

    error = refused(file)

    text = f"{error.what}\n{error.why}"
    assert "line 15, environments.staging.aprovals: unknown key; did you mean 'approvals'?" in text
    assert "line 13, environments.staging.approvals: this key is missing" in text


def test_all_findings_are_told_at_once(file: Path) -> None:
    file.write_text(WHOLE.replace("approvals = 0", "approvals = 99").replace("eu-central-1", "Frankfurt"))

    error = refused(file)

    assert "region" in error.what
    assert "environments.dev.approvals" in str(error.why)


def test_file_that_is_no_toml_is_named_with_the_line(file: Path) -> None:
    file.write_text(WHOLE.replace('region = "eu-central-1"', "region = eu-central-1"))

    assert refused(file).what == "alphaswarm.toml, line 3: this is not TOML"


def test_file_that_ends_in_the_middle_is_named(file: Path) -> None:
    file.write_text(WHOLE + "[environments.prod")

    assert "this is not TOML" in refused(file).what


def test_empty_file_names_what_is_missing(file: Path) -> None:
    file.write_text("")

    error = refused(file)

    assert "this key is missing" in error.what
    assert "environments" in f"{error.what}{error.why}"


def test_file_that_is_not_utf_8_is_named(file: Path) -> None:
    file.write_bytes(b'project = "gr\xf6\xdfer"\n')

    error = refused(file)

    assert "is not UTF-8" in error.what
    assert "UTF-8" in str(error.fix)


def test_missing_file_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "alphaswarm.toml") in refused(tmp_path / "alphaswarm.toml").what


def test_directory_instead_of_a_file_is_an_error(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path).what


def test_nearest_file_above_is_found(file: Path) -> None:
    below = file.parent / "terraform/dev"
    below.mkdir(parents=True)

    assert find_settings_file(below) == file


def test_no_file_anywhere_above_says_how_to_name_one() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_settings_file(Path("/there/is/no/such/place"))

    assert "--config" in str(caught.value.fix)


def test_no_environment_is_an_error(file: Path) -> None:
    kept = WHOLE[: WHOLE.index("[environments.dev]")] + WHOLE[WHOLE.index("[trees.app]") :]
    file.write_text(kept.replace("[trees.app]", "[environments]\n[trees.app]"))

    assert "no environment is declared" in refused(file).what


@pytest.mark.parametrize("trees", [0, 2])
def test_exactly_one_tree_goes_through_the_runtime(file: Path, trees: int) -> None:
    other = '[trees.other]\npath = "other/{env}"\napplied_by = "runtime"\n'
    text = WHOLE + other if trees else WHOLE.replace('applied_by = "runtime"', 'applied_by = "terraform"')
    file.write_text(text)

    with pytest.raises(ConfigurationError, match=f"declares {trees} trees"):
        load_settings(file, {}).runtime_tree()


def test_flag_goes_before_variable_before_file_before_default(file: Path) -> None:
    key = ("terraform", "engine")
    assert load_settings(file, {}).terraform.binary == "terraform"
    assert load_settings(file, {"ALPHASWARM_ENGINE": "binary"}).terraform.engine == "binary"
    assert load_settings(file, {"ALPHASWARM_ENGINE": "binary"}, {key: "embedded"}).terraform.engine == "embedded"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALPHASWARM_TARGET", "moon"),
        ("ALPHASWARM_LEDGER_URL", "mysql://db"),
        ("ALPHASWARM_ENGINE", "steam"),
    ],
)
def test_wrong_variable_is_named_instead_of_the_file(file: Path, variable: str, value: str) -> None:
    error = refused(file, {variable: value})

    assert error.what.startswith(f"{variable}: ")
    assert value in error.what
    assert error.fix


def test_wrong_flag_is_named(file: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^--engine: "):
        load_settings(file, {}, {("terraform", "engine"): "steam"})


def test_variables_set_home_ledger_and_binary(file: Path, tmp_path: Path) -> None:
    environ = {
        "ALPHASWARM_HOME": str(tmp_path / "home"),
        "ALPHASWARM_LEDGER_URL": "postgresql://ledger@db/alphaswarm",
        "ALPHASWARM_TERRAFORM_BINARY": "tofu",
        "ALPHASWARM_TARGET": "aws",
    }

    settings = load_settings(file, environ)

    assert settings.home_path == tmp_path / "home"
    assert settings.ledger_url == environ["ALPHASWARM_LEDGER_URL"]
    assert settings.terraform.binary == "tofu"
    assert settings.target is Target.AWS


def test_empty_variable_counts_as_none(file: Path) -> None:
    assert load_settings(file, {"ALPHASWARM_ENGINE": ""}).terraform.engine == "auto"


def test_unknown_environment_is_named_with_those_that_exist(file: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(file, {}).environment("stagin")

    assert "dev, staging; did you mean 'staging'?" in str(caught.value.why)


@given(
    st.text(alphabet="ab.[]=\"'# \n\t1-_", max_size=60), st.lists(st.sampled_from(["a", "b", "ab", "1"]), max_size=3)
)
def test_looking_for_a_line_never_fails_and_stays_in_the_file(text: str, key: list[str]) -> None:
    line = line_of(text, key)

    assert line is None or 1 <= line <= len(text.splitlines())
