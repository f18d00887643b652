"""Images: one row each, written again with every verification; their SBOMs, and what runs where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.chain import as_doubles
from alphaswarm_core.ledger.image_records import Deployment, ImageFacts, Package, RecordedImage
from alphaswarm_core.ledger.projection import IMAGES
from alphaswarm_core.ledger.records import Run, RunStatus
from alphaswarm_core.ledger.sboms import StoredSbom, stored_sbom, wanted_name
from alphaswarm_core.ledger.store import run_rows, statements
from alphaswarm_core.ledger.store.appending import Transaction
from alphaswarm_core.ledger.store.database import Database

_SAID = ("service", "version", "commit", "builder", "signer", "scan", "verification")
_PAGE = 50


def record(transaction: Transaction, image: ImageFacts, sboms: Mapping[str, Json]) -> RecordedImage:
    """Write down what a verification found, with the SBOMs of the image's platforms (by their images' digests)."""
    kept = {about: _keep(transaction, stored_sbom(document)) for about, document in sorted(sboms.items())}
    said: dict[str, Json] = {name: getattr(image, name) for name in _SAID}
    said |= {"sboms": kept, "verified_at": transaction.now}
    known = _find(transaction.database, image.repository, image.digest)
    if known:
        transaction.update(IMAGES, known.id, "image:verified", said)
    else:
        fixed: dict[str, Json] = {"repository": image.repository, "digest": image.digest}
        fixed |= {"platforms": list(image.platforms), "recorded_at": transaction.now, "id": transaction.new_id()}
        transaction.insert(IMAGES, "image:recorded", {**fixed, **said})
    stored = _find(transaction.database, image.repository, image.digest)
    assert stored is not None  # noqa: S101 - written a moment ago, in this transaction
    return stored


def _find(database: Database, repository: str, digest: str) -> RecordedImage | None:
    found = _select(database, "repository = :repository", "digest = :digest", repository=repository, digest=digest)
    return found[0] if found else None


def _keep(transaction: Transaction, sbom: StoredSbom) -> str:
    database = transaction.database
    if not database.rows(statements.SBOM_KNOWN, {"digest": sbom.digest}):
        database.execute(statements.INSERT_SBOM, {"digest": sbom.digest, "document": sbom.text})
        packages = sorted(sbom.packages, key=lambda each: (each.name, each.version))
        for start in range(0, len(packages), statements.PACKAGES_AT_ONCE):
            some = packages[start : start + statements.PACKAGES_AT_ONCE]
            database.execute(statements.insert_packages(len(some)), _parameters(sbom.digest, some))
    return sbom.digest


def _parameters(digest: str, packages: Sequence[Package]) -> dict[str, str | int | None]:
    values: dict[str, str | int | None] = {"sbom_digest": digest}
    for number, package in enumerate(packages):
        column = statements.letters(number)
        values |= {f"name_{column}": package.name, f"version_{column}": package.version}
    return values


def images(database: Database, *, digest: str | None = None, service: str | None = None) -> list[RecordedImage]:
    """Images, the newest first."""
    given = {name: value for name, value in (("digest", digest), ("service", service)) if value is not None}
    return _select(database, *(f"{name} = :{name}" for name in given), **given)


def _select(database: Database, *conditions: str, **values: str) -> list[RecordedImage]:
    sql = statements.select_rows(IMAGES, *conditions, suffix=" ORDER BY id DESC")
    return [_image(row) for row in database.rows(sql, values)]


def _image(row: Sequence[Any]) -> RecordedImage:
    values = dict(zip(IMAGES.columns, row, strict=True))
    for column in IMAGES.json:
        values[column] = as_doubles(orjson.loads(values[column])) if values[column] is not None else None
    return RecordedImage(**{**values, "platforms": tuple(values["platforms"])})


def sbom(database: Database, digest: str) -> str | None:
    """The stored SBOM with that digest, canonical JSON text."""
    rows = database.rows(statements.SBOM, {"digest": digest})
    return rows[0][0] if rows else None


def packages_like(database: Database, name: str, version: str | None) -> dict[str, list[Package]]:
    """Of each SBOM that names the package: what exactly it names."""
    found: dict[str, list[Package]] = {}
    sql = statements.PACKAGES_NAMED if version is None else statements.PACKAGES_NAMED_EXACTLY
    values = {"name": wanted_name(name), **({} if version is None else {"version": version})}
    for digest, named, exactly in database.rows(sql, values):
        found.setdefault(digest, []).append(Package(named, exactly))
    return found


def deployments(database: Database) -> list[Deployment]:
    """What runs in every environment, by the last completed apply of each stack, and since which run it does."""
    stacks = [(str(tree), str(environment)) for tree, environment in database.rows(statements.APPLIED_STACKS, {})]
    return [each for stack in stacks for each in _deployed(database, *stack)]


def _deployed(database: Database, tree: str, environment: str) -> list[Deployment]:
    applies = _applies(database, tree, environment)
    latest = next(applies, None)
    if latest is None:
        return []
    open_, done = dict.fromkeys(images_of_run(latest), latest), dict[str, Run]()
    for earlier in applies:
        if not open_:
            break
        kept = set(images_of_run(earlier))
        done |= {each: since for each, since in open_.items() if each not in kept}
        open_ = {each: earlier for each in open_ if each in kept}
    since = {**done, **open_}
    return [Deployment(tree, environment, each, since[each]) for each in sorted(since)]


def _applies(database: Database, tree: str, environment: str) -> Iterator[Run]:
    """The completed applies and destroys of a stack, newest first."""
    before: str | None = None
    conditions = {"tree": tree, "environment": environment, "status": str(RunStatus.completed)}
    while page := run_rows.select_changes(database, conditions, before=before, limit=_PAGE):
        yield from page
        before = page[-1].id


def images_of_run(run: Run) -> tuple[str, ...]:
    """The images that a run's row names."""
    named: Iterable[Any] = run.images if isinstance(run.images, list | tuple) else ()
    return tuple(str(each) for each in named)
