"""Branches, tags and refs."""

from http import HTTPStatus

from alphaswarm_core.identity.github import names
from alphaswarm_local.github.authority.permissions import read, write
from alphaswarm_local.github.changes import change_ref
from alphaswarm_local.github.git import ZERO
from alphaswarm_local.github.rest.answers import Answer, Refusal, created, invalid, no_content, not_found, page
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.rulesets import rules_of
from alphaswarm_local.github.views.accounts import moment, node_id, user
from alphaswarm_local.github.views.repositories import (
    branch_document,
    commit_document,
    git_commit_document,
    ref_document,
)


@endpoint("GET", "/repos/{owner}/{repo}/branches", read("contents"), "Branches")
def branches(call: Call) -> Answer:
    """All, or only the protected ones."""
    refs = call.hub.git(call.repository).refs("refs/heads/")
    found = [
        branch_document(call.hub, call.repository, ref.removeprefix("refs/heads/"), sha) for ref, sha in refs.items()
    ]
    if call.query.get("protected") == "true":
        found = [each for each in found if each["protected"]]
    return page(found, call.query, call.url)


@endpoint("GET", "/repos/{owner}/{repo}/branches/{branch+}/protection", read("administration"), "Branch protection")
def protection(call: Call) -> Answer:
    """There is no classic protection here; rulesets do it."""
    del call
    raise Refusal(HTTPStatus.NOT_FOUND, "Branch not protected")


@endpoint("GET", "/repos/{owner}/{repo}/branches/{branch+}", read("contents"), "A branch")
def branch(call: Call) -> Answer:
    """With its commit."""
    name, git = call.path["branch"], call.hub.git(call.repository)
    sha = git.resolve(f"refs/heads/{name}")
    commit = git.commit(sha) if sha else None
    if commit is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "Branch not found")
    document = branch_document(call.hub, call.repository, name, commit.sha)
    return Answer(document=document | {"commit": commit_document(call.hub, call.repository, commit)})


@endpoint("GET", "/repos/{owner}/{repo}/rules/branches/{branch+}", read("metadata"), "Rules that cover a branch")
def branch_rules(call: Call) -> Answer:
    """Of all active rulesets."""
    return page(rules_of(call.repository, f"refs/heads/{call.path['branch']}"), call.query, call.url)


@endpoint("GET", "/repos/{owner}/{repo}/activity", read("contents"), "Who moved which branch")
def activity(call: Call) -> Answer:
    """The newest first; by `ref`, `actor` and `activity_type`."""
    found = [
        {
            "id": each.id, "node_id": node_id("Push", each.id), "before": each.before, "after": each.after,
            "ref": each.ref, "timestamp": moment(each.at), "activity_type": each.kind,
            "actor": user(call.hub, each.actor),
        }
        for each in reversed(call.repository.activity)
        if call.query.get("ref") in (None, each.ref, each.ref.removeprefix("refs/heads/"))
        and call.query.get("actor") in (None, each.actor.login)
        and call.query.get("activity_type") in (None, each.kind)
    ]  # fmt: skip
    return page(found, call.query, call.url)


@endpoint("GET", "/repos/{owner}/{repo}/tags", read("contents"), "Tags")
def tags(call: Call) -> Answer:
    """With their commits."""
    api = call.hub.addresses.repository(call.repository)
    found = [
        {"name": ref.removeprefix("refs/tags/"), "commit": {"sha": sha, "url": f"{api}/commits/{sha}"}}
        for ref, sha in sorted(call.hub.git(call.repository).refs("refs/tags/").items(), reverse=True)
    ]
    return page(found, call.query, call.url)


@endpoint("GET", "/repos/{owner}/{repo}/git/ref/{ref+}", read("contents"), "A ref")
def ref(call: Call) -> Answer:
    """`heads/NAME`, `tags/NAME`, `pull/N/merge`."""
    name = f"refs/{call.path['ref']}"
    sha = call.hub.git(call.repository).resolve(name)
    if sha is None:
        raise not_found()
    return Answer(document=ref_document(call.hub, call.repository, name, sha))


@endpoint("GET", "/repos/{owner}/{repo}/git/matching-refs/{ref+}", read("contents"), "Refs that start like this")
def matching_refs(call: Call) -> Answer:
    """By prefix, not by segment."""
    wanted = f"refs/{call.path['ref']}"
    found = [
        ref_document(call.hub, call.repository, name, sha)
        for name, sha in call.hub.git(call.repository).refs().items()
        if name.startswith(wanted)
    ]
    return page(found, call.query, call.url)


@endpoint("GET", "/repos/{owner}/{repo}/git/commits/{sha}", read("contents"), "A commit as git has it")
def git_commit(call: Call) -> Answer:
    """By its id."""
    commit = call.hub.git(call.repository).commit(call.path["sha"])
    if commit is None:
        raise not_found()
    return Answer(document=git_commit_document(call.hub, call.repository, commit))


@endpoint("POST", "/repos/{owner}/{repo}/git/refs", write("contents"), "Make a branch or tag")
def make_ref(call: Call) -> Answer:
    """Of a commit that is there."""
    name, sha = call.body.text("ref"), call.body.text("sha")
    if not (names.is_branch_ref(name) or names.is_tag_ref(name)):
        raise invalid(f"{name[:80]} is not a valid ref name.")
    git = call.hub.git(call.repository)
    if not git.has(sha):
        raise invalid("Object does not exist")
    if git.resolve(name) is not None:
        raise invalid("Reference already exists")
    change_ref(call.hub, call.repository, name, sha, call.by)
    return created(ref_document(call.hub, call.repository, name, sha))


@endpoint("PATCH", "/repos/{owner}/{repo}/git/refs/{ref+}", write("contents"), "Move a branch or tag")
def move_ref(call: Call) -> Answer:
    """Forwards, or anywhere with `force`."""
    name, sha = _existing(call), call.body.text("sha")
    if not call.hub.git(call.repository).has(sha):
        raise invalid("Object does not exist")
    change_ref(call.hub, call.repository, name, sha, call.by, force=call.body.flag("force"))
    return Answer(document=ref_document(call.hub, call.repository, name, sha))


@endpoint("DELETE", "/repos/{owner}/{repo}/git/refs/{ref+}", write("contents"), "Remove a branch or tag")
def remove_ref(call: Call) -> Answer:
    """The default branch stays."""
    name = _existing(call)
    if name == f"refs/heads/{call.repository.default_branch}":
        raise invalid("Cannot delete the default branch")
    change_ref(call.hub, call.repository, name, ZERO, call.by)
    return no_content()


def _existing(call: Call) -> str:
    name = f"refs/{call.path['ref']}"
    known = names.is_branch_ref(name) or names.is_tag_ref(name)
    if not known or call.hub.git(call.repository).resolve(name) is None:
        raise invalid("Reference does not exist")
    return name
