"""Which subject and ref each kind of job gets, and who gets no token. The expectations are GitHub's documentation's."""

from dataclasses import replace

import pytest

from alphaswarm_core.identity.github.claims import Claims, NoToken, NoTokenReason, claims
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs import DEPENDABOT, Callee, IdTokenPermission, WorkflowJob
from alphaswarm_core.identity.github.jobs_of import EXAMPLE_SHA, workflow_job
from alphaswarm_core.identity.github.repositories import Enterprise, Repository
from alphaswarm_core.identity.github.templates import SubjectTemplate

from .samples import FILE, IMMUTABLE, LEGACY, PREFIXES

MAIN = "refs/heads/main"
QUEUE = f"refs/heads/gh-readonly-queue/main/pr-7-{EXAMPLE_SHA}"

# event, facts, rest of the subject, ref
TABLE = [
    (Event.PUSH, {}, f"ref:{MAIN}", MAIN),
    (Event.PUSH, {"ref": "refs/heads/feature/x"}, "ref:refs/heads/feature/x", "refs/heads/feature/x"),
    (Event.PUSH, {"ref": "refs/tags/v1"}, "ref:refs/tags/v1", "refs/tags/v1"),
    (Event.PUSH, {"ref": "refs/tags/main"}, "ref:refs/tags/main", "refs/tags/main"),
    (Event.RELEASE, {"ref": "refs/tags/v2"}, "ref:refs/tags/v2", "refs/tags/v2"),
    (Event.WORKFLOW_DISPATCH, {}, f"ref:{MAIN}", MAIN),
    (Event.WORKFLOW_DISPATCH, {"ref": "refs/heads/b"}, "ref:refs/heads/b", "refs/heads/b"),
    (Event.WORKFLOW_DISPATCH, {"ref": "refs/tags/t"}, "ref:refs/tags/t", "refs/tags/t"),
    (Event.REPOSITORY_DISPATCH, {}, f"ref:{MAIN}", MAIN),
    (Event.SCHEDULE, {}, f"ref:{MAIN}", MAIN),
    (Event.WORKFLOW_RUN, {}, f"ref:{MAIN}", MAIN),
    (Event.ISSUE_COMMENT, {}, f"ref:{MAIN}", MAIN),
    (Event.CHECK_RUN, {}, f"ref:{MAIN}", MAIN),
    (Event.STATUS, {}, f"ref:{MAIN}", MAIN),
    (Event.FORK, {}, f"ref:{MAIN}", MAIN),
    (Event.WATCH, {}, f"ref:{MAIN}", MAIN),
    (Event.DEPLOYMENT, {}, f"ref:{MAIN}", MAIN),
    (Event.MERGE_GROUP, {"ref": QUEUE}, f"ref:{QUEUE}", QUEUE),
    (Event.PULL_REQUEST, {}, "pull_request", "refs/pull/1/merge"),
    (Event.PULL_REQUEST, {"merged": True}, "pull_request", MAIN),
    (Event.PULL_REQUEST_REVIEW, {}, "pull_request", "refs/pull/1/merge"),
    (Event.PULL_REQUEST_REVIEW_COMMENT, {}, "pull_request", "refs/pull/1/merge"),
    (Event.PULL_REQUEST, {"actor": DEPENDABOT, "actor_id": 49699333}, "pull_request", "refs/pull/1/merge"),
]


def only(job: WorkflowJob) -> Claims:
    found = claims(job)
    assert isinstance(found, tuple)
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("repository", [LEGACY, IMMUTABLE], ids=["legacy", "immutable"])
@pytest.mark.parametrize(("event", "facts", "rest", "ref"), TABLE)
def test_subject_and_ref_are_githubs_when_event_is(
    repository: Repository, event: Event, facts: dict, rest: str, ref: str
) -> None:
    said = only(workflow_job(event, repository, FILE, **facts))
    assert (said.sub, said.ref, said.event_name) == (f"{PREFIXES[repository]}:{rest}", ref, event.value)


@pytest.mark.parametrize("repository", [LEGACY, IMMUTABLE], ids=["legacy", "immutable"])
@pytest.mark.parametrize("event", list(Event))
def test_environment_beats_every_event_and_keeps_the_ref(repository: Repository, event: Event) -> None:
    bare = workflow_job(event, repository, FILE)
    said = only(replace(bare, environment="Production:V1"))
    assert said.sub == f"{PREFIXES[repository]}:environment:Production%3AV1"
    assert (said.environment, said.ref) == ("Production:V1", bare.ref)


@pytest.mark.parametrize("from_fork", [True, False])
def test_both_possible_subjects_are_given_when_pull_request_target_has_no_environment(from_fork: bool) -> None:
    found = claims(workflow_job(Event.PULL_REQUEST_TARGET, LEGACY, FILE, from_fork=from_fork))
    assert isinstance(found, tuple)
    assert [each.sub for each in found] == [
        "repo:octo-org/octo-repo:pull_request",
        f"repo:octo-org/octo-repo:ref:{MAIN}",
    ]
    assert {each.ref for each in found} == {MAIN}


