"""buildah: builds without a daemon, each platform in turn, its commands in a chroot. Source: buildah-build(1), 1.28."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from alphaswarm_core.supply.building.errors import ImageBuildFailedError
from alphaswarm_core.supply.building.orders import BuildOrder, Destination, RegistryAccess, Say
from alphaswarm_core.supply.building.running import Program
from alphaswarm_core.supply.building.secrecy import telling_words
from alphaswarm_core.supply.building.workshop import Workshop, workshop

_SECONDS = 3600.0
_MANIFEST = "localhost/alphaswarm-image"
_POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}'
"""Bases are held to their digests, which is more than a signature of somebody."""


class Buildah:
    """Builds with a buildah of this machine.

    Args:
        path: The program.
        seconds: How long a build may take.
    """

    name = "buildah"

    def __init__(self, path: str, seconds: float = _SECONDS) -> None:
        self._path, self._seconds = path, seconds

    def build(self, order: BuildOrder, access: RegistryAccess | None, say: Say) -> str:
        """See `Builder.build`."""
        with workshop() as shop:
            run = _Run(self._path, self._seconds, shop, order, access)
            run.build(say)
            return run.push(f"oci:{shop.root / 'layout'}", say)

    def push(self, order: BuildOrder, destination: Destination, say: Say) -> str:
        """See `Builder.push`."""
        place = f"{destination.access.location}/{destination.repository}:{destination.tag}"
        with workshop() as shop:
            run = _Run(self._path, self._seconds, shop, order, destination.access)
            run.build(say)
            return run.push(f"docker://{place}", say)


class _Run:
    """One build, and its storage."""

    def __init__(
        self, path: str, seconds: float, shop: Workshop, order: BuildOrder, access: RegistryAccess | None
    ) -> None:
        self._shop, self._order, self._access = shop, order, access
        self._login = shop.login(access, "auth.json")
        shop.secret("registries.conf", _registries(access))
        self._program = Program(path, _environment(shop), seconds, telling_words(order, access))

    def build(self, say: Say) -> None:
        """Build all platforms into the manifest."""
        order = self._order
        words = [*self._storage(), "build", "--isolation", "chroot", "--layers=false", "--pull-always"]
        words += ["--format", "oci", "--timestamp", str(order.epoch), "--manifest", _MANIFEST]
        words += ["--authfile", str(self._login), "--file", str(order.file)]
        words += _pairs("--build-arg", order.bases) + _pairs("--label", order.labels)
        for name, path in self._shop.secrets(order).items():
            words += ["--secret", f"id={name},src={path}"]
        # One after the other: in one call they come into the index as they happen to end.
        for each in order.platforms:
            self._program.run([*words, "--platform", each, str(order.context)], f"The build for {each}", say)

    def push(self, place: str, say: Say) -> str:
        """Copy the manifest and all its members to `place`; its digest."""
        file = self._shop.root / "digest"
        words = [*self._storage(), "manifest", "push", "--all", "--authfile", str(self._login)]
        if self._access is not None and self._access.is_plain_http:
            words += ["--tls-verify=false"]
        words += ["--digestfile", str(file), _MANIFEST, place]
        self._program.run(words, "The push", say)
        return _digest(file)

    def _storage(self) -> Sequence[str]:
        root, run = self._shop.directory("storage"), self._shop.directory("run")
        policy = self._shop.root / "policy.json"
        if not policy.exists():
            policy.write_text(_POLICY, encoding="utf-8")
        return [
            "--storage-driver",
            "vfs",
            "--root",
            str(root),
            "--runroot",
            str(run),
            "--signature-policy",
            str(policy),
        ]


def _environment(shop: Workshop) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "XDG_RUNTIME_DIR") if name in os.environ}
    scratch = str(shop.directory("tmp"))
    own = {"HOME": str(shop.directory("home")), "TMPDIR": scratch, "LC_ALL": "C.UTF-8"}
    return {**kept, **own, "CONTAINERS_REGISTRIES_CONF": str(shop.root / "registries.conf")}


def _registries(access: RegistryAccess | None) -> str:
    """No short names, and the one registry where it answers: a base keeps the name that it has on AWS."""
    lines = ["unqualified-search-registries = []"]
    if access is not None:
        insecure = "true" if access.is_plain_http else "false"
        for prefix in dict.fromkeys([access.name, access.location]):
            lines += ["[[registry]]", f'prefix = "{prefix}"', f'location = "{access.location}"']
            lines += [f"insecure = {insecure}"]
    return "\n".join(lines) + "\n"


def _pairs(option: str, values: Mapping[str, str]) -> list[str]:
    return [word for name, value in sorted(values.items()) for word in (option, f"{name}={value}")]


def _digest(file: Path) -> str:
    text = file.read_text(encoding="utf-8").strip() if file.is_file() else ""
    if not text.startswith("sha256:"):
        # buildah 1.28 ends well after some refusals, an immutable tag among them; it then writes no digest.
        raise ImageBuildFailedError(
            "The push was not finished: buildah does not say what was pushed",
            why="the registry refused it (a tag that stays is never moved), or was gone in the middle",
            fix="Push under a new tag, or try again; an image is there when its index is",
        )
    return text
