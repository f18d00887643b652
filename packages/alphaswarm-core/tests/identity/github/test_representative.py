from collections.abc import Mapping

import pytest

from alphaswarm_core.identity.github.claims import Claims, NoToken, NoTokenReason, claims
from alphaswarm_core.identity.github.errors import ImpossibleJobError
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.representative import NamedJob, representative_jobs

from .samples import FILE, IMMUTABLE, LEGACY

ENVIRONMENTS = ("dev", "prod")
JOBS: Mapping[str, NamedJob] = {
    each.name: each
    for each in representative_jobs(
        {"old": LEGACY, "new": IMMUTABLE}, ENVIRONMENTS, (FILE, ".github/workflows/build-publish.yml")
    )
}


def tokens() -> list[Claims]:
    return [each for named in JOBS.values() if isinstance(found := claims(named.job), tuple) for each in found]


def test_names_are_distinct_and_stable() -> None:
    found = representative_jobs({"old": LEGACY}, ENVIRONMENTS, (FILE,))
    assert len({each.name for each in found}) == len(found)
    assert [each.name for each in found] == [
        each.name for each in representative_jobs({"old": LEGACY}, ENVIRONMENTS, (FILE,))
    ]
    for name in (
        "old/push-default",
        "old/environment-prod@push-default",
        "old/pull_request-fork",
        "old+recycled/push-default",
    ):
        assert name in {each.name for each in found}


def test_every_event_appears_with_and_without_environment() -> None:
    jobs = [each.job for each in JOBS.values()]
    assert {job.event for job in jobs if job.environment is None} == set(Event)
    for environment in ENVIRONMENTS:
        assert {job.event for job in jobs if job.environment == environment} == set(Event)


def test_every_form_of_subject_appears() -> None:
    subjects = {each.sub for each in tokens()}
    for prefix in ("repo:octo-org/octo-repo", "repo:octo-org@123456/octo-repo@456789"):
        for rest in (
            "pull_request",
            "ref:refs/heads/main",
            "ref:refs/heads/feature",
            "ref:refs/tags/v1.0.0",
            "ref:refs/tags/main",
            "ref:",
            "environment:prod",
            "environment:Prod",
            "environment:prod-eu",
            "environment:prod%3Ax",
        ):
            assert f"{prefix}:{rest}" in subjects


def test_lookalikes_differ_where_a_careless_policy_does_not_look() -> None:
    (recycled,) = claims(JOBS["old+recycled/environment-prod@push-default"].job)  # type: ignore[misc]
    (right,) = claims(JOBS["old/environment-prod@push-default"].job)  # type: ignore[misc]
    assert recycled.sub == right.sub
    assert recycled.repository_id != right.repository_id
    assert recycled.repository_owner_id != right.repository_owner_id
    (caller,) = claims(JOBS["old+stranger-calls-ours/push-default"].job)  # type: ignore[misc]
    assert caller.job_workflow_ref == right.job_workflow_ref
    assert caller.repository == "octo-org-evil/octo-repo"


def test_jobs_without_a_token_are_named_too() -> None:
    assert claims(JOBS["old/pull_request-fork"].job) == NoToken(NoTokenReason.FORK)
    assert claims(JOBS["old/environment-prod@pull_request-fork"].job) == NoToken(NoTokenReason.FORK)
    assert claims(JOBS["old/push-default-no-permission"].job) == NoToken(NoTokenReason.NO_PERMISSION)


def test_enumeration_is_refused_when_no_workflow_is_given() -> None:
    with pytest.raises(ImpossibleJobError):
        representative_jobs({"old": LEGACY}, ENVIRONMENTS, ())
