"""The project as it was at an earlier commit, for plans that are made from an earlier run."""

from collections.abc import Iterator
from contextlib import contextmanager

from alphaswarm.composition import Session
from alphaswarm_core.ledger.records import Run


@contextmanager
def session_at(here: Session, commit: str) -> Iterator[Session]:
    """A session whose Terraform trees are those of `commit`.

    Only the trees are: settings, policy and ledger stay today's, or an old commit would bring back old rules.
    """
    from alphaswarm_core.adapters.git import checked_out

    here.output.narrate(f"Source: commit {commit[:12]}")
    with checked_out(here.settings.root, commit) as root:
        yield here.in_tree(root)


@contextmanager
def session_of(here: Session, planned: Run) -> Iterator[Session]:
    """A session in the tree that a plan was made from: the checkout, or for a derived plan that of its commit."""
    if planned.purpose is None or planned.commit is None:
        yield here
        return
    with session_at(here, planned.commit) as there:
        yield there
