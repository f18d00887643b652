"""Workflow runs through GitHub's REST API: reviews and people of a run, and answers to its protection rules."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from alphaswarm_core.adapters.github.client import GithubClient
from alphaswarm_core.adapters.github.errors import (
    GithubAnswerError,
    GithubConflictError,
    GithubForbiddenError,
    GithubNotFoundError,
)
from alphaswarm_core.gates.github_facts import GithubRunFacts, GithubRunName, Review
from alphaswarm_core.gates.webhook_errors import AnswerNotTakenError
from alphaswarm_core.ledger.records import Part

_WEB_INTERFACE = 19864447
"""GitHub's own account `web-flow`, the committer of what is merged in its web interface."""
_LONGEST_COMMENT = 1024


class GithubRunsApi:
    """Implements `gates.github_facts.GithubRuns`.

    Args:
        client: With a token that reads actions and contents; answers need that of the GitHub App of the rule.
    """

    def __init__(self, client: GithubClient) -> None:
        self._client = client

    def facts(self, run: GithubRunName, commit: str | None) -> GithubRunFacts:
        """See `GithubRuns.facts`.

        Raises:
            GithubApiError: GitHub does not answer, or its answer cannot be read.
        """
        document = _mapping(self._client.get(_path(run)))
        head = str(document.get("head_sha"))
        parts = [*_dispatchers(document), *self._commit_parts(run.repository, commit or head)]
        parts += self._pushers(run.repository, commit or head)
        if document.get("event") == "push" and head == commit:
            parts += [(subject, Part.pusher) for subject in _subject(document.get("actor"))]
        reviews = [_review(each) for each in self._client.get(f"{_path(run)}/approvals")]
        title = str(document.get("display_title") or "")
        return GithubRunFacts(head, reviews, tuple(dict.fromkeys(parts)), int(document.get("run_attempt") or 1), title)

    def answer(self, run: GithubRunName, environment: str, state: str | None, comment: str) -> None:
        """See `GithubRuns.answer`.

        Raises:
            AnswerNotTakenError: GitHub does not wait for it.
            GithubApiError: GitHub does not answer.
        """
        document = {"environment_name": environment, "comment": comment[:_LONGEST_COMMENT]}
        if state is not None:
            document["state"] = state
        try:
            self._client.post(f"{_path(run)}/deployment_protection_rule", document)
        except (GithubConflictError, GithubNotFoundError) as error:
            raise AnswerNotTakenError(
                f"GitHub does not take the answer about {environment} of run {run.number}", why=error.why
            ) from error

    def _commit_parts(self, repository: str, commit: str) -> Iterator[tuple[str, Part]]:
        document = _mapping(self._client.get(f"/repos/{repository}/commits/{commit}"))
        for subject in _subject(document.get("author")):
            yield subject, Part.author
        for subject in _subject(document.get("committer")):
            yield subject, Part.committer

    def _pushers(self, repository: str, commit: str) -> list[tuple[str, Part]]:
        """Who moved a branch to `commit`, among the latest hundred pushes; nobody where that cannot be read."""
        with suppress(GithubNotFoundError, GithubForbiddenError):
            pushes = self._client.get(f"/repos/{repository}/activity", per_page=100)
            moved = [each for each in pushes if isinstance(each, Mapping) and each.get("after") == commit]
            return [(subject, Part.pusher) for each in moved for subject in _subject(each.get("actor"))]
        return []


def _path(run: GithubRunName) -> str:
    return f"/repos/{run.repository}/actions/runs/{run.number}"


def _dispatchers(document: Mapping[str, Any]) -> Iterator[tuple[str, Part]]:
    """Who started the run, and who ran it again."""
    for name in ("actor", "triggering_actor"):
        for subject in _subject(document.get(name)):
            yield subject, Part.dispatcher


def _subject(account: object) -> list[str]:
    """How the ledger names an account; nothing for GitHub itself, or where there is none."""
    if not isinstance(account, Mapping) or not isinstance(account.get("id"), int) or account["id"] == _WEB_INTERFACE:
        return []
    return [_name(account)]


def _name(account: Mapping[str, Any]) -> str:
    return f"github:{account['id']}" if account.get("type", "User") == "User" else f"bot:{account.get('login')}"


def _review(document: object) -> Review:
    review = _mapping(document)
    user, environments = _mapping(review.get("user")), review.get("environments")
    if not isinstance(user.get("id"), int) or not isinstance(environments, list):
        raise GithubAnswerError("A review in GitHub's answer names no account or no environments")
    names = frozenset(str(_mapping(each).get("name")) for each in environments)
    return Review(
        _name(user), str(user.get("login")), str(review.get("state")), names, str(review.get("comment") or "")
    )


def _mapping(document: object) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise GithubAnswerError("GitHub's answer has not the form of its API")
    return document
