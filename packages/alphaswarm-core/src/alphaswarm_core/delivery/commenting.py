"""One comment a pull request and stack: found by its marker, written over in place."""

from collections.abc import Iterator
from typing import Any, Protocol

from alphaswarm_core.delivery.plan_comment import PlanNews, marker, render_comment


class Comments(Protocol):
    """What of GitHub's API is needed; `adapters.github.GithubClient` has it."""

    def paginate(self, path: str, key: str | None = None, **parameters: object) -> Iterator[Any]:
        """Every item of a list."""

    def post(self, path: str, document: object = None) -> Any:
        """Make something."""

    def patch(self, path: str, document: object = None) -> Any:
        """Change something."""


def comment_on(client: Comments, repository: str, number: int, news: PlanNews) -> str:
    """Write the comment of the stack on pull request `number`, over the one that is there.

    Only a bot's own comment is written over: anybody may write a comment that begins with the marker, and a job's token
    may edit everybody's.

    Returns:
        The address of the comment.
    """
    body = {"body": render_comment(news)}
    there = _existing(client, repository, number, marker(news.stack))
    if there is None:
        answer = client.post(f"/repos/{repository}/issues/{number}/comments", body)
    else:
        answer = client.patch(f"/repos/{repository}/issues/comments/{there}", body)
    return str(answer.get("html_url", "")) if isinstance(answer, dict) else ""


def _existing(client: Comments, repository: str, number: int, first_line: str) -> int | None:
    for each in client.paginate(f"/repos/{repository}/issues/{number}/comments"):
        author = each.get("user") or {}
        if author.get("type") == "Bot" and str(each.get("body", "")).startswith(first_line):
            return int(each["id"])
    return None
