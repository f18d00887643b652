"""Images: which there are, what proves them, and where they run."""

from pydantic import Field

from alphaswarm_admin.contract.common import Model, Moment


class ImageUse(Model):
    """A place where an image runs, or ran: `current` says which."""

    environment: str
    variable: str
    run_id: str
    since: Moment
    current: bool


class Image(Model):
    """An image that plans name. `commit` is that of its first apply."""

    digest: str
    variables: list[str]
    first_seen_at: Moment
    commit: str | None
    current_in: list[str]


class ImageList(Model):
    """Images, the newest first."""

    items: list[Image]


class ImageWhere(Model):
    """Every apply that put an image somewhere, newest first."""

    digest: str
    uses: list[ImageUse]


class ImageCheck(Model):
    """One thing that must hold of an image: signature, provenance, SBOM, scans."""

    name: str
    holds: bool
    detail: str


class ImageVerification(Model):
    """Whether an image may be deployed, and why."""

    digest: str
    verified: bool
    checks: list[ImageCheck]
    verified_at: Moment


class AffectedImage(Model):
    """An image with a package in it."""

    digest: str
    package: str
    version: str
    current_in: list[str]


class AffectedImages(Model):
    """Which images have a package, by their SBOMs."""

    package: str = Field(description="Name, or package URL.")
    items: list[AffectedImage]
