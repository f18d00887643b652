"""`alphaswarm index`: the private package index. Publish this workspace's wheels, log pip in, list what is there."""

import dataclasses
import os
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, say_target, session
from alphaswarm_core.target import Target

if TYPE_CHECKING:
    from alphaswarm_core.adapters.codeartifact import PackageRepository
    from alphaswarm_core.delivery.checkout import Checkout
    from alphaswarm_core.delivery.wheels import Wheel

ENV = click.option("--env", "environment", required=True, metavar="ENV", help="Whose account the index is in.")


@click.group()
def index() -> None:
    """The private package index: publish, log in, list."""


@index.command()
@ENV
@click.option("--output", metavar="DIR", type=click.Path(file_okay=False), help="Keep the wheels there, too.")
@click.option("--commit", metavar="COMMIT", help="Publish what this commit holds (default: the files as they are).")
@options(target=True)
def publish(environment: str, output: str | None, commit: str | None, **common: Any) -> None:
    """Build this workspace's wheels and upload what the index does not have yet.

    The same source makes the same wheels, bit for bit, under the same version; what is there already is left alone.
    Builds install the wheels of the commit that they deploy.
    """
    here = session(**common)
    say_target(here, environment)
    listed = published(here, environment, output=output, commit=commit)
    lines = [f"{each['package']} {each['version']}: {_word(each)}" for each in listed]
    here.output.result("index-publish/v1", {"environment": environment, "wheels": listed}, "\n".join(lines))


def published(
    here: Session, environment: str, *, output: str | None = None, commit: str | None = None
) -> list[dict[str, Any]]:
    """Build the wheels and upload what is missing; what there is now, wheel by wheel.

    Raises:
        AlphaSwarmError: they cannot be built or uploaded, or are there with another content.
    """
    from alphaswarm_core.adapters.codeartifact import upload
    from alphaswarm_core.delivery.codeartifact import to_upload

    repository = _repository(here, environment)
    with tempfile.TemporaryDirectory(prefix="alphaswarm-wheels-") as scratch:
        wheels = _built(here, Path(output or scratch), commit)
        held = {each.package: repository.held(each.package, each.version) for each in wheels}
        missing = to_upload(wheels, held)
        login = repository.login() if missing else None
        for wheel in missing:
            here.output.narrate(f"Uploading {wheel.filename}")
            if login is not None:
                upload(login, wheel)
        uploaded = {each.filename for each in missing}
        return [
            {
                "package": each.package,
                "version": each.version,
                "file": each.filename,
                "sha256": each.sha256,
                "uploaded": each.filename in uploaded,
            }
            for each in wheels
        ]


@index.command()
@ENV
@click.option("--shell", is_flag=True, help='Print export lines with the token: eval "$(alphaswarm index login ...)".')
@options(target=True)
def login(environment: str, shell: bool, **common: Any) -> None:  # noqa: FBT001
    """Get a token for the index. With --shell, what makes pip and uv install from it and from nowhere else."""
    from alphaswarm_core.delivery.codeartifact import OTHER_SOURCES

    here = session(**common)
    say_target(here, environment)
    given = _repository(here, environment).login()
    document: dict[str, Any] = {"index_url": given.shown_url, "expires_at": given.expires_at.isoformat()}
    if not shell:
        text = (
            f"{given.shown_url}\nA token was given, until {given.expires_at:%Y-%m-%d %H:%M} UTC; it is not shown. "
            f'To use one: eval "$(alphaswarm index login --env {environment} --shell)"'
        )
        here.output.result("index-login/v1", document, text)
        return
    variables = given.variables()
    cleared = [name for name in OTHER_SOURCES if name in os.environ]
    lines = [f"unset {name}" for name in cleared]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    here.output.result("index-login/v1", {**document, "set": variables, "unset": cleared}, "\n".join(lines))


@index.command(name="list")
@ENV
@click.argument("package", required=False)
@options(target=True)
def list_versions(environment: str, package: str | None, **common: Any) -> None:
    """List the packages and versions that are in the index itself, or the versions of one PACKAGE."""
    here = session(**common)
    say_target(here, environment)
    found = _repository(here, environment).versions(package)
    lines = [f"{each.package:30} {each.version:44} {each.status:10} {each.origin.lower()}" for each in found]
    versions = [dataclasses.asdict(each) for each in found]
    here.output.result(
        "index-list/v1", {"environment": environment, "versions": versions}, "\n".join(lines) or "The index is empty."
    )


def _repository(here: Session, environment: str) -> "PackageRepository":
    from alphaswarm_core.adapters.codeartifact import PackageRepository

    settings = here.settings
    owner = settings.environment(environment).account_id
    return PackageRepository(
        here.cloud_environment(environment), owner, settings.index.domain, settings.index.repository
    )


def _built(here: Session, output: Path, commit: str | None) -> "list[Wheel]":
    """The wheels of the workspace, or of a commit of it.

    Raises:
        UncommittedSourceError: they would go to AWS, where others install them, and no commit says what is in them.
    """
    from alphaswarm_core.delivery.checkout import exported_commit, read_checkout
    from alphaswarm_core.delivery.distributions import read_distribution
    from alphaswarm_core.delivery.wheels import build_wheels

    settings = here.settings
    directories = settings.index.distributions
    with tempfile.TemporaryDirectory(prefix="alphaswarm-commit-") as copy:
        if commit:
            root, checkout = Path(copy), exported_commit(settings.root, commit, directories, Path(copy))
        else:
            root, checkout = settings.root, read_checkout(settings.root, directories, os.environ)
            _require_committed(here, checkout)
        here.output.narrate(f"Building {len(directories)} wheels of commit {checkout.commit[:12]}")
        return build_wheels([read_distribution(root / each) for each in directories], checkout, output)


def _require_committed(here: Session, checkout: "Checkout") -> None:
    from alphaswarm_core.delivery.errors import UncommittedSourceError

    if here.settings.target is Target.AWS and not checkout.is_clean:
        directories = ", ".join(here.settings.index.distributions)
        raise UncommittedSourceError(
            "The source of the packages is not known to be what its commit says",
            why=f"files under {directories} differ from commit {checkout.commit[:12]}, or git is not there",
            fix="Commit first, and publish from a git checkout; on the local cloud changed files are published too",
        )


def _word(listed: dict[str, Any]) -> str:
    return "uploaded" if listed["uploaded"] else "is there already, the same"
