"""The door to AWS CodeArtifact: addresses, tokens, what is there; and uploads to a repository's endpoint.

Uploads use a client of our own, on the standard library: the form is small and fixed, while twine would bring a
keyring, a second HTTP client and prompts into every installation that publishes.
"""

import base64
import hashlib
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from alphaswarm_core.adapters.aws_answers import Refusal, asking
from alphaswarm_core.delivery.codeartifact import IndexLogin
from alphaswarm_core.delivery.errors import IndexRefusedError, IndexUnavailableError, PublishedOtherwiseError
from alphaswarm_core.delivery.wheels import Wheel
from alphaswarm_core.target import is_loopback

_SECONDS = 120
_DEFAULT_SECONDS = 43_200
_DENIED = frozenset({"AccessDeniedException", "ExpiredTokenException", "UnrecognizedClientException"})
_CONFLICT = 409
_NO_TOKEN, _NOT_ALLOWED = 401, 403


@dataclass(frozen=True, slots=True)
class Listed:
    """A version in the index."""

    package: str
    version: str
    status: str
    origin: str


class PackageRepository:
    """One repository.

    Args:
        cloud: The `AWS_*` variables of the target.
        owner: The account of the domain.
        domain: The domain.
        repository: The repository.
    """

    def __init__(self, cloud: Mapping[str, str], owner: str, domain: str, repository: str) -> None:
        import boto3  # noqa: PLC0415 - slow to load, and only needed with an index
        from botocore.config import Config  # noqa: PLC0415

        self._is_session = "AWS_SESSION_TOKEN" in cloud or "AWS_ACCESS_KEY_ID" not in cloud
        self._domain: dict[str, Any] = {"domain": domain, "domainOwner": owner}
        self._here: dict[str, Any] = {**self._domain, "repository": repository}
        self._client = boto3.client(
            "codeartifact",
            endpoint_url=cloud.get("AWS_ENDPOINT_URL"),
            region_name=cloud.get("AWS_REGION"),
            aws_access_key_id=cloud.get("AWS_ACCESS_KEY_ID"),
            aws_secret_access_key=cloud.get("AWS_SECRET_ACCESS_KEY"),
            aws_session_token=cloud.get("AWS_SESSION_TOKEN"),
            config=Config(connect_timeout=10, read_timeout=60, retries={"total_max_attempts": 3}),
        )

    def login(self) -> IndexLogin:
        """A token that ends with the caller's session, or after 12 hours where the caller has none.

        Raises:
            IndexUnavailableError: there is no such repository, or it does not answer.
            IndexRefusedError: the caller may not have a token.
        """
        seconds = 0 if self._is_session else _DEFAULT_SECONDS
        with _asking():
            endpoint = self._client.get_repository_endpoint(**self._here, format="pypi")["repositoryEndpoint"]
            given = self._client.get_authorization_token(**self._domain, durationSeconds=seconds)
        return IndexLogin(f"{endpoint.rstrip('/')}/", given["authorizationToken"], given["expiration"])

    def held(self, package: str, version: str) -> dict[str, str]:
        """File name → SHA-256 of a version; empty if the index does not have it.

        Raises:
            AlphaSwarmError: as `login`.
        """
        try:
            with _asking():
                pages = self._client.get_paginator("list_package_version_assets").paginate(
                    **self._here, format="pypi", package=package, packageVersion=version
                )
                assets = [each for page in pages for each in page["assets"]]
        except _MissingError as missing:
            if missing.kind in {"package", "package-version"}:
                return {}
            raise
        return {each["name"]: each["hashes"]["SHA-256"] for each in assets}

    def versions(self, package: str | None = None) -> list[Listed]:
        """Everything in the repository itself, or all of one package.

        Raises:
            AlphaSwarmError: as `login`.
        """
        with _asking():
            pages = self._client.get_paginator("list_packages").paginate(**self._here, format="pypi")
            names = [package] if package else [each["package"] for page in pages for each in page["packages"]]
            return [
                Listed(name, each["version"], each["status"], each.get("origin", {}).get("originType", "UNKNOWN"))
                for name in names
                for page in self._client.get_paginator("list_package_versions").paginate(
                    **self._here, format="pypi", package=name
                )
                for each in page["versions"]
            ]


