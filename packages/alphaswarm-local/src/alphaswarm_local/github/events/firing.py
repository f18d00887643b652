"""From what somebody did to the event: which ref and commit its workflows run on, and whose files they read."""

from typing import Any

from alphaswarm_local.github.authority.principals import Kind, Principal
from alphaswarm_local.github.events import payloads
from alphaswarm_local.github.events.happening import Happening
from alphaswarm_local.github.events.starting import start_workflows
from alphaswarm_local.github.git import ZERO
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.state.accounts import GITHUB_ACTIONS, Account
from alphaswarm_local.github.state.repositories import Comment, PullRequest, Repository
from alphaswarm_local.github.state.runs import Run

_HEADS, _TAGS = "refs/heads/", "refs/tags/"


def sender_of(by: Principal) -> Account:
    """Who an event names."""
    return by.account or GITHUB_ACTIONS


def push(hub: Hub, repository: Repository, by: Principal, ref: str, change: tuple[str, str]) -> list[Run]:
    """A branch or tag was pushed; `change` is its commit before and after. Deletions start nothing but `delete`."""
    before, after = change
    sender = sender_of(by)
    payload = payloads.push(hub, repository, sender, ref, change)
    if after == ZERO:
        return _default_branch(hub, repository, by, "delete", _ref_payload(hub, repository, sender, ref))
    runs = []
    if before == ZERO:
        runs += start_workflows(
            hub,
            repository,
            Happening(
                event="create", payload=_ref_payload(hub, repository, sender, ref), sender=sender, by=by, ref=ref,
                sha=after, files_from=after, head_branch=_short(ref),
            ),
        )  # fmt: skip
    git = hub.git(repository)
    base = before if before != ZERO else git.merge_base(after, _default_sha(hub, repository) or after)
    paths = None if base in (None, after) else tuple(each.path for each in git.changed(base, after))
    return runs + start_workflows(
        hub,
        repository,
        Happening(
            event="push",
            payload=payload,
            sender=sender,
            by=by,
            ref=ref,
            sha=after,
            files_from=after,
            filtered_ref=ref,
            paths=paths,
            head_branch=_short(ref),
            skippable=True,
        ),
    )


def pull_request(
    hub: Hub, repository: Repository, by: Principal, pull: PullRequest, action: str, **more: Any
) -> list[Run]:
    """Something happened to a pull request.

    `pull_request` runs the merge commit with the files that are in it: whoever opened it wrote them.
    `pull_request_target` runs the default branch with its own files, and with the base's secrets.
    """
    sender = sender_of(by)
    payload = payloads.pull_request(hub, repository, pull, action, sender, **more)
    from_fork = pull.head_repository != repository.id
    shared: dict[str, Any] = {
        "payload": payload, "sender": sender, "by": by, "activity": action, "base_ref": pull.base_ref,
        "head_ref": pull.head_ref, "pull_number": pull.number, "head_branch": pull.head_ref, "head_sha": pull.head_sha,
        "head_repository": pull.head_repository, "filtered_ref": f"{_HEADS}{pull.base_ref}", "title": pull.title,
        "paths": _changed_by(hub, repository, pull),
    }  # fmt: skip
    runs: list[Run] = []
    merged = pull.merged_at is not None
    commit = pull.merge_commit_sha if merged else pull.merge_sha
    if commit is not None:  # with conflicts there is no merge commit, and GitHub runs nothing
        ref = f"{_HEADS}{pull.base_ref}" if merged else f"refs/pull/{pull.number}/merge"
        runs += start_workflows(
            hub,
            repository,
            Happening(
                event="pull_request", ref=ref, sha=commit, files_from=commit, from_fork=from_fork, skippable=True,
                **shared,
            ),
        )  # fmt: skip
    default = _default_sha(hub, repository)
    if default is not None:
        target = {**shared, "head_sha": default, "head_branch": repository.default_branch}
        runs += start_workflows(
            hub,
            repository,
            Happening(
                event="pull_request_target", ref=f"{_HEADS}{repository.default_branch}", sha=default,
                files_from=default, **target,
            ),
        )  # fmt: skip
    return runs


