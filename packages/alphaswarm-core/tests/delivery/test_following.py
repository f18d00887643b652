import dataclasses

import pytest

from alphaswarm_core.delivery.builds import LogPage, Phase
from alphaswarm_core.delivery.executor_errors import CodeBuildUnavailableError
from alphaswarm_core.delivery.following import Followed, Follower, Pace, StopAsked

from .fake_builds import DONE, RUNNING, FakeBuilds, Watcher

NO_LOG = dataclasses.replace(RUNNING, phase="PROVISIONING", log_group=None, log_stream=None)


def follow(builds: FakeBuilds, watcher: Watcher, asked: StopAsked | None = None) -> Followed:
    return Follower(builds, watcher, asked or StopAsked(), sleep=lambda _: None).follow(NO_LOG)


def test_phases_and_lines_are_told_once_and_in_order() -> None:
    builds = FakeBuilds([RUNNING, RUNNING, DONE], [LogPage(("a", "b"), "1"), LogPage((), "1"), LogPage(("c",), "2")])
    watcher = Watcher()

    followed = follow(builds, watcher)

    assert watcher.phases == ["PROVISIONING", "BUILD", "COMPLETED"]
    assert watcher.lines == ["a", "b", "c"]
    assert builds.tokens[:3] == [None, "1", "1"]
    assert followed.build is DONE
    assert followed.last_lines == ("a", "b", "c")


def test_log_that_is_not_there_or_is_cut_off_is_asked_for_again() -> None:
    builds = FakeBuilds([RUNNING] * 4 + [DONE], [None, LogPage(("a",), "1"), None, None, LogPage(("b",), "2")])
    watcher = Watcher()

    follow(builds, watcher)

    assert watcher.lines == ["a", "b"]
    assert watcher.troubles == []


def test_lines_that_arrive_after_the_end_are_read() -> None:
    builds = FakeBuilds([DONE], [LogPage(("a",), "1"), LogPage((), "1"), LogPage(("b",), "2"), LogPage(("c",), "3")])
    watcher = Watcher()

    follow(builds, watcher)

    assert watcher.lines == ["a", "b", "c"]


def test_service_that_does_not_answer_for_a_while_is_survived() -> None:
    builds = FakeBuilds([None, None, RUNNING, None, DONE])
    watcher = Watcher()

    assert follow(builds, watcher).build is DONE
    assert len(watcher.troubles) == 2


def test_service_that_stays_silent_ends_it_and_the_build_is_named() -> None:
    with pytest.raises(CodeBuildUnavailableError) as raised:
        follow(FakeBuilds([None]), Watcher())

    assert RUNNING.id in str(raised.value.fix)


def test_stop_is_sent_once_and_the_build_is_followed_to_its_end() -> None:
    stopped = dataclasses.replace(DONE, status="STOPPED")
    builds = FakeBuilds([RUNNING, RUNNING, stopped])

    followed = follow(builds, Watcher(), StopAsked(1))

    assert builds.stopped == [RUNNING.id]
    assert followed.build is stopped
    assert not followed.left


def test_second_request_to_stop_leaves_the_build() -> None:
    builds = FakeBuilds([RUNNING])

    followed = follow(builds, Watcher(), StopAsked(2))

    assert followed.left
    assert builds.questions == 0


def test_build_is_asked_to_stop_before_it_is_left_when_both_come_at_once() -> None:
    builds = FakeBuilds([RUNNING])

    followed = follow(builds, Watcher(), StopAsked(2))

    assert followed.left
    assert builds.stopped == [RUNNING.id]


def test_phase_that_was_over_between_two_questions_is_told() -> None:
    watcher = Watcher()
    phases = tuple(Phase(name, "SUCCEEDED", 0) for name in ("PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL"))

    follow(FakeBuilds([dataclasses.replace(RUNNING, phases=phases), DONE]), watcher)

    assert watcher.phases == ["PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "BUILD", "COMPLETED"]


def test_only_the_last_lines_are_kept() -> None:
    page = LogPage(tuple(str(number) for number in range(10_000)), "1")

    followed = follow(FakeBuilds([DONE], [page]), Watcher())

    assert followed.last_lines[-1] == "9999"
    assert len(followed.last_lines) == 30


def test_pace_slows_down_while_nothing_happens_and_not_beyond_its_bound() -> None:
    pace = Pace(first=1, longest=4, factor=2)

    assert [pace.after(news=False) for _ in range(5)] == [1, 2, 4, 4, 4]
    assert pace.after(news=True) == 1
    assert pace.after(news=False) == 2
