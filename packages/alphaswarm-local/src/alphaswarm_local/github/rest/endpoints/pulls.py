"""Pull requests, their reviews, and comments."""

from http import HTTPStatus

from alphaswarm_local.github import pulls as pulling
from alphaswarm_local.github.authority.permissions import Level, read, write
from alphaswarm_local.github.changes import change_ref
from alphaswarm_local.github.events import firing
from alphaswarm_local.github.rest.answers import Answer, Refusal, created, invalid, no_content, not_found, page
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.repositories import Comment, PullRequest, PullReview, Repository
from alphaswarm_local.github.views.pulls import comment_document, issue_document, pull_document, review_document
from alphaswarm_local.github.views.repositories import commit_document

LONGEST_COMMENT = 65_536
_EVENTS = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}


@endpoint("GET", "/repos/{owner}/{repo}/pulls", read("pull_requests"), "Pull requests")
def pulls(call: Call) -> Answer:
    """By `state`, `head` (`OWNER:BRANCH`) and `base`."""
    state, head, base = call.query.get("state", "open"), call.query.get("head"), call.query.get("base")
    found = [
        pull_document(call.hub, call.repository, each)
        for each in sorted(call.repository.pulls.values(), key=lambda each: each.number, reverse=True)
        if state in {"all", each.state} and base in (None, each.base_ref)
    ]
    return page([each for each in found if head in (None, each["head"]["label"])], call.query, call.url)


@endpoint("POST", "/repos/{owner}/{repo}/pulls", write("pull_requests"), "Open a pull request")
def open_pull(call: Call) -> Answer:
    """`head` is `BRANCH` or `OWNER:BRANCH`; the caller has to be able to write to it."""
    owner, colon, branch = call.body.text("head").rpartition(":")
    source = call.repository if not colon else _of(call, owner)
    if source is None or call.by.level(source, "contents") < Level.WRITE:
        raise invalid(head="the head is no branch that you can write to")
    pull = pulling.open_pull(
        call.hub, call.repository, call.by, call.account, head=(source, branch), base=call.body.text("base"),
        title=call.body.text("title", longest=256), body=call.body.text("body", "", longest=LONGEST_COMMENT),
        draft=call.body.flag("draft"),
    )  # fmt: skip
    return created(pull_document(call.hub, call.repository, pull))


@endpoint("GET", "/repos/{owner}/{repo}/pulls/{number}", read("pull_requests"), "A pull request")
def pull(call: Call) -> Answer:
    """With both sides."""
    return Answer(document=pull_document(call.hub, call.repository, _pull(call)))


@endpoint("PATCH", "/repos/{owner}/{repo}/pulls/{number}", write("pull_requests"), "Change a pull request")
def change_pull(call: Call) -> Answer:
    """Title, body and state: its author, or whoever may write."""
    found = _pull(call)
    own = call.by.account is not None and call.by.account.id == found.author.id
    if not own and call.by.level(call.repository, "contents") < Level.WRITE:
        raise not_found()
    with call.hub.store:
        found.title, found.body = call.body.text("title", found.title), call.body.text("body", found.body)
        found.updated_at = call.hub.store.now()
    if call.body.has("state"):
        pulling.set_state(call.hub, call.repository, found, call.body.one_of("state", "open", "closed"), call.by)
    return Answer(document=pull_document(call.hub, call.repository, found))


@endpoint("GET", "/repos/{owner}/{repo}/pulls/{number}/commits", read("pull_requests"), "Commits of a pull request")
def pull_commits(call: Call) -> Answer:
    """The oldest first."""
    found = _pull(call)
    git = call.hub.git(call.repository)
    base = git.merge_base(found.base_sha, found.head_sha) or found.base_sha
    own = [] if found.merged_at and base == found.head_sha else git.commits(found.head_sha, without=base)
    return page([commit_document(call.hub, call.repository, each) for each in reversed(own)], call.query, call.url)


@endpoint("GET", "/repos/{owner}/{repo}/pulls/{number}/files", read("pull_requests"), "Files of a pull request")
def pull_files(call: Call) -> Answer:
    """What it changes since it left its base."""
    found = _pull(call)
    git = call.hub.git(call.repository)
    base = git.merge_base(found.base_sha, found.head_sha)
    files = [
        {
            "filename": each.path, "status": each.status, "additions": each.additions, "deletions": each.deletions,
            "changes": each.additions + each.deletions,
        }
        for each in (git.changed(base, found.head_sha) if base else [])
    ]  # fmt: skip
    return page(files, call.query, call.url)