def issue_comment(
    hub: Hub, repository: Repository, by: Principal, pull: PullRequest, comment: Comment, *, action: str
) -> list[Run]:
    """A comment was written, changed or removed: default branch, whoever wrote it."""
    payload = payloads.issue_comment(hub, repository, pull, comment, action=action, sender=sender_of(by))
    return _default_branch(hub, repository, by, "issue_comment", payload, activity=action)


def repository_dispatch(
    hub: Hub, repository: Repository, by: Principal, event_type: str, client_payload: dict[str, Any]
) -> list[Run]:
    """Somebody sent a `repository_dispatch`."""
    payload = {
        "action": event_type,
        "branch": repository.default_branch,
        "client_payload": client_payload,
        **payloads.common(hub, repository, sender_of(by)),
    }
    return _default_branch(hub, repository, by, "repository_dispatch", payload, activity=event_type, title=event_type)


def workflow_dispatch(
    hub: Hub, repository: Repository, by: Principal, path: str, *, on: tuple[str, str], inputs: dict[str, Any]
) -> list[Run]:
    """Somebody started a workflow by hand, `on` a ref and its commit. All is checked already."""
    ref, sha = on
    sender = sender_of(by)
    told = {name: _text(value) for name, value in inputs.items()}
    payload = {"inputs": told, "ref": ref, "workflow": path, **payloads.common(hub, repository, sender)}
    return start_workflows(
        hub,
        repository,
        Happening(
            event="workflow_dispatch", payload=payload, sender=sender, by=by, ref=ref, sha=sha, files_from=sha,
            filtered_ref=ref, head_branch=_short(ref), only=path, inputs=inputs,
        ),
    )  # fmt: skip


def schedule(hub: Hub, repository: Repository, by: Principal) -> list[Run]:
    """The time of the schedules has come, whatever they say."""
    payload = {"schedule": "", **payloads.common(hub, repository, sender_of(by))}
    return _default_branch(hub, repository, by, "schedule", payload)


def workflow_run(hub: Hub, repository: Repository, run: Run, document: dict[str, Any], action: str) -> list[Run]:
    """A run was asked for, began or ended: default branch with its secrets, even if the first run had none."""
    by = Principal(run.actor, Kind.PERSON)
    payload = {"action": action, "workflow_run": document, **payloads.common(hub, repository, run.actor)}
    return _default_branch(
        hub, repository, by, "workflow_run", payload, activity=action, filtered=f"{_HEADS}{run.head_branch}",
        chain=run.chain + 1,
    )  # fmt: skip


def _default_branch(
    hub: Hub,
    repository: Repository,
    by: Principal,
    event: str,
    payload: dict[str, Any],
    *,
    activity: str = "",
    filtered: str = "",
    title: str = "",
    chain: int = 0,
) -> list[Run]:
    sha = _default_sha(hub, repository)
    if sha is None:
        return []
    return start_workflows(
        hub,
        repository,
        Happening(
            event=event, payload=payload, sender=sender_of(by), by=by, ref=f"{_HEADS}{repository.default_branch}",
            sha=sha, files_from=sha, filtered_ref=filtered, activity=activity, title=title,
            head_branch=repository.default_branch, chain=chain,
        ),
    )  # fmt: skip


def _default_sha(hub: Hub, repository: Repository) -> str | None:
    return hub.git(repository).resolve(f"{_HEADS}{repository.default_branch}")


def _changed_by(hub: Hub, repository: Repository, pull: PullRequest) -> tuple[str, ...] | None:
    git = hub.git(repository)
    base = git.merge_base(pull.base_sha, pull.head_sha)
    return tuple(each.path for each in git.changed(base, pull.head_sha)) if base else None


def _ref_payload(hub: Hub, repository: Repository, sender: Account, ref: str) -> dict[str, Any]:
    kind = "tag" if ref.startswith(_TAGS) else "branch"
    return {
        "ref": _short(ref), "ref_type": kind, "master_branch": repository.default_branch,
        **payloads.common(hub, repository, sender),
    }  # fmt: skip


def _short(ref: str) -> str:
    return ref.removeprefix(_HEADS).removeprefix(_TAGS)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
