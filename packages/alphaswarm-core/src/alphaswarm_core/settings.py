"""Settings: what a project delivers, to where, and who has to agree. One validated object, built at the edge.

Order of authority: flag, then `ALPHASWARM_*` in the environment, then `alphaswarm.toml`, then the default.
A message about a wrong setting names the file, line and key (or the variable), what is wrong and what would be right.
"""

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from alphaswarm_core.errors import ConfigurationError, UsageError
from alphaswarm_core.image_settings import ImagesSettings
from alphaswarm_core.target import Target
from alphaswarm_core.toml_lines import line_of, syntax_error_line

FILE_NAME = "alphaswarm.toml"

ENVIRONMENT_VARIABLES: dict[str, tuple[str, ...]] = {
    "ALPHASWARM_TARGET": ("target",),
    "ALPHASWARM_EXECUTOR": ("executor",),
    "ALPHASWARM_HOME": ("home",),
    "ALPHASWARM_LEDGER_URL": ("ledger", "url"),
    "ALPHASWARM_ENGINE": ("terraform", "engine"),
    "ALPHASWARM_TERRAFORM_BINARY": ("terraform", "binary"),
    "ALPHASWARM_ADMIN_PUBLIC_URL": ("admin", "public_url"),
    "ALPHASWARM_ADMIN_SIGN_IN": ("admin", "sign_in"),
    "ALPHASWARM_ADMIN_TRUSTED_ALB_ARN": ("admin", "trusted_alb_arn"),
    "ALPHASWARM_ADMIN_ISSUER": ("admin", "issuer"),
    "ALPHASWARM_ADMIN_CLIENT_ID": ("admin", "client_id"),
}
"""Which `ALPHASWARM_*` variable sets which key."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LedgerSettings(_Section):
    """Where the ledger is kept."""

    url: str = Field(
        "sqlite:///.alphaswarm/ledger.db",
        description="Address of the ledger's database; a relative SQLite path starts at the project's root.",
        examples=["postgresql://ledger@db.internal/alphaswarm"],
    )

    @field_validator("url")
    @classmethod
    def _known_scheme(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("the ledger lives in SQLite (sqlite:///…) or PostgreSQL (postgresql://…)")
        return url


class TerraformSettings(_Section):
    """How Terraform is executed."""

    engine: Literal["auto", "binary", "embedded"] = Field(
        "auto",
        description="`auto` takes a suitable binary on PATH, else the embedded engine.",
        examples=["embedded"],
    )
    binary: str = Field("terraform", description="Name or path of the Terraform or OpenTofu binary.", examples=["tofu"])
    parallelism: Annotated[int, Field(strict=True, ge=1, le=100)] = Field(
        10, description="How many resources Terraform works on at a time.", examples=[10]
    )
    plan_timeout_seconds: Annotated[int, Field(strict=True, ge=10, le=86_400)] = Field(
        1800, description="How long a plan or drift check may take.", examples=[1800]
    )
    apply_timeout_seconds: Annotated[int, Field(strict=True, ge=10, le=86_400)] = Field(
        3600, description="How long an apply or destroy may take.", examples=[3600]
    )


class PolicySettings(_Section):
    """What every plan is judged by."""

    directory: str = Field(
        "policy", description="Where the Rego rules, their data and exceptions.toml are.", examples=["policy"]
    )
    timeout_seconds: Annotated[int, Field(strict=True, ge=1, le=600)] = Field(
        30, description="How long the policy engine may take over one plan.", examples=[30]
    )

    @field_validator("directory")
    @classmethod
    def _inside_the_project(cls, directory: str) -> str:
        if Path(directory).is_absolute() or ".." in Path(directory).parts:
            raise ValueError("the directory leaves the project, and with it what is reviewed")
        return directory


class RepositorySettings(_Section):
    """A GitHub repository that may deploy. The numeric ids cannot be recycled; a name can."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$")] = Field(
        description="Owner and name.", examples=["Alpha-Swarm-ai/alphaswarm_platform"]
    )
    id: Annotated[int, Field(strict=True, gt=0)] = Field(
        description="The repository's numeric id.", examples=[900000001]
    )
    subject_format: Literal["immutable", "legacy"] = Field(
        "immutable",
        description="How GitHub writes its subject: `immutable` carries the ids (repositories made after 2026-07-15, "
        "or opted in), `legacy` the names alone.",
        examples=["immutable"],
    )
    owner_id: Annotated[int, Field(strict=True, gt=0)] = Field(
        description="The owner's numeric id.", examples=[800000001]
    )
    apply_workflows: tuple[Annotated[str, Field(pattern=r"^\.github/workflows/[A-Za-z0-9._-]+\.ya?ml$")], ...] = Field(
        (),
        description="The workflow files of its main branch whose jobs may assume the apply role.",
        examples=[[".github/workflows/terraform-pipeline.yml"]],
    )


