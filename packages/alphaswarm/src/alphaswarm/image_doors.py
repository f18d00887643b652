"""The doors that commands about images go through: an environment's registry, the trust root, a job's signature."""

import json
import os
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alphaswarm.composition import Session
from alphaswarm_core.errors import UsageError
from alphaswarm_core.local_address import REGISTRY_PATH
from alphaswarm_core.supply.declared import (
    pinned_trust_config,
    pinned_trust_root,
    repository_of,
    rule_of,
    service_of,
)
from alphaswarm_core.supply.references import ImageReference, Repository, parse_reference
from alphaswarm_core.target import Target, is_local_build, is_loopback

if TYPE_CHECKING:
    from alphaswarm_core.adapters.image_registry import ImageRegistry, RegistryAddress
    from alphaswarm_core.adapters.sigstore_signing import KeylessSigner
    from alphaswarm_core.identity.github.jobs import WorkflowJob
    from alphaswarm_core.supply.bundles import BundleVerifier
    from alphaswarm_core.supply.provenance import BuildFacts
    from alphaswarm_core.supply.tools.syft import RegistryLogin
    from alphaswarm_core.supply.verifying import ImageRule, ImageVerifier


_LOCAL_PATHS = {"registry": REGISTRY_PATH, "sigstore": "/_alphaswarm/sigstore"}
"""Where these parts are at the local cloud's address: published in a file that a build does not have."""


