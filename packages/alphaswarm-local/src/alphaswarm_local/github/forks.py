"""Forks: a repository of one's own with the same commits, on which nobody else has a role."""

from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.state.accounts import Account
from alphaswarm_local.github.state.repositories import Repository


def fork(hub: Hub, repository: Repository, owner: Account) -> Repository:
    """The fork of `repository` that belongs to `owner`; made if there is none."""
    with hub.store as records:
        found = next(
            (each for each in records.repositories.values() if each.parent == repository.id and each.owner == owner),
            None,
        )
        if found is not None:
            return found
        made = Repository(
            id=hub.store.new_id("repository"), owner=owner, name=repository.name, created_at=hub.store.now(),
            private=repository.private, default_branch=repository.default_branch, parent=repository.id,
        )  # fmt: skip
        hub.git(made).create(hub.git(repository).path, repository.default_branch)
        records.repositories[made.id] = made
    return made