class GithubSettings(_Section):
    """GitHub, the control plane."""

    repositories: dict[str, RepositorySettings] = Field(
        default_factory=dict, description="The repositories that may deploy, by a short name."
    )
    gate_app: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,99}$")] | None = Field(
        None,
        description="The GitHub App (its slug) whose deployment protection rule holds the jobs of environments that "
        "ask for approvals.",
        examples=["alphaswarm-gate"],
    )


class IndexSettings(_Section):
    """The private package index: AWS CodeArtifact."""

    domain: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,48}[a-z0-9]$")] = Field(
        "alphaswarm", description="CodeArtifact's domain.", examples=["alphaswarm"]
    )
    repository: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,99}$")] = Field(
        "alphaswarm-pypi",
        description="The repository that is published to and installed from.",
        examples=["alphaswarm-pypi"],
    )
    distributions: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$")], ...] = Field(
        ("packages/alphaswarm-core", "packages/alphaswarm"),
        description="The directories of the distributions that `index publish` builds and uploads.",
        examples=[["packages/alphaswarm-core", "packages/alphaswarm"]],
    )
    internal: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(-?\*)?$")], ...] = Field(
        (),
        description="Names that never come from the public index; `*` at the end stands for any rest. "
        "Default: the project's name, and all that begin with it and a hyphen.",
        examples=[["alphaswarm", "alphaswarm-*"]],
    )

    @field_validator("distributions")
    @classmethod
    def _inside(cls, directories: tuple[str, ...]) -> tuple[str, ...]:
        if any(set(each.split("/")) & {".", ".."} for each in directories):
            raise ValueError("a directory leaves the project")
        return directories


class AdminSettings(_Section):
    """The admin console."""

    public_url: Annotated[str, Field(pattern=r"^https?://[a-z0-9.:\[\]-]+$")] = Field(
        "http://127.0.0.1:8900",
        description="Where people open the console; without a path. Anything but https only on loopback.",
        examples=["https://admin.example.com"],
    )
    sign_in: Literal["development", "load_balancer"] = Field(
        "development",
        description="How people sign in. `load_balancer`: an ALB asks Cognito, and its signed header is verified; "
        "`development`: as whom they like, on loopback and on the local target only.",
        examples=["load_balancer"],
    )
    trusted_alb_arn: str | None = Field(
        None,
        pattern=r"^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:loadbalancer/app/[A-Za-z0-9-]+/[0-9a-f]+$",
        description="The load balancer whose header is believed; no other's is.",
        examples=["arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/admin/50dc6c495c0c9188"],
    )
    issuer: str | None = Field(
        None,
        pattern=r"^https://[A-Za-z0-9./_-]+[A-Za-z0-9]$",
        description="The issuer of the user pool.",
        examples=["https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdefghi"],
    )
    client_id: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,128}$",
        description="The console's client in the user pool.",
        examples=["1example23456789"],
    )
    role_claim: str = Field(
        "cognito:groups", description="The claim of the access token that lists groups.", examples=["cognito:groups"]
    )
    roles: dict[str, Literal["viewer", "operator", "approver", "administrator"]] = Field(
        {
            "viewers": "viewer",
            "operators": "operator",
            "approvers": "approver",
            "administrators": "administrator",
        },
        description="What the groups of the user pool are to the console; other groups are nothing.",
        examples=[{"platform-leads": "approver"}],
    )


