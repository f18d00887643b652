"""Images, by the applies that put them somewhere."""

from collections.abc import Iterable, Mapping, Sequence

from alphaswarm_admin.contract import images as contract
from alphaswarm_admin.views.runs import images_of
from alphaswarm_core.ledger.records import Run


def uses(applies: Sequence[Run], current: Mapping[str, str]) -> list[tuple[str, contract.ImageUse]]:
    """(digest, use) for each image of each apply, in the applies' order.

    Args:
        applies: Completed applies, newest first.
        current: Environment → the run that made it what it is now.
    """
    return [
        (
            image.digest,
            contract.ImageUse(
                environment=run.environment,
                variable=image.variable,
                run_id=run.id,
                commit=run.commit,
                since=run.finished_at or run.queued_at,
                current=current.get(run.environment) == run.id,
            ),
        )
        for run in applies
        for image in images_of(run)
    ]


def image_list(found: Iterable[tuple[str, contract.ImageUse]], applies: int) -> contract.ImageList:
    """Each image once."""
    by_digest: dict[str, list[contract.ImageUse]] = {}
    for digest, use in found:
        by_digest.setdefault(digest, []).append(use)
    items = [
        contract.Image(
            digest=digest,
            variables=sorted({each.variable for each in own}),
            first_deployed_at=min(each.since for each in own),
            last_deployed_at=max(each.since for each in own),
            current_in=sorted({each.environment for each in own if each.current}),
        )
        for digest, own in by_digest.items()
    ]
    return contract.ImageList(
        items=sorted(items, key=lambda each: each.last_deployed_at, reverse=True), applies=applies
    )