@endpoint("PUT", "/repos/{owner}/{repo}/pulls/{number}/merge", write("contents"), "Merge a pull request")
def merge(call: Call) -> Answer:
    """With a merge commit. `sha` has to be its head, if given."""
    found = _pull(call)
    if call.body.text("merge_method", "merge") != "merge":
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Only merge commits are allowed on this repository.")
    if call.body.has("sha") and call.body.text("sha") != found.head_sha:
        raise Refusal(HTTPStatus.CONFLICT, "Head branch was modified. Review and try the merge again.")
    if found.state != "open" or found.draft or found.merge_sha is None:
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Pull Request is not mergeable")
    label = f"{call.hub.by_id(found.head_repository).owner.login}/{found.head_ref}"
    title = call.body.text("commit_title", f"Merge pull request #{found.number} from {label}")
    message = f"{title}\n\n{call.body.text('commit_message', found.title)}"
    sha = pulling.merge_commit(call.hub, call.repository, found, call.account, message)
    change_ref(call.hub, call.repository, f"refs/heads/{found.base_ref}", sha, call.by, through_pull=True)
    return Answer(document={"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


@endpoint("GET", "/repos/{owner}/{repo}/pulls/{number}/reviews", read("pull_requests"), "Reviews")
def reviews(call: Call) -> Answer:
    """The oldest first."""
    found = _pull(call)
    documents = [review_document(call.hub, call.repository, found, each) for each in found.reviews]
    return page(documents, call.query, call.url)


@endpoint("POST", "/repos/{owner}/{repo}/pulls/{number}/reviews", write("pull_requests"), "Review a pull request")
def review(call: Call) -> Answer:
    """Nobody approves their own; a job approves only where the repository lets it."""
    found = _pull(call)
    event = call.body.one_of("event", *_EVENTS)
    if event != "COMMENT" and call.account.id == found.author.id:
        raise invalid("Can not approve your own pull request" if event == "APPROVE" else "Can not request changes")
    if call.by.is_job and event == "APPROVE" and not call.repository.actions.can_approve_pull_request_reviews:
        raise invalid("GitHub Actions is not permitted to approve pull requests.")
    made = PullReview(
        call.hub.store.new_id("review"), call.account, _EVENTS[event], call.body.text("body", ""), found.head_sha,
        call.hub.store.now(),
    )  # fmt: skip
    with call.hub.store:
        found.reviews.append(made)
    return Answer(document=review_document(call.hub, call.repository, found, made))


@endpoint(
    "GET", "/repos/{owner}/{repo}/issues/{number}", read("issues", "pull_requests"), "The issue of a pull request"
)
def issue(call: Call) -> Answer:
    """There are no other issues here."""
    return Answer(document=issue_document(call.hub, call.repository, _pull(call)))


@endpoint("GET", "/repos/{owner}/{repo}/issues/{number}/comments", read("issues", "pull_requests"), "Comments")
def comments(call: Call) -> Answer:
    """The oldest first."""
    number = _pull(call).number
    found = [each for each in call.repository.comments.values() if each.number == number]
    return page([comment_document(call.hub, call.repository, each) for each in found], call.query, call.url)


@endpoint("POST", "/repos/{owner}/{repo}/issues/{number}/comments", write("issues", "pull_requests"), "Write a comment")
def comment(call: Call) -> Answer:
    """At most 65,536 characters."""
    found, now = _pull(call), call.hub.store.now()
    made = Comment(
        call.hub.store.new_id("comment"), found.number, call.account, _text(call), now, now,
        app_id=call.by.app.id if call.by.app else None,
    )  # fmt: skip
    with call.hub.store:
        call.repository.comments[made.id] = made
    firing.issue_comment(call.hub, call.repository, call.by, found, made, action="created")
    return created(comment_document(call.hub, call.repository, made))


@endpoint("GET", "/repos/{owner}/{repo}/issues/comments/{comment_id}", read("issues", "pull_requests"), "A comment")
def one_comment(call: Call) -> Answer:
    """By id."""
    return Answer(document=comment_document(call.hub, call.repository, _comment(call)))


@endpoint("PATCH", "/repos/{owner}/{repo}/issues/comments/{comment_id}", write("issues", "pull_requests"), "Change it")
def change_comment(call: Call) -> Answer:
    """Its author, or whoever may write."""
    found = _own_comment(call)
    with call.hub.store:
        found.body, found.updated_at = _text(call), call.hub.store.now()
    firing.issue_comment(
        call.hub, call.repository, call.by, call.repository.pulls[found.number], found, action="edited"
    )
    return Answer(document=comment_document(call.hub, call.repository, found))


@endpoint("DELETE", "/repos/{owner}/{repo}/issues/comments/{comment_id}", write("issues", "pull_requests"), "Remove it")
def remove_comment(call: Call) -> Answer:
    """Its author, or whoever may write."""
    found = _own_comment(call)
    with call.hub.store:
        del call.repository.comments[found.id]
    firing.issue_comment(
        call.hub, call.repository, call.by, call.repository.pulls[found.number], found, action="deleted"
    )
    return no_content()


def _text(call: Call) -> str:
    body = call.body.text("body", longest=10 * LONGEST_COMMENT)
    if not body.strip():
        raise invalid(body="body can't be blank")
    if len(body) > LONGEST_COMMENT:
        raise invalid(body=f"body is too long (maximum is {LONGEST_COMMENT} characters)")
    return body


def _pull(call: Call) -> PullRequest:
    found = call.repository.pulls.get(call.number("number"))
    if found is None:
        raise not_found()
    return found


def _comment(call: Call) -> Comment:
    found = call.repository.comments.get(call.number("comment_id"))
    if found is None:
        raise not_found()
    return found


def _own_comment(call: Call) -> Comment:
    found = _comment(call)
    own = call.account.id == found.author.id
    if not own and call.by.level(call.repository, "contents") < Level.WRITE:
        raise Refusal(HTTPStatus.FORBIDDEN, "Must have write access or be the author of the comment.")
    return found


def _of(call: Call, owner: str) -> Repository | None:
    """The repository of the same family that belongs to somebody."""
    if owner.lower() == call.repository.owner.login.lower():
        return call.repository
    every = call.hub.store.records.repositories.values()
    return next(
        (each for each in every if each.parent == call.repository.id and each.owner.login.lower() == owner.lower()),
        None,
    )
