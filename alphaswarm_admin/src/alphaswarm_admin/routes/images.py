"""Images: which were deployed, and where they run."""

from typing import Annotated

from fastapi import APIRouter, Path

from alphaswarm_admin.contract import images as contract
from alphaswarm_admin.identity.guard import ConsoleHere
from alphaswarm_admin.routes.readers import Reader
from alphaswarm_admin.views import images as views
from alphaswarm_core.ledger.records import Run, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.settings import Settings

router = APIRouter(tags=["images"])
_LOOKED_BACK = 500
_DIGEST = r"^sha256:[0-9a-f]{64}$"


@router.get("/admin/images", operation_id="listImages")
def list_images(console: ConsoleHere, _: Reader) -> contract.ImageList:
    """The images that applies put somewhere, the last one first."""
    with console.ledger.open() as ledger:
        applies = _applies(ledger)
        found = views.uses(applies, _current(ledger, console.settings))
    return views.image_list(found, len(applies))


@router.get("/admin/images/{digest}/where", operation_id="whereIsImage")
def where_is_image(
    digest: Annotated[str, Path(pattern=_DIGEST, description="The image's digest.")], console: ConsoleHere, _: Reader
) -> contract.ImageWhere:
    """Where an image runs and ran. One that was never deployed is nowhere."""
    with console.ledger.open() as ledger:
        found = views.uses(_applies(ledger), _current(ledger, console.settings))
    return contract.ImageWhere(digest=digest, uses=[use for each, use in found if each == digest])


def _applies(ledger: Ledger) -> list[Run]:
    return ledger.runs(kind=RunKind.apply, status=RunStatus.completed, limit=_LOOKED_BACK)


def _current(ledger: Ledger, settings: Settings) -> dict[str, str]:
    tree = settings.runtime_tree()
    latest = {name: ledger.latest_applied(tree, name) for name in settings.environments}
    return {name: run.id for name, run in latest.items() if run}
