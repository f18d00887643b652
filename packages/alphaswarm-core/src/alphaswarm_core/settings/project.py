"""The whole of `alphaswarm.toml`, and what follows from several of its tables together."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from alphaswarm_core.errors import ConfigurationError, UsageError
from alphaswarm_core.settings.console import AdminSettings
from alphaswarm_core.settings.images import ImagesSettings
from alphaswarm_core.settings.section import Section
from alphaswarm_core.settings.sections import (
    EnvironmentSettings,
    GithubSettings,
    IndexSettings,
    LedgerSettings,
    PersonSettings,
    PolicySettings,
    TerraformSettings,
    TreeSettings,
)
from alphaswarm_core.settings.spelling import did_you_mean
from alphaswarm_core.target import Target

FILE_NAME = "alphaswarm.toml"


class Settings(Section):
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
                why=f"{FILE_NAME} declares {', '.join(self.environments)}{did_you_mean(name, self.environments)}",
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