class EnvironmentSettings(_Section):
    """One environment: one AWS account, one gate."""

    account_id: Annotated[str, Field(pattern=r"^[0-9]{12}$")] = Field(
        description="The AWS account: twelve digits, in quotes.", examples=["111111111111"]
    )
    approvals: Annotated[int, Field(strict=True, ge=0, le=6)] = Field(
        description="How many distinct people must approve a plan before it is applied.", examples=[2]
    )
    approvals_expire_hours: Annotated[int, Field(strict=True, ge=1, le=168)] = Field(
        24,
        description="How long an approval counts after it was given: what was looked at is a plan of that day's state.",
        examples=[24],
    )
    reviewers: tuple[str, ...] = Field(
        (),
        max_length=6,
        description="Who may release the environment's jobs on GitHub: short names of [people].",
        examples=[["ann", "ben"]],
    )
    reviewer_teams: tuple[Annotated[str, Field(pattern=r"^[a-z0-9_][a-z0-9_-]*$")], ...] = Field(
        (),
        max_length=6,
        description="The same for teams of the owner, by their slug.",
        examples=[["platform"]],
    )
    promoted_from: str | None = Field(
        None,
        description="The environment in which the same commit, modules and images must have been applied and verified "
        "before; none means that nothing is asked.",
        examples=["dev"],
    )
    shared: bool = Field(
        default=True,
        strict=True,
        description="Whether others depend on it on AWS: then it is never deployed from a workstation.",
        examples=[True],
    )


class PersonSettings(_Section):
    """A person and everything that the person appears as, so that one human never counts as two."""

    github_id: Annotated[int, Field(strict=True, gt=0)] = Field(
        description="The numeric id of the person's GitHub account.", examples=[700000001]
    )
    github_login: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,39}$")] | None = Field(
        None, description="The account's name, where a system gives no id.", examples=["ann"]
    )
    emails: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")], ...] = Field(
        (), description="The addresses that the person's commits carry.", examples=[["ann@example.com"]]
    )
    admin_console: tuple[str, ...] = Field(
        (),
        description="The person's subjects in the admin console's user pool.",
        examples=[["4f6c1c1e-0000-4000-8000-3d1f7f1f7f1f"]],
    )


class TreeSettings(_Section):
    """One Terraform tree and the way it is applied."""

    path: str = Field(
        description="Where its root modules are; `{env}` stands for the environment.",
        examples=["terraform/environments/{env}"],
    )
    also: tuple[str, ...] = Field(
        (),
        description="Further root modules of each environment, applied after it in this order; natively applied trees "
        "only.",
        examples=[["infrastructure/envs/admin-{env}"]],
    )
    applied_by: Literal["terraform", "runtime"] = Field(
        description="`terraform`: natively; `runtime`: only through `alphaswarm deploy`.", examples=["runtime"]
    )

    @field_validator("path")
    @classmethod
    def _inside_the_project(cls, path: str) -> str:
        if "{env}" not in path:
            raise ValueError("the path has no {env}, so every environment would share one root module")
        if Path(path).is_absolute() or ".." in Path(path).parts:
            raise ValueError("the path leaves the project")
        return path

    @field_validator("also")
    @classmethod
    def _all_inside_the_project(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cls._inside_the_project(each) for each in paths)

    @model_validator(mode="after")
    def _runtime_has_one(self) -> "TreeSettings":
        if self.also and self.applied_by == "runtime":
            raise ValueError("the runtime applies one root module an environment; `also` is for native trees")
        return self


