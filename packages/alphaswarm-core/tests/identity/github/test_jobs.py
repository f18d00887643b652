"""Jobs and repositories that cannot exist are refused, so that nobody reasons about tokens that nobody can have."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.identity.github import names
from alphaswarm_core.identity.github.errors import GithubNameError, ImpossibleJobError
from alphaswarm_core.identity.github.events import EVENTS_WITH_BRANCHES, REF_RULES, Event
from alphaswarm_core.identity.github.jobs import Callee
from alphaswarm_core.identity.github.jobs_of import event_named, workflow_job

from .samples import FILE, LEGACY


@pytest.mark.parametrize(
    ("event", "facts"),
    [
        (Event.SCHEDULE, {"ref": "refs/heads/feature"}),
        (Event.REPOSITORY_DISPATCH, {"ref": "refs/tags/v1"}),
        (Event.PULL_REQUEST_TARGET, {"ref": "refs/pull/1/merge"}),
        (Event.PULL_REQUEST, {"ref": "refs/heads/main"}),
        (Event.PULL_REQUEST, {"ref": "refs/pull/1/head"}),
        (Event.PULL_REQUEST, {"merged": True, "ref": "refs/heads/feature"}),
        (Event.PULL_REQUEST, {"base_ref": ""}),
        (Event.PULL_REQUEST, {"head_ref": "a b"}),
        (Event.PULL_REQUEST_REVIEW, {"merged": True, "ref": "refs/heads/main"}),
        (Event.PUSH, {"ref": ""}),
        (Event.PUSH, {"ref": "refs/pull/1/merge"}),
        (Event.PUSH, {"ref": "main"}),
        (Event.PUSH, {"from_fork": True}),
        (Event.PUSH, {"merged": True}),
        (Event.PUSH, {"head_ref": "x"}),
        (Event.RELEASE, {"ref": "refs/heads/main"}),
        (Event.MERGE_GROUP, {"ref": "refs/heads/main"}),
        (Event.WORKFLOW_RUN, {"from_fork": True}),
    ],
)
def test_job_is_refused_when_its_parts_contradict_each_other(event: Event, facts: dict) -> None:
    with pytest.raises(ImpossibleJobError) as caught:
        workflow_job(event, LEGACY, FILE, **facts)
    assert caught.value.why


@pytest.mark.parametrize(
    "facts",
    [{"sha": "main"}, {"sha": "A" * 40}, {"environment": ""}, {"environment": "a\nb"}, {"run_id": 0}, {"actor_id": -1}],
)
def test_job_is_refused_when_a_part_cannot_exist(facts: dict) -> None:
    with pytest.raises(GithubNameError):
        workflow_job(Event.PUSH, LEGACY, FILE, **facts)


@pytest.mark.parametrize("path", ["x.yml", ".github/workflows/a/b.yml", ".github/workflows/x.txt", FILE + "@main", ""])
def test_job_is_refused_when_workflow_file_is_elsewhere(path: str) -> None:
    with pytest.raises(GithubNameError):
        workflow_job(Event.PUSH, LEGACY, path)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "octo-repo"},
        {"name": "a/b/c"},
        {"name": "o@1/r"},
        {"name": "o:x/r"},
        {"id": 0},
        {"owner_id": -5},
        {"default_branch": "a b"},
        {"properties": (("a:b", "x"),)},
    ],
)
def test_repository_is_refused_when_a_part_cannot_exist(changes: dict) -> None:
    with pytest.raises(GithubNameError):
        replace(LEGACY, **changes)


@pytest.mark.parametrize("parts", [("o", FILE, "main"), ("o/r", "x.yml", "refs/heads/main"), ("o/r", FILE, "v1")])
def test_callee_is_refused_when_a_part_cannot_exist(parts: tuple[str, str, str]) -> None:
    with pytest.raises(GithubNameError):
        Callee(*parts, "a" * 40)


def test_every_event_has_a_rule_and_an_example() -> None:
    assert set(REF_RULES) == set(Event)
    for event in Event:
        job = workflow_job(event, LEGACY, FILE)
        assert bool(job.base_ref) == (event in EVENTS_WITH_BRANCHES)


def test_event_is_refused_when_no_token_names_it() -> None:
    assert event_named("push") is Event.PUSH
    for text in ("workflow_call", "Push", ""):
        with pytest.raises(ImpossibleJobError):
            event_named(text)


@given(st.text(max_size=40))
def test_ref_never_holds_a_separator_or_a_wildcard_when_accepted(name: str) -> None:
    if names.is_branch_ref(f"refs/heads/{name}"):
        assert not set(name) & set(":*? \n\0\\~^[")
        assert ".." not in name
