"""Repositories and their forks, commits and comparisons."""

from http import HTTPStatus

from alphaswarm_local.github.authority.permissions import read, write
from alphaswarm_local.github.forks import fork
from alphaswarm_local.github.rest.answers import Answer, Refusal, invalid, not_found, page
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.accounts import Role
from alphaswarm_local.github.views.pulls import pull_document
from alphaswarm_local.github.views.repositories import commit_document, repository_document

_MOST_FILES = 300


@endpoint("GET", "/repos/{owner}/{repo}", read("metadata"), "A repository")
def repository(call: Call) -> Answer:
    """With what the caller may."""
    return Answer(document=repository_document(call.hub, call.repository, call.by))


@endpoint("PATCH", "/repos/{owner}/{repo}", write("administration", role=Role.ADMIN), "Change a repository")
def change_repository(call: Call) -> Answer:
    """Description, visibility, default branch; nothing else."""
    body = call.body
    unknown = set(body.document) - {"description", "private", "default_branch", "name"}
    if unknown:
        raise invalid(**dict.fromkeys(sorted(unknown), "cannot be changed here"))
    branch = body.text("default_branch", call.repository.default_branch)
    if call.hub.git(call.repository).resolve(f"refs/heads/{branch}") is None and body.has("default_branch"):
        raise invalid(default_branch="there is no such branch")
    with call.hub.store:
        call.repository.description = body.text("description", call.repository.description)
        call.repository.private = body.flag("private", default=call.repository.private)
        call.repository.default_branch = branch
    return repository(call)


@endpoint("GET", "/repositories/{id}", None, "A repository by id")
def repository_by_id(call: Call) -> Answer:
    """The id stays when the name changes."""
    found = call.hub.store.records.repositories.get(call.number("id"))
    if found is None or not call.by.sees(found):
        raise not_found()
    return Answer(document=repository_document(call.hub, found, call.by))


@endpoint("GET", "/repos/{owner}/{repo}/forks", read("metadata"), "Forks")
def forks(call: Call) -> Answer:
    """Those that the caller sees."""
    every = call.hub.store.records.repositories.values()
    found = [each for each in every if each.parent == call.repository.id and call.by.sees(each)]
    return page([repository_document(call.hub, each, call.by) for each in found], call.query, call.url)


@endpoint("POST", "/repos/{owner}/{repo}/forks", read("contents"), "Fork a repository to oneself")
def make_fork(call: Call) -> Answer:
    """Finished at once; GitHub takes a moment. A second fork is the first one."""
    made = fork(call.hub, call.repository, call.account)
    return Answer(HTTPStatus.ACCEPTED, repository_document(call.hub, made, call.by))


@endpoint("GET", "/repos/{owner}/{repo}/commits", read("contents"), "Commits")
def commits(call: Call) -> Answer:
    """From `sha` (a branch, tag or commit) on, of `path` if given."""
    git = call.hub.git(call.repository)
    start = git.resolve(call.query.get("sha") or call.repository.default_branch)
    if start is None:
        raise not_found() if call.query.get("sha") else Refusal(HTTPStatus.CONFLICT, "Git Repository is empty.")
    found = git.commits(start, path=call.query.get("path", ""))
    return page([commit_document(call.hub, call.repository, each) for each in found], call.query, call.url)


@endpoint("GET", "/repos/{owner}/{repo}/commits/{sha}/pulls", read("pull_requests"), "Pull requests of a commit")
def commit_pulls(call: Call) -> Answer:
    """Those whose head it is, or that it merged."""
    sha = call.path["sha"]
    pulls = [
        each
        for each in call.repository.pulls.values()
        if sha in {each.head_sha, each.merge_commit_sha}
        or (each.merged_at is not None and call.hub.git(call.repository).is_ancestor(sha, each.head_sha)
            and not call.hub.git(call.repository).is_ancestor(sha, each.base_sha))
    ]  # fmt: skip
    return page([pull_document(call.hub, call.repository, each) for each in pulls], call.query, call.url)


@endpoint("GET", "/repos/{owner}/{repo}/commits/{ref+}", read("contents"), "A commit")
def commit(call: Call) -> Answer:
    """By commit, branch or tag; with its files."""
    git = call.hub.git(call.repository)
    sha = git.resolve(call.path["ref"])
    found = git.commit(sha) if sha else None
    if found is None:
        raise invalid(f"No commit found for SHA: {call.path['ref'][:80]}")
    base = found.parents[0] if found.parents else "0" * 40
    changed = git.changed(base, found.sha)
    document = commit_document(call.hub, call.repository, found)
    document["stats"] = {
        "additions": sum(each.additions for each in changed),
        "deletions": sum(each.deletions for each in changed),
        "total": sum(each.additions + each.deletions for each in changed),
    }
    document["files"] = [
        {
            "filename": each.path, "status": each.status, "additions": each.additions, "deletions": each.deletions,
            "changes": each.additions + each.deletions,
        }
        for each in changed[:_MOST_FILES]
    ]  # fmt: skip
    return Answer(document=document)


@endpoint("GET", "/repos/{owner}/{repo}/compare/{basehead+}", read("contents"), "Compare two commits")
def compare(call: Call) -> Answer:
    """`BASE...HEAD`, within the repository."""
    base_name, dots, head_name = call.path["basehead"].partition("...")
    git = call.hub.git(call.repository)
    base, head = git.resolve(base_name), git.resolve(head_name)
    if not dots or base is None or head is None:
        raise not_found()
    ahead, behind = git.commits(head, without=base), git.commits(base, without=head)
    common = git.merge_base(base, head)
    status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind", (True, True): "diverged"}
    base_commit = git.commit(base)
    if base_commit is None:
        raise not_found()
    return Answer(
        document={
            "url": call.url,
            "status": status[bool(ahead), bool(behind)],
            "ahead_by": len(ahead),
            "behind_by": len(behind),
            "total_commits": len(ahead),
            "base_commit": commit_document(call.hub, call.repository, base_commit),
            "merge_base_commit": {"sha": common} if common else None,
            "commits": [commit_document(call.hub, call.repository, each) for each in reversed(ahead)],
            "files": [
                {"filename": each.path, "status": each.status, "additions": each.additions, "deletions": each.deletions}
                for each in (git.changed(common, head) if common else [])[:_MOST_FILES]
            ],
        }
    )