class Settings(_Section):
    """Everything that `alphaswarm.toml` and the environment say, checked."""

    schema_version: Literal[1] = Field(alias="schema", description="The version of this file's form.", examples=[1])
    project: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")] = Field(
        description="The project's name: the first part of every handle.", examples=["alphaswarm"]
    )
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")] = Field(
        "us-east-1", description="The AWS region.", examples=["us-east-1"]
    )
    target: Target = Field(
        Target.LOCAL,
        description="`local`: the embedded cloud of this checkout; `aws`: the real one.",
        examples=["local"],
    )
    executor: Literal["local", "codebuild"] = Field(
        "local",
        description="Where a deploy runs: `local`: on this machine; `codebuild`: in the environment's deploy build.",
        examples=["codebuild"],
    )
    home: str = Field(
        ".alphaswarm",
        description="Where working data goes (plans, logs, the local cloud's address); never committed.",
        examples=[".alphaswarm"],
    )
    ledger: LedgerSettings = LedgerSettings()
    terraform: TerraformSettings = TerraformSettings()
    policy: PolicySettings = PolicySettings()
    github: GithubSettings = GithubSettings()
    index: IndexSettings = IndexSettings()
    admin: AdminSettings = AdminSettings()
    images: ImagesSettings = ImagesSettings()
    environments: dict[str, EnvironmentSettings] = Field(description="The environments, in the order of promotion.")
    people: dict[str, PersonSettings] = Field(
        default_factory=dict,
        description="People who approve or write changes, by a short name; whoever is not named counts as one GitHub "
        "account.",
    )
    trees: dict[str, TreeSettings] = Field(description="The Terraform trees.")
    root: Path = Field(Path(), exclude=True, description="The directory of `alphaswarm.toml`; not a key of the file.")

    @model_validator(mode="after")
    def _environments_exist(self) -> "Settings":
        if not self.environments:
            raise ValueError("no environment is declared")
        return self

    @model_validator(mode="after")
    def _images_come_from_somewhere(self) -> "Settings":
        for name, service in self.images.services.items():
            if service.source not in self.github.repositories:
                raise ValueError(f"images.services.{name}.source names '{service.source}', which is not declared")
        repositories = [each.repository for each in self.images.services.values()]
        if len(set(repositories)) != len(repositories):
            raise ValueError("two services of images.services share a repository")
        return self

    @model_validator(mode="after")
    def _promotion_leads_somewhere(self) -> "Settings":
        for name in self.environments:
            path = [name]
            while (source := self.environments[path[-1]].promoted_from) is not None:
                if source not in self.environments:
                    raise ValueError(f"environments.{path[-1]}.promoted_from names '{source}', which is not declared")
                if source in path:
                    raise ValueError(f"environments.{name} would be promoted from itself")
                path.append(source)
        return self

    @model_validator(mode="after")
    def _nobody_is_two(self) -> "Settings":
        seen: dict[str, str] = {}
        for name, person in self.people.items():
            for alias in (str(person.github_id), person.github_login, *person.emails, *person.admin_console):
                if alias and seen.setdefault(alias.lower(), name) != name:
                    raise ValueError(f"people.{name} and people.{seen[alias.lower()]} share {alias}: they are one")
        return self

    @property
    def home_path(self) -> Path:
        """The directory of working data, absolute."""
        return (self.root / self.home).absolute()

    @property
    def policy_path(self) -> Path:
        """The directory of the policy, absolute."""
        return (self.root / self.policy.directory).absolute()

    @property
    def ledger_url(self) -> str:
        """The ledger's address with a relative SQLite path made absolute."""
        prefix = "sqlite:///"
        if self.ledger.url.startswith(prefix):
            return prefix + str((self.root / self.ledger.url.removeprefix(prefix)).absolute())
        return self.ledger.url

    @property
    def internal_packages(self) -> tuple[str, ...]:
        """Names of packages, or patterns with `*` at the end, that never come from the public index."""
        return self.index.internal or (self.project, f"{self.project}-*")

    def environment(self, name: str) -> EnvironmentSettings:
        """The environment called `name`.

        Raises:
            UsageError: there is none; the message lists those that exist.
        """
        if name not in self.environments:
            raise UsageError(
                f"There is no environment '{name}'",
                why=f"{FILE_NAME} declares {', '.join(self.environments)}{_did_you_mean(name, self.environments)}",
                fix=f"Name one of them: --env {next(iter(self.environments))}",
            )
        return self.environments[name]

    def runtime_tree(self) -> str:
        """The name of the tree that is applied through the runtime.

        Raises:
            ConfigurationError: none is, or more than one.
        """
        names = [name for name, tree in self.trees.items() if tree.applied_by == "runtime"]
        if len(names) != 1:
            raise ConfigurationError(
                f'{FILE_NAME} declares {len(names)} trees with applied_by = "runtime"; exactly one is needed',
                fix='Set applied_by = "runtime" on the app tier\'s tree',
            )
        return names[0]

    def root_modules(self, tree: str, environment: str) -> list[str]:
        """The root modules of `tree` in `environment` that the project has, relative to its root, in their order.

        Raises:
            ConfigurationError: it has none.
        """
        wanted = [each.format(env=environment) for each in (self.trees[tree].path, *self.trees[tree].also)]
        found = [each for each in wanted if (self.root / each).is_dir()]
        if not found:
            raise ConfigurationError(
                f"The tree '{tree}' has no root module for {environment}",
                why=f"there is no directory {' and no '.join(wanted)}",
                fix=f"Add it, or correct trees.{tree} in {FILE_NAME}",
            )
        return found

    def stack_path(self, tree: str, environment: str) -> Path:
        """The root module of `tree` in `environment`, absolute."""
        return (self.root / self.trees[tree].path.format(env=environment)).absolute()


