"""What GitHub says of a workflow run: who reviewed its environments, and who had a part in it.

Read from its API when it is needed, never believed from a webhook.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from alphaswarm_core.gates.errors import GithubRunUnknownError
from alphaswarm_core.ledger.records import Part, Run
from alphaswarm_core.settings import Settings

_RUN_URL = re.compile(r"https://[a-z0-9.:-]+/([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)/actions/runs/([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Review:
    """A person's word on environments of a workflow run.

    Attributes:
        subject: `github:<id>`, or `bot:<login>` for an account that is no person.
        login: The account's name, for reading.
        state: `approved` or `rejected`, as GitHub says it.
        environments: The names of the environments that it is about.
        comment: What the person wrote.
    """

    subject: str
    login: str
    state: str
    environments: frozenset[str]
    comment: str


@dataclass(frozen=True, slots=True)
class GithubRunFacts:
    """A workflow run as GitHub's API shows it now.

    Attributes:
        head_commit: What it runs on.
        reviews: In the order in which they were given; GitHub does not say when.
        parts: Who started it, wrote its commit, pushed it.
        attempt: How often it was run, from 1.
        title: Its title, which the pipeline makes from its inputs: what a reviewer reads above the button.
    """

    head_commit: str
    reviews: Sequence[Review]
    parts: Sequence[tuple[str, Part]]
    attempt: int = 1
    title: str = ""


@dataclass(frozen=True, slots=True)
class GithubRunName:
    """Which workflow run: `repository` is `owner/name`."""

    repository: str
    number: int

    @property
    def url(self) -> str:
        """Its page, as runs name it."""
        return f"https://github.com/{self.repository}/actions/runs/{self.number}"


class GithubRuns(Protocol):
    """The door to GitHub's workflow runs."""

    def facts(self, run: GithubRunName, commit: str | None) -> GithubRunFacts:
        """What GitHub knows of the run, and of `commit`, which a plan of it was made from."""

    def answer(self, run: GithubRunName, environment: str, state: str | None, comment: str) -> None:
        """Answer the deployment protection rule; without `state` only a report."""


def github_run_of(run: Run, settings: Settings) -> GithubRunName:
    """The workflow run that made a plan, which has to be one of a declared repository.

    Raises:
        GithubRunUnknownError: it was not made by one.
    """
    found = _RUN_URL.fullmatch(run.actor.run_url or "")
    names = {each.name for each in settings.github.repositories.values()}
    if found is None or found[1] not in names:
        raise GithubRunUnknownError(
            f"The run {run.id} was not made by a workflow run of a declared repository",
            why=f"it names {run.actor.run_url or 'none'}",
            fix="Plan by dispatching terraform-pipeline.yml; repositories are declared in [github.repositories]",
        )
    return GithubRunName(found[1], int(found[2]))
