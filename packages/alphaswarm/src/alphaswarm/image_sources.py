"""From a service of `alphaswarm.toml` and a commit to an order for a builder: context, bases, secrets, labels."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alphaswarm.composition import Session
from alphaswarm_core.supply.building.errors import BuildOrderError
from alphaswarm_core.supply.errors import ImageMissingError
from alphaswarm_core.supply.references import ecr_repository
from alphaswarm_core.target import Target

if TYPE_CHECKING:
    from alphaswarm.image_doors import ImageDoors
    from alphaswarm_core.settings.images import ServiceSettings
    from alphaswarm_core.supply.building.orders import BuildOrder, RegistryAccess

REHEARSAL_BASES = "rehearsal-bases"
INDEX_SECRET = "pip_conf"  # noqa: S105 - the secret's id, and no secret
WHEELS = "wheels"
"""The directory of the context in which a build without an index finds this commit's own packages."""


@contextmanager
def build_order(here: Session, service: str, commit: str, doors: "ImageDoors | None") -> Iterator["BuildOrder"]:
    """The order for one image of `commit`, whatever the checkout's own files are.

    Args:
        here: The session.
        service: A service of the settings.
        commit: The full commit.
        doors: To the environment whose registry has the bases and whose index has the packages; None for a build that
            needs no login, from public bases, with this commit's packages in its context.

    Raises:
        AlphaSwarmError: the commit, a base or the index cannot be had.
    """
    from alphaswarm_core.delivery.checkout import exported_commit
    from alphaswarm_core.supply.building.orders import BuildOrder

    declared = here.settings.images.services[service]
    with tempfile.TemporaryDirectory(prefix="alphaswarm-context-") as scratch:
        root = Path(scratch)
        checkout = exported_commit(here.settings.root, commit, [declared.context], root)
        context = root / declared.context
        wants_index = _wants_index(context / declared.dockerfile)
        if wants_index and doors is None:
            _put_wheels(here, commit, context / WHEELS)
        yield BuildOrder(
            context=context,
            dockerfile=declared.dockerfile,
            platforms=declared.platforms,
            epoch=checkout.committed_at,
            bases=_bases(here, declared, doors),
            secrets=_index_secret(here, doors) if wants_index and doors else {},
            labels=_labels(here, declared, checkout.commit),
        )


def registry_access(here: Session, doors: "ImageDoors", service: str) -> "RegistryAccess":
    """How a builder reaches the registry of the service's images."""
    from alphaswarm_core.supply.building.orders import RegistryAccess
    from alphaswarm_core.supply.declared import repository_of

    repository = repository_of(here.settings, service, doors.environment)
    login = doors.login(repository)
    location = f"{login.host}/{login.prefix}".rstrip("/")
    return RegistryAccess(repository.registry, location, login.user, login.password, login.is_plain_http)


def _bases(here: Session, declared: "ServiceSettings", doors: "ImageDoors | None") -> Mapping[str, str]:
    """The base images by digest. The local cloud cannot reach public registries: it has stand-ins of its own."""
    if doors is None or here.settings.target is not Target.LOCAL:
        return declared.bases
    return {name: _rehearsal_base(here, name, doors) for name in declared.bases}


def _rehearsal_base(here: Session, name: str, doors: "ImageDoors") -> str:
    settings = here.settings
    account = settings.environment(doors.environment).account_id
    repository = ecr_repository(account, settings.region, REHEARSAL_BASES)
    try:
        return f"{repository}@{doors.registry().manifest(repository, name.lower()).digest}"
    except ImageMissingError as error:
        raise BuildOrderError(
            f"The local cloud has no base image for {name}",
            why=f"its repository {REHEARSAL_BASES} has no tag {name.lower()}, and public registries are not asked",
            fix=f"Push a base for all platforms as {repository}:{name.lower()}",
        ) from error


def _wants_index(dockerfile: Path) -> bool:
    """Whether a step of it mounts the secret: no token is got for a build that does not ask for one."""
    try:
        return f"id={INDEX_SECRET}" in dockerfile.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False  # the order says what is wrong with it


def _index_secret(here: Session, doors: "ImageDoors") -> Mapping[str, str]:
    """A configuration of pip with the way into the private index, and to nowhere else."""
    from alphaswarm_core.adapters.codeartifact import PackageRepository

    index, cloud = here.settings.index, here.cloud_environment(doors.environment)
    owner = here.settings.environment(doors.environment).account_id
    login = PackageRepository(cloud, owner, index.domain, index.repository).login()
    return {INDEX_SECRET: f"[global]\nindex-url = {login.index_url}\n"}


def _put_wheels(here: Session, commit: str, directory: Path) -> None:
    """The workspace's wheels of that commit: the same bytes as in the index."""
    from alphaswarm_core.delivery.checkout import exported_commit
    from alphaswarm_core.delivery.distributions import read_distribution
    from alphaswarm_core.delivery.wheels import build_wheels

    listed = here.settings.index.distributions
    if not listed:
        return
    with tempfile.TemporaryDirectory(prefix="alphaswarm-commit-") as copy:
        checkout = exported_commit(here.settings.root, commit, listed, Path(copy))
        build_wheels([read_distribution(Path(copy, each)) for each in listed], checkout, directory)


def _labels(here: Session, declared: "ServiceSettings", commit: str) -> dict[str, str]:
    """OCI's own annotations, and not the tag: it would make other bytes of the same commit.

    Source: OCI Image Format Specification, "Annotations".
    """
    source = here.settings.github.repositories[declared.source]
    return {
        "org.opencontainers.image.revision": commit,
        "org.opencontainers.image.source": f"https://github.com/{source.name}",
        "org.opencontainers.image.title": declared.repository,
    }
