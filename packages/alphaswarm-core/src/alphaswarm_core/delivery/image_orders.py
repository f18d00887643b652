"""What an image build is asked for, and what it answers: a service and a tag in, a digest out.

As with the deploy build (`orders.py`), the caller may set these variables and no others; each has a narrow form,
checked before the build starts and again inside, and none is run or expanded by it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from alphaswarm_core.delivery.executor_errors import BuildFailedError, OrderRefusedError
from alphaswarm_core.delivery.following import Followed
from alphaswarm_core.delivery.results import ERROR_CODE, EXIT_CODE, BuildResult, result_of
from alphaswarm_core.settings import Settings

SERVICE = "ALPHASWARM_SERVICE"
TAG = "ALPHASWARM_TAG"

IMAGE_VARIABLES = (SERVICE, TAG)
"""The only variables that a caller may set in the image build; `image_variables` of the module `github-oidc`."""

IMAGE_DIGEST = "ALPHASWARM_IMAGE_DIGEST"

IMAGE_EXPORTED = (IMAGE_DIGEST, EXIT_CODE, ERROR_CODE)
"""What the build tells its caller; `exported-variables` of the buildspec."""

_SERVICE = re.compile(r"[a-z][a-z0-9-]{0,62}")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SAFE = re.compile(r"[A-Za-z0-9:-]{0,80}")


def image_project_name(settings: Settings, environment: str) -> str:
    """The project that builds images in `environment`, for example `alphaswarm-image-dev`."""
    return f"{settings.project}-image-{environment}"


@dataclass(frozen=True, slots=True)
class ImageOrder:
    """One image to be built and pushed.

    Raises:
        OrderRefusedError: service or tag have not their form.
    """

    service: str
    tag: str

    def __post_init__(self) -> None:
        if not _SERVICE.fullmatch(self.service):
            raise OrderRefusedError(f"{self.service[:80]!r} is not the name of a service")
        if not _TAG.fullmatch(self.tag):
            raise OrderRefusedError(f"{self.tag[:140]!r} cannot be the tag of an image")

    def variables(self) -> dict[str, str]:
        """See `Carried.variables`."""
        return {SERVICE: self.service, TAG: self.tag}

    def key(self) -> tuple[str, str]:
        """See `Carried.key`."""
        return f"image-{self.service}", self.tag


def read_image_order(environ: Mapping[str, str]) -> ImageOrder:
    """The order that the variables of a build carry.

    Raises:
        OrderRefusedError: a variable is missing or has not its form.
    """
    return ImageOrder(environ.get(SERVICE, ""), environ.get(TAG, ""))


def image_exports(values: Mapping[str, str]) -> str:
    """Shell lines that set the exported variables; each value is of a form in which nothing is code.

    Raises:
        ValueError: a value is not of that form.
    """
    for name, value in values.items():
        if name not in IMAGE_EXPORTED or not _SAFE.fullmatch(value):
            raise ValueError(f"{name} cannot be exported")
    return "".join(f"export {name}='{value}'\n" for name, value in values.items())


def image_digest_of(followed: Followed, commit: str) -> tuple[BuildResult, str]:
    """The result of an image build that was followed to its end, and the digest of what it pushed.

    Raises:
        BuildFailedError: it ended well and names no digest.
        AlphaSwarmError: as `result_of`.
    """
    result = result_of(followed, commit)
    digest = result.build.exported.get(IMAGE_DIGEST, "")
    if not _DIGEST.fullmatch(digest):
        raise BuildFailedError(
            f"The build {result.build.id} ended well and names no image",
            why=f"{IMAGE_DIGEST} is {digest[:80]!r}",
            fix="Apply the landing zone: the project's buildspec is buildspecs/image-build.yml",
        )
    return result, digest
