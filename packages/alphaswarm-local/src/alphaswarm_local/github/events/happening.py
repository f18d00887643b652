"""What happened, as far as workflows are concerned: an event with all that decides whether and how they start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from alphaswarm_local.github.authority.principals import Principal
from alphaswarm_local.github.state.accounts import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event.

    Attributes:
        by: Whose request made it happen: a job's token starts nothing but dispatches.
        ref: `GITHUB_REF` of the runs that it starts.
        sha: `GITHUB_SHA`.
        files_from: The commit that workflow files are read from; it decides whose files run.
        filtered_ref: What branch and tag filters are held against.
        activity: The activity type, or the type of a repository dispatch.
        paths: The changed files; None where there is nothing to compare.
        head_branch: What runs show as their branch.
        head_repository: Id of the repository that the head is in.
        skippable: Whether `[skip ci]` in the head commit's message keeps workflows from starting.
        only: The one workflow file that is meant; None: all that listen.
        chain: How many runs of `workflow_run` lie before it.
    """

    event: str
    payload: dict[str, Any]
    sender: Account
    by: Principal
    ref: str
    sha: str
    files_from: str
    filtered_ref: str = ""
    activity: str = ""
    paths: tuple[str, ...] | None = None
    head_branch: str = ""
    head_sha: str = ""
    head_repository: int | None = None
    base_ref: str = ""
    head_ref: str = ""
    from_fork: bool = False
    pull_number: int | None = None
    skippable: bool = False
    only: str | None = None
    title: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    chain: int = 0
