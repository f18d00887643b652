"""Docker's buildx: all platforms at once, in a BuildKit of the build's own. Source: docker docs, `buildx build`."""

import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path

from alphaswarm_core.supply.building.errors import BuilderMissingError, ImageBuildFailedError
from alphaswarm_core.supply.building.orders import BuildOrder, Destination, RegistryAccess, Say
from alphaswarm_core.supply.building.running import Program
from alphaswarm_core.supply.building.secrecy import telling_words
from alphaswarm_core.supply.building.workshop import Workshop, workshop

_SECONDS = 3600.0
_PASSED_ON = ("PATH", "DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")
_SAME_BYTES = "rewrite-timestamp=true,oci-mediatypes=true"


class Buildx:
    """Builds with the buildx of a Docker engine.

    Args:
        path: The `docker` program.
        seconds: How long a build may take.
    """

    name = "buildx"

    def __init__(self, path: str, seconds: float = _SECONDS) -> None:
        self._path, self._seconds = path, seconds

    def build(self, order: BuildOrder, access: RegistryAccess | None, say: Say) -> str:
        """See `Builder.build`."""
        with workshop() as shop:
            output = f"type=oci,dest={shop.root / 'image.tar'},{_SAME_BYTES}"
            return self._built(shop, order, access, output, say)

    def push(self, order: BuildOrder, destination: Destination, say: Say) -> str:
        """See `Builder.push`."""
        place = f"{destination.access.location}/{destination.repository}:{destination.tag}"
        with workshop() as shop:
            output = f"type=image,name={place},push=true,{_SAME_BYTES}"
            return self._built(shop, order, destination.access, output, say)

    def _built(self, shop: Workshop, order: BuildOrder, access: RegistryAccess | None, output: str, say: Say) -> str:
        """Build in a BuildKit that nobody used before, and take it away: a shared one has a cache that others fill."""
        _require_tls(access)
        program = Program(self._path, _environment(shop, order, access), self._seconds, telling_words(order, access))
        builder = f"alphaswarm-{uuid.uuid4().hex[:12]}"
        program.run(["buildx", "create", "--name", builder, "--driver", "docker-container"], "The builder", say)
        try:
            program.run(_command(shop, order, builder, output), "The build", say)
        finally:
            program.run(["buildx", "rm", "--force", builder], "Taking the builder away", say)
        return _digest(shop.root / "metadata.json")


def _command(shop: Workshop, order: BuildOrder, builder: str, output: str) -> list[str]:
    # Provenance and SBOM are attested afterwards, under the job's name; BuildKit's own are signed by nobody.
    words = ["buildx", "build", "--builder", builder, "--progress", "plain", "--provenance=false", "--sbom=false"]
    words += ["--no-cache", "--pull", "--platform", ",".join(order.platforms), "--file", str(order.file)]
    words += ["--output", output, "--metadata-file", str(shop.root / "metadata.json")]
    for option, values in (("--build-arg", order.bases), ("--label", order.labels)):
        words += [word for name, value in sorted(values.items()) for word in (option, f"{name}={value}")]
    for name, path in shop.secrets(order).items():
        words += ["--secret", f"id={name},src={path}"]
    return [*words, str(order.context)]


def _environment(shop: Workshop, order: BuildOrder, access: RegistryAccess | None) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    config = shop.directory("docker")
    shop.login(access, "docker", "config.json")
    own = {"HOME": str(shop.directory("home")), "LC_ALL": "C.UTF-8", "DOCKER_CONFIG": str(config)}
    return {**kept, **own, "BUILDX_CONFIG": str(shop.directory("buildx")), "SOURCE_DATE_EPOCH": str(order.epoch)}


def _require_tls(access: RegistryAccess | None) -> None:
    if access is not None and access.is_plain_http:
        raise BuilderMissingError(
            "buildx does not reach the local cloud's registry",
            why="its BuildKit runs in a network of its own, and the registry answers on this machine's loopback",
            fix="Install buildah: the local cloud's images are built with it",
        )


def _digest(file: Path) -> str:
    try:
        digest = json.loads(file.read_text(encoding="utf-8"))["containerimage.digest"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ImageBuildFailedError("The build ended well and does not say what it made", why=str(error)) from error
    return str(digest)
