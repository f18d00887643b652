"""Clone, fetch and push over HTTP, by git's own backend. A push is held to permissions and rulesets before git sees it.

Source: git's documentation, "git-http-backend" and "gitprotocol-pack".
"""

import subprocess
from dataclasses import dataclass
from http import HTTPStatus

from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.github.authority.permissions import Level, read, write
from alphaswarm_local.github.authority.principals import ANONYMOUS, Principal
from alphaswarm_local.github.changes import check_change, ref_changed
from alphaswarm_local.github.git import ZERO, clean_environment
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.rest.answers import Refusal, not_found
from alphaswarm_local.github.rest.authentication import caller
from alphaswarm_local.github.rest.routing import allowed
from alphaswarm_local.github.state.repositories import Repository

_SECONDS = 120
_SERVICES = {"git-upload-pack", "git-receive-pack"}
_COMMAND_PARTS = 3


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request: which repository, and what of it."""

    repository: Repository
    place: str
    service: str


class GitHttp:
    """git's smart protocol under one path.

    Args:
        prefix: That path; repositories are `OWNER/REPO.git` below it.
        hosts: The values of `Host` that are ours.
    """

    def __init__(self, hub: Hub, prefix: str, hosts: frozenset[str]) -> None:
        self._hub, self._prefix, self._hosts = hub, prefix, hosts

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer; a refusal in words that git shows."""
        try:
            return self._answer(request)
        except Refusal as refusal:
            challenge = (
                [("WWW-Authenticate", 'Basic realm="GitHub"')] if refusal.status == HTTPStatus.UNAUTHORIZED else []
            )
            return HttpResponse(
                int(refusal.status), [("Content-Type", "text/plain"), *challenge], refusal.message.encode()
            )

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("host", "").lower() not in self._hosts:
            raise Refusal(HTTPStatus.FORBIDDEN, "This is the local cloud; it answers only under its own address")
        by = caller(self._hub, request.headers)
        asked = self._asked(request)
        pushing = asked.service == "git-receive-pack"
        try:
            allowed(by, asked.repository, write("contents") if pushing else read("contents"))
        except Refusal:
            if by == ANONYMOUS:  # git asks its user only when it is told to
                raise Refusal(HTTPStatus.UNAUTHORIZED, "Authentication required") from None
            raise
        if not pushing or request.method != "POST":
            return self._backend(request, asked, by)
        return self._push(request, asked, by)

    def _asked(self, request: HttpRequest) -> _Asked:
        owner, _, rest = request.raw_path.removeprefix(self._prefix).strip("/").partition("/")
        name, _, place = rest.partition("/")
        repository = self._hub.store.repository(owner, name.removesuffix(".git"))
        service = dict(request.query).get("service", "") if place == "info/refs" else place
        if repository is None or service not in _SERVICES:
            raise not_found()
        return _Asked(repository, place, service)

    def _push(self, request: HttpRequest, asked: _Asked, by: Principal) -> HttpResponse:
        if request.headers.get("content-encoding"):
            raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "A compressed push is not taken")
        commands = _commands(request.body)
        git = self._hub.git(asked.repository)
        for old, new, ref in commands:
            if not ref.startswith(("refs/heads/", "refs/tags/")):
                raise Refusal(HTTPStatus.FORBIDDEN, f"{ref} cannot be pushed to")
            known = (git.resolve(ref) or ZERO, new)
            # Whether an update goes forward can only be told with its commits: what may not move at all is refused now.
            kind_known = ZERO in known or git.has(new)
            check_change(self._hub, asked.repository, ref, known if kind_known else (old, old), by)
        self._check_workflows(asked, by)
        before = git.refs()
        answer = self._backend(request, asked, by)
        after = git.refs()
        for _, _, ref in commands:
            change = before.get(ref, ZERO), after.get(ref, ZERO)
            if change[0] != change[1]:
                ref_changed(self._hub, asked.repository, ref, change, by)
        return answer

    def _check_workflows(self, asked: _Asked, by: Principal) -> None:
        """A job's token pushes no commits to a repository with workflows unless it may change those too."""
        if by.is_job and by.level(asked.repository, "contents") < Level.WRITE:
            raise Refusal(HTTPStatus.FORBIDDEN, "Resource not accessible by integration")

    def _backend(self, request: HttpRequest, asked: _Asked, by: Principal) -> HttpResponse:
        repository = self._hub.git(asked.repository).path
        environment = {
            **clean_environment(),
            "GIT_PROJECT_ROOT": str(repository.parent),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": f"/{repository.name}/{asked.place}",
            "REQUEST_METHOD": request.method,
            "QUERY_STRING": request.raw_query,
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(request.body)),
            "REMOTE_USER": by.login,
            "REMOTE_ADDR": "127.0.0.1",
            "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
            "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        }
        try:
            done = subprocess.run(
                ["git", "-c", "safe.directory=*", "-c", "core.hooksPath=/dev/null", "http-backend"],
                env=environment, input=request.body, capture_output=True, timeout=_SECONDS, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, f"git cannot be run: {type(problem).__name__}") from problem
        return _response(done.stdout)


def _commands(body: bytes) -> list[tuple[str, str, str]]:
    """What a push asks for: old and new commit, and ref. Framed in packet lines up to a flush.

    Raises:
        Refusal: it is no push.
    """
    found: list[tuple[str, str, str]] = []
    at = 0
    while at + 4 <= len(body):
        try:
            size = int(body[at : at + 4], 16)
        except ValueError:
            break
        if size == 0:
            return found
        line = body[at + 4 : at + size].split(b"\0")[0].strip().decode("utf-8", "replace")
        parts = line.split(" ", 2)
        if size < 4 or len(parts) != _COMMAND_PARTS:  # noqa: PLR2004 - the length counts itself
            break
        found.append((parts[0], parts[1], parts[2]))
        at += size
    raise Refusal(HTTPStatus.BAD_REQUEST, "This is no push")


def _response(output: bytes) -> HttpResponse:
    """A CGI answer as an HTTP one."""
    head, _, body = output.partition(b"\r\n\r\n")
    status, headers = 200, []
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        elif name:
            headers.append((name, value.strip()))
    return HttpResponse(status, headers, body)
