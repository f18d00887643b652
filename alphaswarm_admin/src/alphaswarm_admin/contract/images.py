"""Images: which there are, what proves them, and where they run."""

from alphaswarm_admin.contract.common import Model, Moment


class ImageUse(Model):
    """An apply that put an image somewhere; `current`: it runs there now."""

    environment: str
    variable: str
    run_id: str
    commit: str | None
    since: Moment
    current: bool


class Image(Model):
    """An image that was deployed."""

    digest: str
    variables: list[str]
    first_deployed_at: Moment
    last_deployed_at: Moment
    current_in: list[str]


class ImageList(Model):
    """Images that were deployed, the last one first; of the last `applies` applies."""

    items: list[Image]
    applies: int


class ImageWhere(Model):
    """Every apply that put an image somewhere, newest first."""

    digest: str
    uses: list[ImageUse]