class ImageDoors:
    """Everything that commands about images need, for one environment.

    Args:
        here: The session.
        environment: Whose account the registry is in.
        cloud: The `AWS_*` variables of the session to ask in, instead of the target's own.
    """

    def __init__(self, here: Session, environment: str, cloud: Mapping[str, str] | None = None) -> None:
        self._here, self.environment, self._cloud = here, environment, cloud

    def registry(self) -> "ImageRegistry":
        """The registry."""
        from alphaswarm_core.adapters.image_registry import ImageRegistry

        return ImageRegistry(self._address)

    def verifier(self) -> "ImageVerifier":
        """What verifies images of the registry by the trust root."""
        from alphaswarm_core.supply.verifying import ImageVerifier

        return ImageVerifier(self.registry(), self.bundles(), lambda: datetime.now(UTC))

    def bundles(self) -> "BundleVerifier":
        """The mechanism, by the pinned trust root; on the local cloud by its own.

        Raises:
            TrustRootError: there is none, or it cannot be read.
        """
        from alphaswarm_core.supply.bundles import BundleVerifier

        if self._here.settings.target is Target.LOCAL:
            return BundleVerifier(self._local_document("trusted_root.json"))
        return BundleVerifier(pinned_trust_root(self._here.settings))

    def rule(self, repository: Repository, commit: str | None = None) -> "ImageRule":
        """What images of the repository have to show here.

        Raises:
            UndeclaredServiceError: nobody declared who may sign them.
        """
        settings = self._here.settings
        return rule_of(settings, service_of(settings, repository), self.environment, commit)

    def login(self, repository: Repository) -> "RegistryLogin":
        """How another program gets at the repository."""
        import base64

        from alphaswarm_core.supply.tools.syft import RegistryLogin

        address = self._address(repository)
        place = urlsplit(address.base)
        user, _, password = base64.b64decode(address.authorization().partition(" ")[2]).decode().partition(":")
        path = place.path.removeprefix("/v2").strip("/")
        return RegistryLogin(place.netloc, f"{path}/" if path else "", user, password, place.scheme == "http")

    def signer(self, service: str, rehearsed_ref: str | None) -> tuple["KeylessSigner", "BuildFacts"]:
        """What signs in the name of this workflow job, and what the job knows of its build.

        Args:
            service: Whose image is signed.
            rehearsed_ref: Outside a workflow job, on the local cloud alone: sign as the service's workflow would there.

        Raises:
            AlphaSwarmError: there is no job, or it has no token.
        """
        from alphaswarm_core.adapters.job_token import token_for, verify_token
        from alphaswarm_core.adapters.sigstore_signing import AUDIENCE, KeylessSigner
        from alphaswarm_core.identity.github.issuers import GITHUB_COM
        from alphaswarm_core.supply.provenance import build_facts

        token, keys = "", GITHUB_COM.jwks_url
        if self._here.settings.target is Target.LOCAL:
            keys = f"{self._local_url('github_oidc')}/.well-known/jwks"
        if rehearsed_ref is None:
            token = token_for(os.environ, AUDIENCE)
        else:
            token = self._rehearsed_token(service, rehearsed_ref)
        claims = verify_token(token, GITHUB_COM, keys, AUDIENCE)
        return KeylessSigner(self._trust_config(), lambda: token), build_facts(claims.payload)

    def _rehearsed_token(self, service: str, ref: str) -> str:
        from alphaswarm.rehearsed_sessions import token_of_job

        if self._here.settings.target is not Target.LOCAL:
            raise UsageError("--rehearse-ref is for the local cloud", fix="On AWS a workflow job signs, nobody else")
        return token_of_job(self._here, self._job(service, ref), "sigstore")

    def _job(self, service: str, ref: str) -> "WorkflowJob":
        import time

        from alphaswarm_core.identity.github.events import Event
        from alphaswarm_core.identity.github.jobs_of import workflow_job
        from alphaswarm_core.identity.trust import github_repositories

        declared = self._here.settings.images.services[service]
        repository = github_repositories(self._here.settings)[declared.source]
        return workflow_job(Event.PUSH, repository, declared.workflow, ref=ref, run_id=time.time_ns() // 1000)

    def _trust_config(self) -> bytes:
        if self._here.settings.target is Target.LOCAL:
            return self._local_document("client_trust_config.json")
        return pinned_trust_config(self._here.settings)

    def _address(self, repository: Repository) -> "RegistryAddress":
        from alphaswarm_core.adapters.aws_clients import client
        from alphaswarm_core.adapters.image_registry import RegistryAddress, ecr_authorization

        settings = self._here.settings
        account = repository.account
        if account not in {each.account_id for each in settings.environments.values()}:
            # Whoever answers there would get the login.
            raise UsageError(
                f"{repository} is in no account of this project", fix="Name one of its environments' registries"
            )
        own = self._here.cloud_environment(self.environment) if self._cloud is None else self._cloud
        cloud = {**own, "AWS_REGION": repository.region or settings.region}
        base = f"https://{repository.registry}/v2"
        if settings.target is Target.LOCAL:
            base = f"{self._local_url('registry')}/{account}"
        return RegistryAddress(base, lambda: ecr_authorization(client("ecr", cloud)))

    def _local_url(self, part: str) -> str:
        from alphaswarm_core.local_address import read_local_address

        if is_local_build(os.environ) and part in _LOCAL_PATHS:
            return os.environ["AWS_ENDPOINT_URL"] + _LOCAL_PATHS[part]
        return read_local_address(self._here.settings.home_path).url(part)

    def _local_document(self, name: str) -> bytes:
        """A document of the local cloud's Sigstore."""
        from alphaswarm_core.local_address import LocalCloudError

        url = f"{self._local_url('sigstore')}/{name}"
        if not is_loopback(url):
            raise LocalCloudError(f"The local cloud's address {url} is not on loopback")
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback, just checked
                content: bytes = answer.read()
        except OSError as error:
            raise LocalCloudError(
                "The local cloud does not answer", why=str(error), fix="Start it again: alphaswarm local up"
            ) from error
        json.loads(content)
        return content


class DeployedImages:
    """What the runtime asks before a plan counts, and again before it is applied.

    Args:
        here: The session.
        cloud: The `AWS_*` variables of the run: its role reads the registry, and no other's.
    """

    def __init__(self, here: Session, cloud: Mapping[str, str]) -> None:
        self._here, self._cloud = here, cloud

    def require(self, environment: str, images: Sequence[str]) -> None:
        """Let pass only images that pass every check, side by side; see `terraform.images.ImageVerifier`."""
        from alphaswarm_core.supply.verifying import verify_all

        doors = ImageDoors(self._here, environment, self._cloud)
        asked = [parse_reference(each) for each in images]
        for verdict in verify_all(doors.verifier(), [(each, doors.rule(each.repository)) for each in asked]):
            verdict.require()


def image_of(here: Session, text: str, environment: str | None) -> tuple[ImageDoors, ImageReference]:
    """The image that `text` names, and the doors to its registry.

    `SERVICE:TAG` and `SERVICE@sha256:…` are short for the service's repository in the account of `--env`.

    Raises:
        ImageReferenceError: it names none.
        UsageError: its account is no environment's.
    """
    if "/" not in text:
        name, joint, rest = _split(text)
        if environment is None:
            raise UsageError(f"In which account is {text}?", fix="Name the environment: --env ENV")
        text = f"{repository_of(here.settings, name, environment)}{joint}{rest}"
    reference = parse_reference(text)
    if environment is None:
        environment = _environment_of(here, reference.repository)
    return ImageDoors(here, environment), reference


def one_environment(doors: Sequence[ImageDoors]) -> ImageDoors:
    """The doors of images that are all in one account.

    Raises:
        UsageError: they are of several environments.
    """
    if len({each.environment for each in doors}) != 1:
        raise UsageError("The images are of several environments", fix="Verify those of each environment by itself")
    return doors[0]


def _split(text: str) -> tuple[str, str, str]:
    place = min((text.index(each) for each in ":@" if each in text), default=len(text))
    return text[:place], text[place : place + 1], text[place + 1 :]


def _environment_of(here: Session, repository: Repository) -> str:
    for name, environment in here.settings.environments.items():
        if environment.account_id == repository.account:
            return name
    raise UsageError(f"{repository} is in no account of this project", fix="Name one of its environments' registries")
