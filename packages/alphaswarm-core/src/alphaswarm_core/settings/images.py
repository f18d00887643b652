"""The part of the settings that is about images: `[images]` in `alphaswarm.toml`."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from alphaswarm_core.settings.section import Section


class ServiceSettings(Section):
    """An image that the project runs: how it is built, and who may sign it."""

    repository: Annotated[str, Field(pattern=r"^[a-z0-9]+([._/-][a-z0-9]+)*$")] = Field(
        description="Its repository in ECR.", examples=["alphaswarm-admin"]
    )
    source: str = Field(
        description="The GitHub repository that it is built from, by its short name.", examples=["admin"]
    )
    workflow: Annotated[str, Field(pattern=r"^\.github/workflows/[A-Za-z0-9._-]+\.ya?ml$")] = Field(
        ".github/workflows/build-publish.yml",
        description="The workflow file whose jobs build and sign it.",
        examples=[".github/workflows/build-publish.yml"],
    )
    started_by: Annotated[str, Field(pattern=r"^(\.github/workflows/[A-Za-z0-9._-]+\.ya?ml)?$")] = Field(
        "",
        description="The workflow file of the run, where that calls `workflow`; empty where it is the same file.",
        examples=[".github/workflows/release.yml"],
    )
    refs: tuple[Annotated[str, Field(pattern=r"^refs/(heads|tags)/[A-Za-z0-9._/*-]+$")], ...] = Field(
        ("refs/tags/v*",),
        description="The refs that it may be built from; `*` stands for anything.",
        examples=[["refs/tags/v*"]],
    )
    triggers: tuple[Literal["push", "workflow_dispatch", "release", "schedule"], ...] = Field(
        ("push",),
        description="The events that may start the workflow; a pull request never signs what is deployed.",
        examples=[["push", "workflow_dispatch"]],
    )
    runners: tuple[Literal["github-hosted", "self-hosted"], ...] = Field(
        ("github-hosted",), description="Whose machines may build it.", examples=[["github-hosted"]]
    )
    context: str = Field(
        ".", description="The build's context, in the source repository.", examples=["alphaswarm_admin"]
    )
    dockerfile: str = Field("Dockerfile", description="The Dockerfile, in the context.", examples=["Dockerfile"])
    platforms: tuple[Annotated[str, Field(pattern=r"^linux/[a-z0-9]+(/v[0-9]+)?$")], ...] = Field(
        ("linux/amd64", "linux/arm64"),
        description="What it is built for.",
        examples=[["linux/amd64", "linux/arm64"]],
    )
    bases: dict[
        Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")],
        Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:/_-]*@sha256:[0-9a-f]{64}$")],
    ] = Field(
        default_factory=dict,
        description="The Dockerfile's arguments that name base images, and the images, by digest. The local cloud has "
        "each under its argument's name as a tag of its repository `rehearsal-bases`.",
        examples=[{"PYTHON": "public.ecr.aws/docker/library/python@sha256:…"}],
    )


class ImagesSettings(Section):
    """Images: what they have to show before they run."""

    trust_root: str = Field(
        "",
        description="The pinned `trusted_root.json` of the Sigstore whose signatures count on AWS; a relative path "
        "starts at the project's root. Empty: nothing can be verified there. The local cloud has its own.",
        examples=["policy/trusted_root.json"],
    )
    signing_config: str = Field(
        "",
        description="The `signing_config.json` of that Sigstore: where jobs get certificates and log entries.",
        examples=["policy/signing_config.json"],
    )
    scanners: tuple[Literal["grype", "trivy"], ...] = Field(
        ("grype", "trivy"), description="Who has to have looked at an image.", examples=[["grype", "trivy"]]
    )
    scan_limit: Literal["low", "medium", "high", "critical"] = Field(
        "high", description="From which severity on a vulnerability refuses an image.", examples=["high"]
    )
    scan_max_age_hours: Annotated[int, Field(strict=True, ge=1, le=8760)] = Field(
        168, description="How old a scan's verdict may be when an image is deployed.", examples=[168]
    )
    services: dict[str, ServiceSettings] = Field(default_factory=dict, description="The images, by their services.")

    @field_validator("scanners")
    @classmethod
    def _somebody_looks(cls, scanners: tuple[str, ...]) -> tuple[str, ...]:
        if not scanners:
            raise ValueError("no scanner is named, so nobody would look at an image")
        return scanners