def test_both_possible_subjects_are_given_when_deployment_has_no_ref() -> None:
    found = claims(workflow_job(Event.DEPLOYMENT, LEGACY, FILE, ref=""))
    assert isinstance(found, tuple)
    assert [each.sub for each in found] == [
        "repo:octo-org/octo-repo:ref:",
        f"repo:octo-org/octo-repo:ref:{EXAMPLE_SHA}",
    ]
    assert {each.job_workflow_ref for each in found} == {f"octo-org/octo-repo/{FILE}@{EXAMPLE_SHA}"}


@pytest.mark.parametrize("event", [Event.PULL_REQUEST, Event.PULL_REQUEST_REVIEW, Event.PULL_REQUEST_REVIEW_COMMENT])
def test_fork_gets_no_token_unless_write_tokens_are_sent(event: Event) -> None:
    job = workflow_job(event, LEGACY, FILE, from_fork=True, environment="dev")
    assert claims(job) == NoToken(NoTokenReason.FORK)
    opened = replace(job, repository=replace(LEGACY, forks_get_write_tokens=True))
    assert only(opened).sub == "repo:octo-org/octo-repo:environment:dev"


@pytest.mark.parametrize("event", list(Event))
def test_no_event_gets_a_token_when_permission_is_none(event: Event) -> None:
    job = workflow_job(event, LEGACY, FILE, id_token=IdTokenPermission.NONE)
    assert claims(job) == NoToken(NoTokenReason.NO_PERMISSION)


def test_only_the_file_of_the_job_is_the_callees_when_workflow_is_reusable() -> None:
    callee = Callee("octo-org/automation", ".github/workflows/oidc.yml", "refs/heads/main", "a" * 40)
    plain, called = (only(workflow_job(Event.PUSH, LEGACY, FILE, callee=each)) for each in (None, callee))
    changed = {key for key, value in called.document().items() if plain.document()[key] != value}
    assert changed == {"job_workflow_ref", "job_workflow_sha"}
    assert called.job_workflow_ref == "octo-org/automation/.github/workflows/oidc.yml@refs/heads/main"
    assert called.job_workflow_sha == "a" * 40
    assert called.workflow_ref == plain.job_workflow_ref == f"octo-org/octo-repo/{FILE}@refs/heads/main"


def test_every_claim_is_text_and_absent_ones_are_left_out() -> None:
    document = only(workflow_job(Event.PUSH, LEGACY, FILE, run_id=77, run_attempt=2)).document()
    assert all(type(value) is str for value in document.values())
    assert not {"environment", "enterprise", "enterprise_id"} & document.keys()
    assert (document["run_id"], document["run_attempt"], document["base_ref"]) == ("77", "2", "")
    assert (document["repository_id"], document["repository_owner_id"]) == ("456789", "123456")


def test_enterprise_and_properties_are_said_when_repository_has_them() -> None:
    repository = replace(LEGACY, enterprise=Enterprise("octo-inc", 9), properties=(("team", "platform"),))
    document = only(workflow_job(Event.PUSH, repository, FILE)).document()
    assert (document["enterprise"], document["enterprise_id"]) == ("octo-inc", "9")
    assert document["repo_property_team"] == "platform"


def test_branches_are_said_when_event_is_a_pull_request() -> None:
    said = only(workflow_job(Event.PULL_REQUEST, LEGACY, FILE, head_ref="evil/branch"))
    assert (said.base_ref, said.head_ref, said.ref_type) == ("main", "evil/branch", "branch")


@pytest.mark.parametrize(
    ("keys", "environment", "expected"),
    [
        (("repo",), None, "repo:octo-org@123456/octo-repo@456789"),
        (("repository_owner",), None, "repository_owner:octo-org"),
        (("repo", "environment"), "prod", "repo:octo-org@123456/octo-repo@456789:environment:prod"),
        (
            ("repo", "context", "job_workflow_ref"),
            None,
            f"repo:octo-org@123456/octo-repo@456789:ref:{MAIN}:job_workflow_ref:octo-org/octo-repo/{FILE}@{MAIN}",
        ),
        (("repository_id", "event_name"), None, "repository_id:456789:event_name:push"),
    ],
)
def test_subject_follows_the_template(keys: tuple[str, ...], environment: str | None, expected: str) -> None:
    repository = replace(IMMUTABLE, template=SubjectTemplate(keys))
    assert only(workflow_job(Event.PUSH, repository, FILE, environment=environment)).sub == expected


def test_no_token_is_given_when_template_asks_for_an_environment_the_job_lacks() -> None:
    repository = replace(LEGACY, template=SubjectTemplate(("repo", "environment")))
    found = claims(workflow_job(Event.PUSH, repository, FILE))
    assert isinstance(found, NoToken)
    assert found.reason is NoTokenReason.TEMPLATE
    assert "environment" in found.detail
