"""Which workflows an event starts, whose file they read, and what their jobs are given."""

import pytest

from alphaswarm_local.github.people import ADMINISTRATOR, AUTHOR, FIRST_REVIEWER, OUTSIDER
from alphaswarm_local.github.state.runs import Run

from .conftest import HostedOf
from .hosted import NAME, Hosted
from .test_runs import WORKFLOW

STEP = """
permissions: {contents: write, id-token: write}
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "version VERSION of $GITHUB_EVENT_NAME at $GITHUB_REF"
          echo "secret ${S:+given} identity ${ACTIONS_ID_TOKEN_REQUEST_URL:+given}"
        env:
          S: ${{ secrets.S }}
"""


def workflow(on: str, version: str = "1", name: str = "w") -> str:
    return f"name: {name}\non: {on}\n" + STEP.replace("VERSION", version)


def events(hosted: Hosted) -> list[tuple[str, str]]:
    """What ran: event and ref, in order of their start."""
    return [(run.event, run.ref) for run in hosted.runs()]


def finished(hosted: Hosted, event: str) -> list[Run]:
    return [hosted.wait(run) for run in hosted.runs() if run.event == event]


@pytest.mark.parametrize(
    ("on", "path", "branch", "starts"),
    [
        ("{push: {branches: ['release/**']}}", "a.txt", "release/1/2", True),
        ("{push: {branches: ['release/*']}}", "a.txt", "release/1/2", False),
        ("{push: {branches-ignore: [main]}}", "a.txt", "main", False),
        ("{push: {paths: ['src/**']}}", "src/a/b.py", "main", True),
        ("{push: {paths: ['src/**']}}", "docs/a.md", "main", False),
        ("{push: {paths-ignore: ['docs/**']}}", "docs/a.md", "main", False),
        ("{push: {tags: ['v*']}}", "a.txt", "main", False),
    ],
)
def test_filters_decide(hosted_of: HostedOf, on: str, path: str, branch: str, starts: bool) -> None:
    hosted = hosted_of({f"{WORKFLOW}w.yml": workflow(on)})
    if branch != "main":
        hosted.branch(branch)
        assert hosted.runs() == [] or branch.startswith("release/")
    before = len(hosted.runs())
    hosted.write(path, "1", branch=branch)
    assert (len(hosted.runs()) > before) is starts


def test_a_tag_starts_what_waits_for_tags(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}w.yml": workflow("{push: {tags: ['v*']}}")})
    client = hosted.person()
    sha = client.api("GET", f"/repos/{NAME}/git/ref/heads/main")["object"]["sha"]
    for tag in ("v1.0.0", "nightly"):
        client.api("POST", f"/repos/{NAME}/git/refs", {"ref": f"refs/tags/{tag}", "sha": sha})
    assert events(hosted) == [("push", "refs/tags/v1.0.0")]


def test_skip_ci_keeps_a_push_quiet(hosted_of: HostedOf) -> None:
    import base64

    hosted = hosted_of({f"{WORKFLOW}w.yml": workflow("push")})
    body = {"message": "Note [skip ci]", "content": base64.b64encode(b"1").decode()}
    hosted.person().api("PUT", f"/repos/{NAME}/contents/a.txt", body)
    assert hosted.runs() == []


def test_a_fork_reads_and_gets_neither_secrets_nor_identity(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}pr.yml": workflow("pull_request")})
    _secret(hosted)
    number = _pull_from_fork(hosted, f"{WORKFLOW}pr.yml", workflow("pull_request", "of the fork"))
    (run,) = finished(hosted, "pull_request")
    assert run.conclusion == "success", hosted.log(run)
    assert f"version of the fork of pull_request at refs/pull/{number}/merge" in hosted.log(run)
    assert "secret  identity \n" in hosted.log(run) + "\n"
    assert "Contents: read" in hosted.log(run) or "contents: read" in hosted.log(run)


def test_the_same_pull_request_from_inside_gets_both(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}pr.yml": workflow("pull_request")})
    _secret(hosted)
    hosted.branch("feature")
    hosted.write(f"{WORKFLOW}pr.yml", workflow("pull_request", "of the branch"), branch="feature")
    _open(hosted, "feature", by=AUTHOR)
    (run,) = finished(hosted, "pull_request")
    assert "version of the branch" in hosted.log(run)  # the author of the pull request wrote what runs with its token
    assert "secret given identity given" in hosted.log(run)