class _MissingError(IndexUnavailableError):
    """There is no such domain, repository, package or version: `kind` says which."""

    kind = ""


def _asking() -> AbstractContextManager[None]:
    return asking(_translated, lambda why: IndexUnavailableError("CodeArtifact does not answer", why=why))


def _translated(refusal: Refusal) -> IndexUnavailableError | IndexRefusedError:
    if refusal.code in _DENIED:
        return IndexRefusedError(
            "CodeArtifact refuses the caller",
            why=refusal.message,
            fix="The message names the permission that is missing",
        )
    if refusal.code != "ResourceNotFoundException":
        return IndexUnavailableError("CodeArtifact does not do what was asked", why=refusal.message)
    missing = _MissingError(
        "There is no such package repository",
        why=refusal.message,
        fix="The landing zone makes it; index.domain and index.repository in alphaswarm.toml name it",
    )
    missing.kind = str(refusal.response.get("resourceType") or refusal.message.partition(" not found")[0].lower())
    return missing


def upload(login: IndexLogin, wheel: Wheel) -> None:
    """Upload one wheel.

    Raises:
        IndexRefusedError: the caller may not publish it, or the token has expired.
        PublishedOtherwiseError: the index has it already.
        IndexUnavailableError: the index does not take it.
    """
    boundary = secrets.token_hex(16)
    body = _form(wheel, boundary)
    credentials = base64.b64encode(f"aws:{login.token}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": f"multipart/form-data; boundary={boundary}"}
    request = urllib.request.Request(login.endpoint, body, headers, method="POST")  # noqa: S310 - CodeArtifact's own
    try:
        with _opener(login.endpoint).open(request, timeout=_SECONDS):
            return
    except urllib.error.HTTPError as error:
        raise _not_taken(wheel, error) from error
    except OSError as error:
        raise IndexUnavailableError("The index does not answer", why=str(error)) from error


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The token is for the endpoint alone."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nobody."""


def _opener(endpoint: str) -> urllib.request.OpenerDirector:
    handlers: list[urllib.request.BaseHandler] = [_NoRedirects()]
    if is_loopback(endpoint):  # a proxy of the host has no business there
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


def _form(wheel: Wheel, boundary: str) -> bytes:
    content = wheel.path.read_bytes()
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.4",
        "name": wheel.package,
        "version": wheel.version,
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": wheel.sha256,
        "blake2_256_digest": hashlib.blake2b(content, digest_size=32).hexdigest(),
    }
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="content"; filename="{wheel.filename}"\r\n'
    parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n")
    return b"".join([*parts, f"--{boundary}--\r\n".encode()])


def _not_taken(
    wheel: Wheel, error: urllib.error.HTTPError
) -> IndexUnavailableError | IndexRefusedError | PublishedOtherwiseError:
    said = error.read(2000).decode(errors="replace").strip()
    if error.code == _NO_TOKEN:
        return IndexRefusedError(
            f"The index knows no such token, so it refuses {wheel.filename}",
            why=said,
            fix="It has expired, or is another index's: publish again, with a new session",
        )
    if error.code == _NOT_ALLOWED:
        return IndexRefusedError(
            f"The index refuses {wheel.filename}", why=said, fix="The answer names the permission that is missing"
        )
    if error.code == _CONFLICT:
        return PublishedOtherwiseError(
            f"The index has {wheel.filename} already", why=said, fix="Publish again: it is compared"
        )
    return IndexUnavailableError(f"The index does not take {wheel.filename} (status {error.code})", why=said)
