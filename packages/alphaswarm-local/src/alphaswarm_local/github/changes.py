"""Refs that move: held to the rulesets, then followed by what GitHub does: events, pull requests kept current."""

from http import HTTPStatus

from alphaswarm_local.github import pulls
from alphaswarm_local.github.authority.principals import Principal
from alphaswarm_local.github.events import firing
from alphaswarm_local.github.git import ZERO, GitError
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.rest.answers import Refusal, invalid
from alphaswarm_local.github.rulesets import refusal
from alphaswarm_local.github.state.repositories import Activity, Repository


def kind_of_change(hub: Hub, repository: Repository, old: str, new: str) -> str:
    """In the words of rulesets."""
    if old == ZERO:
        return "creation"
    if new == ZERO:
        return "deletion"
    return "update" if hub.git(repository).is_ancestor(old, new) else "non_fast_forward"


def check_change(
    hub: Hub, repository: Repository, ref: str, change: tuple[str, str], by: Principal, *, through_pull: bool = False
) -> None:
    """Refuse what a ruleset refuses.

    Raises:
        Refusal: 422.
    """
    kind = kind_of_change(hub, repository, *change)
    why = refusal(repository, ref, by, kind, through_pull=through_pull)
    if why is not None:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"Repository rule violations found\n\n{why}")


def change_ref(
    hub: Hub,
    repository: Repository,
    ref: str,
    new: str,
    by: Principal,
    *,
    force: bool = True,
    through_pull: bool = False,
) -> None:
    """Move, make or (`new` all zeros) remove a branch or tag.

    Raises:
        Refusal: a rule is against it, it moved in between, or it is no fast-forward without `force`.
    """
    git = hub.git(repository)
    old = git.resolve(ref) or ZERO
    check_change(hub, repository, ref, (old, new), by, through_pull=through_pull)
    if not force and kind_of_change(hub, repository, old, new) == "non_fast_forward":
        raise invalid("Update is not a fast forward")
    if old == new:
        return
    try:
        git.delete_ref(ref) if new == ZERO else git.set_ref(ref, new, old)
    except GitError as problem:
        raise invalid("Reference cannot be updated", ref=str(problem)) from problem
    ref_changed(hub, repository, ref, (old, new), by)


def ref_changed(hub: Hub, repository: Repository, ref: str, change: tuple[str, str], by: Principal) -> None:
    """What follows when a branch or tag has moved."""
    _remember(hub, repository, ref, change, by)
    firing.push(hub, repository, by, ref, change)
    if ref.startswith("refs/heads/"):
        pulls.branch_moved(hub, repository, ref.removeprefix("refs/heads/"), change[1], by)


_ACTIVITIES = {
    "creation": "branch_creation",
    "deletion": "branch_deletion",
    "update": "push",
    "non_fast_forward": "force_push",
}


def _remember(hub: Hub, repository: Repository, ref: str, change: tuple[str, str], by: Principal) -> None:
    """Who pushed what: told by `/activity`, of branches only, as on GitHub."""
    if not ref.startswith("refs/heads/"):
        return
    kind = _ACTIVITIES[kind_of_change(hub, repository, *change)]
    made = Activity(hub.store.new_id("activity"), ref, *change, kind, firing.sender_of(by), hub.store.now())
    with hub.store:
        repository.activity.append(made)
