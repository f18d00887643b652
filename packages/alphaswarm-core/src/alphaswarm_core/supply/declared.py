"""From `alphaswarm.toml` to the rule for an image: which service it is of, and what that service has to show."""

import json
from datetime import timedelta

from alphaswarm_core.identity.github.issuers import GITHUB_COM
from alphaswarm_core.settings import Settings
from alphaswarm_core.supply.errors import TrustRootError, UndeclaredServiceError
from alphaswarm_core.supply.findings import Severity
from alphaswarm_core.supply.references import Repository, ecr_repository
from alphaswarm_core.supply.rules import SignerRule
from alphaswarm_core.supply.verdicts import ScanRule
from alphaswarm_core.supply.verifying import ImageRule

_TRUST_CONFIG = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"


def service_of(settings: Settings, repository: Repository) -> str:
    """The name of the service whose images are in `repository`.

    Raises:
        UndeclaredServiceError: there is none, or the registry is no account's of this project.
    """
    accounts = {each.account_id for each in settings.environments.values()}
    for name, service in settings.images.services.items():
        if service.repository == repository.name and repository.account in accounts:
            return name
    raise UndeclaredServiceError(
        f"{repository} belongs to no service of this project",
        why="alphaswarm.toml declares " + (", ".join(settings.images.services) or "no service"),
        fix="Declare it under [images.services.NAME], with its repository and who may sign it",
    )


def repository_of(settings: Settings, service: str, environment: str) -> Repository:
    """The repository of a service in an environment's account.

    Raises:
        UndeclaredServiceError: there is no such service.
    """
    if service not in settings.images.services:
        raise UndeclaredServiceError(
            f"There is no service '{service}'",
            why="alphaswarm.toml declares " + (", ".join(settings.images.services) or "no service"),
            fix="Declare it under [images.services.NAME], with its repository and who may sign it",
        )
    account = settings.environment(environment).account_id
    return ecr_repository(account, settings.region, settings.images.services[service].repository)


def rule_of(settings: Settings, service: str, environment: str, commit: str | None = None) -> ImageRule:
    """What images of `service` have to show in `environment`.

    Where nobody has to approve, a scanner that was left out on purpose is not asked for: the record says so, and the
    image goes no further.
    """
    declared = settings.images.services[service]
    source = settings.github.repositories[declared.source]
    signer = SignerRule(
        issuer=GITHUB_COM.url,
        server=GITHUB_COM.server_url,
        repository=source.name,
        repository_id=source.id,
        owner_id=source.owner_id,
        workflow=declared.workflow,
        refs=declared.refs,
        triggers=declared.triggers,
        runners=declared.runners,
        started_by=declared.started_by,
    )
    return ImageRule(
        signer=signer,
        scan=ScanRule(
            scanners=settings.images.scanners,
            limit=Severity[settings.images.scan_limit],
            longest=timedelta(hours=settings.images.scan_max_age_hours),
            may_leave_out=settings.environment(environment).approvals == 0,
        ),
        commit=commit,
    )


def pinned_trust_root(settings: Settings) -> bytes:
    """The trust root that the project pins.

    Raises:
        TrustRootError: it pins none, or it cannot be read.
    """
    return _pinned(settings, "trust_root", "trusted_root.json")


def pinned_trust_config(settings: Settings) -> bytes:
    """Trust root and signing configuration in one, as clients of Sigstore take them.

    Raises:
        TrustRootError: one is not pinned, or cannot be read.
    """
    parts = {
        "trustedRoot": pinned_trust_root(settings),
        "signingConfig": _pinned(settings, "signing_config", "signing_config.json"),
    }
    try:
        documents = {name: json.loads(content) for name, content in parts.items()}
    except ValueError as error:
        raise TrustRootError("The trust root or the signing configuration is no JSON", why=str(error)) from error
    return json.dumps({"mediaType": _TRUST_CONFIG, **documents}).encode()


def _pinned(settings: Settings, name: str, document: str) -> bytes:
    fix = f"Name the {document} of your Sigstore: [images] {name} in alphaswarm.toml"
    place: str = getattr(settings.images, name)
    if not place:
        raise TrustRootError(f"No {document} is pinned", why=f"[images] {name} is empty", fix=fix)
    try:
        return (settings.root / place).read_bytes()
    except OSError as error:
        raise TrustRootError(f"{place} cannot be read", why=error.strerror, fix=fix) from error
