"""Pull requests: opened, kept current with their branches, merged, closed. Merge commits are git's own."""

from alphaswarm_local.github.authority.principals import Principal
from alphaswarm_local.github.events import firing
from alphaswarm_local.github.git import ZERO
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.rest.answers import invalid
from alphaswarm_local.github.state.accounts import Account
from alphaswarm_local.github.state.repositories import PullRequest, Repository

_GITHUB = ("GitHub", "noreply@github.com")


def open_pull(
    hub: Hub,
    repository: Repository,
    by: Principal,
    author: Account,
    *,
    head: tuple[Repository, str],
    base: str,
    title: str,
    body: str,
    draft: bool = False,
) -> PullRequest:
    """Open a pull request from `head` (repository and branch) to the branch `base`.

    Raises:
        Refusal: a branch is not there, nothing is new, or one is open already.
    """
    source, head_ref = head
    head_sha = hub.git(source).resolve(f"refs/heads/{head_ref}")
    base_sha = hub.git(repository).resolve(f"refs/heads/{base}")
    if head_sha is None or base_sha is None:
        raise invalid(**{"base" if base_sha is None else "head": "there is no such branch"})
    same = [
        each
        for each in repository.pulls.values()
        if each.state == "open" and (each.head_repository, each.head_ref, each.base_ref) == (source.id, head_ref, base)
    ]
    if same:
        raise invalid(head=f"A pull request already exists for {source.owner.login}:{head_ref}.")
    _bring(hub, repository, source, head_sha, 0)
    if hub.git(repository).is_ancestor(head_sha, base_sha):
        raise invalid(head=f"No commits between {base} and {head_ref}")
    now = hub.store.now()
    with hub.store:
        repository.last_number += 1
        pull = PullRequest(
            id=hub.store.new_id("pull"), number=repository.last_number, title=title, body=body, author=author,
            head_repository=source.id, head_ref=head_ref, head_sha=head_sha, base_ref=base, base_sha=base_sha,
            created_at=now, updated_at=now, draft=draft,
        )  # fmt: skip
        repository.pulls[pull.number] = pull
    refresh(hub, repository, pull)
    firing.pull_request(hub, repository, by, pull, "opened")
    return pull


def refresh(hub: Hub, repository: Repository, pull: PullRequest) -> None:
    """Make `refs/pull/N/head` and, where there is no conflict, `refs/pull/N/merge` anew."""
    git = hub.git(repository)
    _bring(hub, repository, hub.by_id(pull.head_repository), pull.head_sha, pull.number)
    message = f"Merge {pull.head_sha} into {pull.base_sha}"
    merged = git.merge(pull.base_sha, pull.head_sha, message, _GITHUB, hub.store.now())
    with hub.store:
        pull.merge_sha = merged
    ref = f"refs/pull/{pull.number}/merge"
    if merged is not None:
        git.set_ref(ref, merged)
    elif git.resolve(ref) is not None:
        git.delete_ref(ref)


def branch_moved(hub: Hub, repository: Repository, branch: str, new: str, by: Principal) -> None:
    """Keep the pull requests from and to a branch current."""
    every = [
        (target, pull)
        for target in list(hub.store.records.repositories.values())
        for pull in list(target.pulls.values())
        if pull.state == "open"
    ]
    for target, pull in every:
        if (pull.head_repository, pull.head_ref) == (repository.id, branch):
            _head_moved(hub, target, pull, new, by)
        elif (target.id, pull.base_ref) == (repository.id, branch) and new != ZERO:
            _base_moved(hub, target, pull, new, by)


def merge_commit(hub: Hub, repository: Repository, pull: PullRequest, who: Account, message: str) -> str:
    """The commit that merges a pull request; its base is not moved yet.

    Raises:
        Refusal: there are conflicts.
    """
    identity = (who.name or who.login, who.email or f"{who.login}@users.noreply.github.com")
    made = hub.git(repository).merge(pull.base_sha, pull.head_sha, message, identity, hub.store.now())
    if made is None:
        raise invalid("Pull Request is not mergeable")
    return made


def _mark_merged(hub: Hub, repository: Repository, pull: PullRequest, commit: str, by: Principal) -> None:
    """It is merged: closed, and told."""
    now = hub.store.now()
    with hub.store:
        pull.state, pull.merged_at, pull.closed_at, pull.updated_at = "closed", now, now, now
        pull.merged_by, pull.merge_commit_sha = firing.sender_of(by), commit
    firing.pull_request(hub, repository, by, pull, "closed")


def set_state(hub: Hub, repository: Repository, pull: PullRequest, state: str, by: Principal) -> None:
    """Close it or open it again."""
    if pull.state == state:
        return
    now = hub.store.now()
    with hub.store:
        pull.state, pull.updated_at = state, now
        pull.closed_at = now if state == "closed" else None
    if state == "open":
        refresh(hub, repository, pull)
    firing.pull_request(hub, repository, by, pull, "closed" if state == "closed" else "reopened")


def _head_moved(hub: Hub, repository: Repository, pull: PullRequest, new: str, by: Principal) -> None:
    if new == ZERO:
        set_state(hub, repository, pull, "closed", by)
        return
    before = pull.head_sha
    with hub.store:
        pull.head_sha, pull.updated_at = new, hub.store.now()
    refresh(hub, repository, pull)
    firing.pull_request(hub, repository, by, pull, "synchronize", before=before, after=new)


def _base_moved(hub: Hub, repository: Repository, pull: PullRequest, new: str, by: Principal) -> None:
    with hub.store:
        pull.base_sha = new
    if hub.git(repository).is_ancestor(pull.head_sha, new):
        _mark_merged(hub, repository, pull, new, by)
    else:
        refresh(hub, repository, pull)


def _bring(hub: Hub, repository: Repository, source: Repository, sha: str, number: int) -> None:
    """Have the head's commit here; a number makes it `refs/pull/N/head`."""
    git = hub.git(repository)
    if source.id != repository.id:
        git.fetch(hub.git(source).path, f"+{sha}:refs/internal/{source.id}")
    if number:
        git.set_ref(f"refs/pull/{number}/head", sha)