def find_settings_file(start: Path) -> Path:
    """The nearest `alphaswarm.toml` in `start` or above it.

    Raises:
        ConfigurationError: there is none.
    """
    for directory in (start, *start.parents):
        if (directory / FILE_NAME).is_file():
            return directory / FILE_NAME
    raise ConfigurationError(
        f"No {FILE_NAME} in {start} or any directory above it",
        fix=f"Change into the project, or name the file: --config path/to/{FILE_NAME}",
    )


def load_settings(
    path: Path, environ: Mapping[str, str], overrides: Mapping[tuple[str, ...], object] | None = None
) -> Settings:
    """Read, merge and check the settings.

    Args:
        path: The `alphaswarm.toml` to read.
        environ: The process environment; only the `ALPHASWARM_*` names of `ENVIRONMENT_VARIABLES` are looked at.
        overrides: Values of flags, by key path, for example `{("terraform", "engine"): "embedded"}`.

    Raises:
        ConfigurationError: the file is missing, unreadable or says something that does not hold.
    """
    text = _read(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"{path.name}, line {syntax_error_line(error) or '?'}: this is not TOML",
            why=str(error),
            fix="Strings need quotes, tables stand in [brackets], one key a line",
        ) from error
    sources: dict[tuple[str, ...], str] = {}
    for variable, key in ENVIRONMENT_VARIABLES.items():
        if environ.get(variable):
            _set(document, key, environ[variable])
            sources[key] = variable
    for key, value in (overrides or {}).items():
        _set(document, key, value)
        sources[key] = f"--{key[-1]}"
    document["root"] = path.parent.absolute()
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        raise _explain(error, path, text, sources) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no {path}", fix=f"Name an existing file: --config path/to/{FILE_NAME}"
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8", why=str(error), fix="Save it as UTF-8") from error
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read", why=error.strerror) from error


def _set(document: dict[str, Any], key: tuple[str, ...], value: object) -> None:
    table = document
    for part in key[:-1]:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        table = inner
    table[key[-1]] = value


def _explain(
    error: ValidationError, path: Path, text: str, sources: Mapping[tuple[str, ...], str]
) -> ConfigurationError:
    """All findings in one message; the first one leads, the rest stand under it."""
    findings = [_finding(detail, path.name, text, sources) for detail in error.errors()]
    first = error.errors()[0]
    more = "\n".join(findings[1:])
    return ConfigurationError(findings[0], why=more or None, fix=_what_would_be_right(first))


def _finding(detail: ErrorDetails, name: str, text: str, sources: Mapping[tuple[str, ...], str]) -> str:
    key = tuple(str(part) for part in detail["loc"])
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        message = f"unknown key{_did_you_mean(key[-1], _keys_beside(key))}"
    elif detail["type"] == "missing":
        message = "this key is missing"
    elif not isinstance(detail["input"], dict):
        message = f"{message}; found {detail['input']!r}"
    if key in sources:
        return f"{sources[key]}: {message}"
    line = line_of(text, key)
    return f"{name}{f', line {line}' if line else ''}, {'.'.join(key) or 'the file'}: {message}"


def _section_of(key: tuple[str, ...]) -> type[BaseModel] | None:
    """The model that the last part of `key` is a field of."""
    model: Any = Settings
    for part in key[:-1]:
        field = model.model_fields.get(part) if hasattr(model, "model_fields") else None
        if field is not None:
            model = field.annotation
            continue
        arguments = getattr(model, "__args__", ())
        model = arguments[-1] if arguments else model
    if hasattr(model, "__args__"):
        model = model.__args__[-1]
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _keys_beside(key: tuple[str, ...]) -> list[str]:
    section = _section_of(key)
    return list(section.model_fields) if section else []


def _what_would_be_right(detail: ErrorDetails) -> str:
    key = tuple(str(part) for part in detail["loc"])
    section = _section_of(key)
    field = section.model_fields.get(key[-1]) if section and key else None
    if field is None and section is not None and key:
        field = next((each for each in section.model_fields.values() if each.alias == key[-1]), None)
    if field is None:
        return f"docs/reference/settings.md lists the keys of {FILE_NAME}"
    example = f" For example: {key[-1]} = {_toml(field.examples[0])}" if field.examples else ""
    return f"{field.description}{example}"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _did_you_mean(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
