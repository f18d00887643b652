"""Files: read at any commit, and written as commits."""

import base64
import binascii
from http import HTTPStatus
from typing import Any

from alphaswarm_local.github.authority.permissions import Level, read, write
from alphaswarm_local.github.changes import change_ref
from alphaswarm_local.github.rest.answers import Answer, Refusal, invalid, not_found
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.views.repositories import git_commit_document

_MOST_BYTES = 1024 * 1024
_WORKFLOWS = ".github/workflows/"


@endpoint("GET", "/repos/{owner}/{repo}/contents", read("contents"), "The top directory")
def top(call: Call) -> Answer:
    """What lies there."""
    return _shown(call, "")


@endpoint("GET", "/repos/{owner}/{repo}/contents/{path+}", read("contents"), "A file or directory")
def contents(call: Call) -> Answer:
    """At `ref`, or on the default branch. Raw bytes for `application/vnd.github.raw`."""
    return _shown(call, call.path["path"].strip("/"))


@endpoint("PUT", "/repos/{owner}/{repo}/contents/{path+}", write("contents"), "Write a file, as a commit")
def write_file(call: Call) -> Answer:
    """On `branch`. To change a file, its present `sha` has to be told."""
    try:
        content = base64.b64decode(call.body.text("content", longest=4 * _MOST_BYTES), validate=False)
    except (binascii.Error, ValueError):
        raise invalid(content="content is not valid Base64") from None
    return _committed(call, content)


@endpoint("DELETE", "/repos/{owner}/{repo}/contents/{path+}", write("contents"), "Remove a file, as a commit")
def remove_file(call: Call) -> Answer:
    """On `branch`, with its present `sha`."""
    return _committed(call, None)


def _shown(call: Call, path: str) -> Answer:
    git = call.hub.git(call.repository)
    sha = git.resolve(call.query.get("ref") or call.repository.default_branch)
    if sha is None or ".." in path.split("/"):
        raise not_found()
    content = git.read(sha, path) if path else None
    if content is None:
        entries = git.entries(sha, path)
        if entries is None:
            raise not_found()
        kinds = {"blob": "file", "tree": "dir", "commit": "submodule"}
        return Answer(
            document=[
                _entry(call, f"{path}/{name}".strip("/"), kinds[kind], object_id=object_id, size=size, sha=sha)
                for kind, object_id, name, size in entries
            ]
        )
    if "raw" in call.headers.get("accept", ""):
        return Answer(content=content, headers={"Content-Type": "application/octet-stream"})
    document = _entry(call, path, "file", object_id=_blob_id(call, sha, path), size=len(content), sha=sha)
    small = len(content) <= _MOST_BYTES
    text = base64.encodebytes(content).decode() if small else ""
    return Answer(document=document | {"encoding": "base64" if small else "none", "content": text})


def _entry(call: Call, path: str, kind: str, *, object_id: str, size: int, sha: str) -> dict[str, Any]:
    api = call.hub.addresses.repository(call.repository)
    return {
        "type": kind,
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": object_id,
        "size": size,
        "url": f"{api}/contents/{path}?ref={sha}",
        "git_url": f"{api}/git/blobs/{object_id}",
        "html_url": f"{call.hub.addresses.page(call.repository)}/blob/{sha}/{path}",
        "download_url": None,
    }


def _blob_id(call: Call, sha: str, path: str) -> str:
    directory, _, name = path.rpartition("/")
    found = call.hub.git(call.repository).entries(sha, directory) or []
    return next((object_id for _, object_id, each, _ in found if each == name), "")


def _committed(call: Call, content: bytes | None) -> Answer:
    path, git, body = call.path["path"].strip("/"), call.hub.git(call.repository), call.body
    if not path or any(part in {"", ".", "..", ".git"} for part in path.split("/")):
        raise invalid(path="path contains a malformed path component")
    if path.startswith(_WORKFLOWS) and call.by.level(call.repository, "workflows") < Level.WRITE:
        raise Refusal(
            HTTPStatus.FORBIDDEN,
            f"refusing to allow an integration to create or update workflow `{path}` without `workflows` permission",
        )
    branch = body.text("branch", call.repository.default_branch)
    ref = f"refs/heads/{branch}"
    base = git.resolve(ref)
    if base is None and git.refs("refs/heads/"):
        raise Refusal(HTTPStatus.NOT_FOUND, f"Branch {branch[:80]} not found")
    known = _blob_id(call, base, path) if base else ""
    if known != body.text("sha", ""):
        status = HTTPStatus.CONFLICT if body.has("sha") else HTTPStatus.UNPROCESSABLE_ENTITY
        message = (
            f"{path} does not match {body.text('sha', '')}"
            if body.has("sha")
            else ('Invalid request.\n\n"sha" wasn\'t supplied.')
        )
        raise Refusal(status, message)
    if content is None and not known:
        raise not_found()
    sha = _commit(call, base, path, content)
    change_ref(call.hub, call.repository, ref, sha, call.by)
    commit = git.commit(sha)
    entry = None
    if content is not None:
        entry = _entry(call, path, "file", object_id=_blob_id(call, sha, path), size=len(content), sha=sha)
    status = HTTPStatus.OK if known else HTTPStatus.CREATED
    document = git_commit_document(call.hub, call.repository, commit) if commit else None
    return Answer(status, {"content": entry, "commit": document})


def _commit(call: Call, base: str | None, path: str, content: bytes | None) -> str:
    """A commit by the caller; an author of another name may be told, as on GitHub: nothing proves it."""
    git, account = call.hub.git(call.repository), call.account
    author = call.body.table("author")
    name = str(author.get("name") or account.name or account.login)
    email = str(author.get("email") or account.email or f"{account.login}@users.noreply.github.com")
    if any(character in name + email for character in "<>\n\0"):
        raise invalid(author="name and email may not contain <, > or line breaks")
    tree = git.with_file(base, path, content)
    message = call.body.text("message")
    return git.commit_tree(tree, [base] if base else [], message, (name, email), call.hub.store.now())
