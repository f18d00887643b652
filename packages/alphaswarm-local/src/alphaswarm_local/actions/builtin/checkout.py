"""`actions/checkout`: from the control plane's git repository, at the run's commit or another ref.

Sources: actions/checkout, `action.yml` and `src/`. A fork's code on `pull_request_target` and `workflow_run` is refused
as version 7 does, unless `allow-unsafe-pr-checkout` says otherwise: there it would run with the base's secrets.
"""

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from alphaswarm_local.actions.builtin.base import ActionCall, BuiltIn
from alphaswarm_local.actions.errors import ActionFailedError
from alphaswarm_local.actions.seam.control_plane import GitSource
from alphaswarm_local.actions.seam.requests import RunRequest

_COMMIT = re.compile(r"[0-9a-fA-F]{40}")
_PRIVILEGED = frozenset({"pull_request_target", "workflow_run", "issue_comment"})
_OPTIONS = ("-c", "protocol.version=2", "-c", "core.hooksPath=/dev/null")


def _main(call: ActionCall) -> None:
    run = call.work.session.facts.run
    repository = call.inputs["repository"] or run.repository.name
    ref = _ref(call, run, repository)
    destination = call.path("path")
    token = call.inputs["token"] or call.work.session.grant.token
    source = call.work.session.plane.git_source(call.work.session.facts, repository, token)
    if source is None:
        raise ActionFailedError(
            f"Not Found: {repository}", why="there is no such repository, or the token may not read it"
        )
    _initialise(call, destination, source)
    _fetch(call, destination, source, ref)
    _check_out(call, destination, ref)
    call.outputs.update(ref=ref, commit=_head(destination))
    if call.flag("persist-credentials") and source.authorization is not None:
        _git(call, destination, "config", "--local", _header(source), f"AUTHORIZATION: {source.authorization}")
        call.kept.update(directory=str(destination), header=_header(source))


def _ref(call: ActionCall, run: RunRequest, repository: str) -> str:
    """What is checked out: as asked for; of the run's own repository, by default, its commit."""
    wanted = call.inputs["ref"]
    own = repository.lower() == run.repository.name.lower()
    if run.event_name in _PRIVILEGED and not call.flag("allow-unsafe-pr-checkout") and _is_pull_request(run, wanted):
        raise ActionFailedError(
            f"Refusing to check out a pull request's code in a {run.event_name} workflow",
            why="it would run with the secrets and the token of the base repository",
        )
    return wanted or (run.sha if own else "HEAD")


def _is_pull_request(run: RunRequest, wanted: str) -> bool:
    pull = run.event.get("pull_request") or {}
    head = pull.get("head") or {} if isinstance(pull, dict) else {}
    strangers = {str(head.get("sha", "")), str(head.get("ref", "")), f"refs/heads/{head.get('ref', '')}"} - {""}
    return bool(wanted) and (wanted.startswith("refs/pull/") or wanted in strangers)


def _initialise(call: ActionCall, destination: Path, source: GitSource) -> None:
    if call.flag("clean") and destination.exists():
        for each in destination.iterdir():
            shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
    destination.mkdir(parents=True, exist_ok=True)
    _git(call, destination, "init", "--quiet", ".")
    _git(call, destination, "config", "--local", "remote.origin.url", source.url)
    _git(call, destination, "config", "--local", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")


def _header(source: GitSource) -> str:
    """The setting under which git shows the authorization to this server, and to no other that a step talks to."""
    place = urlsplit(source.url)
    return f"http.{place.scheme}://{place.netloc}/.extraheader"


def _fetch(call: ActionCall, destination: Path, source: GitSource, ref: str) -> None:
    depth = call.number("fetch-depth")
    options = ["--no-tags"] if not call.flag("fetch-tags") and depth else []
    limits = [f"--depth={depth}"] if depth else ["--prune", "--tags", "--force"]
    wanted = ["+refs/heads/*:refs/remotes/origin/*"] if not depth else []
    if ref.startswith("refs/"):
        wanted.append(f"+{ref}:{_remote(ref)}")
    else:
        wanted.append(ref)
    header = (
        ("-c", f"{_header(source)}=AUTHORIZATION: {source.authorization}") if source.authorization is not None else ()
    )
    _git(call, destination, *header, "fetch", "--quiet", *options, *limits, "origin", *wanted, shown=False)


def _remote(ref: str) -> str:
    return ref.replace("refs/heads/", "refs/remotes/origin/", 1).replace("refs/pull/", "refs/remotes/pull/", 1)


def _check_out(call: ActionCall, destination: Path, ref: str) -> None:
    branch = ref.removeprefix("refs/heads/")
    named = not _COMMIT.fullmatch(ref) and not ref.startswith(("refs/pull/", "refs/tags/")) and ref != "HEAD"
    how = ["-B", branch, "FETCH_HEAD"] if named and ref.startswith("refs/heads/") else ["--detach", "FETCH_HEAD"]
    commit = ref if _COMMIT.fullmatch(ref) else how[-1]
    _git(call, destination, "checkout", "--quiet", "--force", *how[:-1], commit)


def _head(destination: Path) -> str:
    head = (destination / ".git" / "HEAD").read_text().strip()
    if not head.startswith("ref: "):
        return head
    return (destination / ".git" / head.removeprefix("ref: ")).read_text().strip()


def _post(call: ActionCall) -> None:
    """Take the credentials out of the working copy, if it is still there and has them."""
    if "header" in call.kept:
        place, header = call.kept["directory"], call.kept["header"]
        call.work.say(f"[command]git config --local --unset-all {header}")
        call.work.answer_of(["git", "-C", place, "config", "--local", "--unset-all", header])


def _git(call: ActionCall, directory: Path, *arguments: str, shown: bool = True) -> None:
    if shown:
        call.work.say(f"[command]git {' '.join(each for each in arguments if 'AUTHORIZATION' not in each)}")
    call.run(["git", *_OPTIONS, *arguments], directory)


CHECKOUT = BuiltIn(
    name="actions/checkout",
    summary="Fetches from the local GitHub's repository with the job's token, at the run's commit or the given ref.",
    inputs={
        "repository": "",
        "ref": "",
        "token": "",
        "path": ".",
        "clean": "true",
        "fetch-depth": "1",
        "fetch-tags": "false",
        "persist-credentials": "true",
        "allow-unsafe-pr-checkout": "false",
        "set-safe-directory": "true",
        "show-progress": "true",
    },
    refused=frozenset(
        {"ssh-key", "ssh-known-hosts", "submodules", "lfs", "sparse-checkout", "filter", "github-server-url"}
    ),
    main=_main,
    post=_post,
)