def test_pull_request_target_runs_the_default_branchs_file_with_its_secrets(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}t.yml": workflow("pull_request_target", "of main")})
    _secret(hosted)
    _pull_from_fork(hosted, f"{WORKFLOW}t.yml", workflow("pull_request_target", "of the fork"))
    (run,) = finished(hosted, "pull_request_target")
    assert (run.ref, run.from_fork) == ("refs/heads/main", False)
    assert "version of main" in hosted.log(run)
    assert "secret given identity given" in hosted.log(run)


def test_a_pull_request_lives_with_its_branches(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}pr.yml": workflow("{pull_request: {types: [opened, synchronize, closed]}}")})
    hosted.branch("feature")
    hosted.write("a.txt", "1", branch="feature")
    number = _open(hosted, "feature", by=AUTHOR)
    hosted.write("b.txt", "1", branch="feature")
    client = hosted.person(FIRST_REVIEWER)
    pull = client.api("GET", f"/repos/{NAME}/pulls/{number}")
    assert (pull["mergeable"], pull["state"], pull["user"]["login"]) == (True, "open", AUTHOR)
    merge = client.api("GET", f"/repos/{NAME}/git/ref/pull/{number}/merge")["object"]["sha"]
    parents = client.api("GET", f"/repos/{NAME}/git/commits/{merge}")["parents"]
    assert [each["sha"] for each in parents] == [pull["base"]["sha"], pull["head"]["sha"]]
    stale = {"sha": "0" * 40}
    client.api("PUT", f"/repos/{NAME}/pulls/{number}/merge", stale, status=409)
    merged = client.api("PUT", f"/repos/{NAME}/pulls/{number}/merge", {"sha": pull["head"]["sha"]})
    pull = client.api("GET", f"/repos/{NAME}/pulls/{number}")
    assert (pull["merged"], pull["merged_by"]["login"], pull["merge_commit_sha"]) == (
        True, FIRST_REVIEWER, merged["sha"],
    )  # fmt: skip
    assert events(hosted) == [
        ("pull_request", f"refs/pull/{number}/merge"), ("pull_request", f"refs/pull/{number}/merge"),
        ("pull_request", "refs/heads/main"),
    ]  # fmt: skip


def test_conflicts_start_nothing_and_cannot_be_merged(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}pr.yml": workflow("pull_request"), "a.txt": "0\n"})
    hosted.branch("feature")
    hosted.write("a.txt", "1\n", branch="feature")
    hosted.write("a.txt", "2\n")
    number = _open(hosted, "feature", by=AUTHOR)
    assert hosted.runs() == []
    pull = hosted.person().api("GET", f"/repos/{NAME}/pulls/{number}")
    assert (pull["mergeable"], pull["mergeable_state"]) == (False, "dirty")
    hosted.person().api("PUT", f"/repos/{NAME}/pulls/{number}/merge", {}, status=405)


def test_what_a_jobs_token_does_starts_nothing_but_dispatches(hosted_of: HostedOf) -> None:
    listens = workflow("{push: {}, repository_dispatch: {}, issue_comment: {}, pull_request: {}}")
    hosted = hosted_of({f"{WORKFLOW}w.yml": listens})
    hosted.branch("feature")
    hosted.write("a.txt", "1", branch="feature")
    number = _open(hosted, "feature", by=AUTHOR)
    for run in hosted.runs():
        hosted.wait(run)
    before = len(hosted.runs())
    job = hosted.client(hosted.job_token(contents="write", issues="write", pull_requests="write"))
    sha = job.api("GET", f"/repos/{NAME}/git/ref/heads/main")["object"]["sha"]
    job.api("POST", f"/repos/{NAME}/git/refs", {"ref": "refs/heads/by-job", "sha": sha})
    job.api("POST", f"/repos/{NAME}/issues/{number}/comments", {"body": "by a job"})
    job.api("PATCH", f"/repos/{NAME}/pulls/{number}", {"state": "closed"})
    assert len(hosted.runs()) == before
    job.api("POST", f"/repos/{NAME}/dispatches", {"event_type": "go"}, status=204)
    assert [run.event for run in hosted.runs()[before:]] == ["repository_dispatch"]


