"""The tables of `alphaswarm.toml`, but for those of images and the console."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from alphaswarm_core.settings.section import Section


class LedgerSettings(Section):
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


class TerraformSettings(Section):
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


class PolicySettings(Section):
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


class RepositorySettings(Section):
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


class GithubSettings(Section):
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


class IndexSettings(Section):
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


class EnvironmentSettings(Section):
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


class PersonSettings(Section):
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


class TreeSettings(Section):
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