def test_a_repository_dispatch_runs_on_the_default_branch_and_is_bounded(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}w.yml": workflow("{repository_dispatch: {types: [go]}}")})
    client = hosted.person()
    path = f"/repos/{NAME}/dispatches"
    for bad in (
        {}, {"event_type": "x" * 101}, {"event_type": "go", "client_payload": {str(n): n for n in range(11)}},
        {"event_type": "go", "client_payload": {"a": "x" * 65_536}}, {"event_type": 1},
        {"event_type": "go", "client_payload": [1]},
    ):  # fmt: skip
        client.api("POST", path, bad, status=422)
    client.api("POST", path, {"event_type": "other"}, status=204)
    assert hosted.runs() == []
    client.api("POST", path, {"event_type": "go", "client_payload": {"a": 1}}, status=204)
    (run,) = hosted.runs()
    assert (run.ref, run.payload["client_payload"], run.payload["action"]) == ("refs/heads/main", {"a": 1}, "go")


def test_workflow_run_follows_another_with_the_default_branchs_secrets(hosted_of: HostedOf) -> None:
    follow = workflow("{workflow_run: {workflows: [first], types: [completed]}}", name="second")
    hosted = hosted_of({f"{WORKFLOW}1.yml": workflow("pull_request", name="first"), f"{WORKFLOW}2.yml": follow})
    _secret(hosted)
    _pull_from_fork(hosted, "a.txt", "1")
    (first,) = finished(hosted, "pull_request")
    with hosted.hub.store.changed:
        hosted.hub.store.changed.wait_for(lambda: len(hosted.runs()) == 2, 30)
    (second,) = finished(hosted, "workflow_run")
    assert second.payload["workflow_run"]["id"] == first.id
    assert "secret given identity given" in hosted.log(second)


def test_a_broken_workflow_file_shows_as_a_failed_run_of_the_push(hosted_of: HostedOf) -> None:
    hosted = hosted_of({})
    hosted.write(f"{WORKFLOW}w.yml", "on: push\njobs: {a: {runs-on: x, stepz: []}}\n")
    (run,) = hosted.runs()
    assert hosted.wait(run).conclusion == "startup_failure"
    assert "stepz" in run.message


def test_a_newer_run_takes_the_place_of_the_one_that_waits(hosted_of: HostedOf) -> None:
    slow = """
        on: {repository_dispatch: {}}
        concurrency: {group: only-one}
        permissions: {}
        jobs:
          one:
            runs-on: x
            environment: prod
            steps: [{run: "true"}]
    """
    hosted = hosted_of({f"{WORKFLOW}w.yml": slow})
    reviewer = hosted.person(FIRST_REVIEWER).api("GET", "/user")["id"]
    body = {"reviewers": [{"type": "User", "id": reviewer}]}
    number = hosted.person(ADMINISTRATOR).api("PUT", f"/repos/{NAME}/environments/prod", body)["id"]
    for _ in range(3):
        hosted.person().api("POST", f"/repos/{NAME}/dispatches", {"event_type": "go"})
    first, second, third = hosted.runs()
    assert hosted.wait(second).conclusion == "cancelled"
    hosted.wait(first, "waiting")
    assert hosted.wait(third, "pending").status == "pending"
    for run in (first, third):
        hosted.wait(run, "waiting")
        yes = {"environment_ids": [number], "state": "approved", "comment": ""}
        hosted.person(FIRST_REVIEWER).api("POST", f"/repos/{NAME}/actions/runs/{run.id}/pending_deployments", yes)
        assert hosted.wait(run).conclusion == "success"


def _secret(hosted: Hosted) -> None:
    import base64

    from nacl.public import PublicKey, SealedBox

    admin = hosted.person(ADMINISTRATOR)
    key = admin.api("GET", f"/repos/{NAME}/actions/secrets/public-key")
    sealed = SealedBox(PublicKey(base64.b64decode(key["key"]))).encrypt(b"the-secret")
    body = {"key_id": key["key_id"], "encrypted_value": base64.b64encode(sealed).decode()}
    admin.api("PUT", f"/repos/{NAME}/actions/secrets/S", body, status=201)


def _pull_from_fork(hosted: Hosted, path: str, text: str) -> int:
    import base64

    client = hosted.person(OUTSIDER)
    fork = client.api("POST", f"/repos/{NAME}/forks", {}, status=202)
    there = client.get(f"/repos/{fork['full_name']}/contents/{path}")
    body = {"message": "Change", "content": base64.b64encode(text.encode()).decode()}
    body |= {"sha": there.json()["sha"]} if there.status_code == 200 else {}
    client.api("PUT", f"/repos/{fork['full_name']}/contents/{path}", body)
    return _open(hosted, f"{OUTSIDER}:main", by=OUTSIDER)


def _open(hosted: Hosted, head: str, *, by: str) -> int:
    body = {"head": head, "base": "main", "title": "Change", "body": ""}
    return int(hosted.person(by).api("POST", f"/repos/{NAME}/pulls", body)["number"])
