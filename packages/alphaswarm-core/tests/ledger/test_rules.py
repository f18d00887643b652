"""The pure rules: transitions, identifiers, times."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.ledger.identifiers import IdentifierSource
from alphaswarm_core.ledger.records import RunKind, RunStatus
from alphaswarm_core.ledger.times import format_time, parse_time
from alphaswarm_core.ledger.transitions import LEGAL_TRANSITIONS, is_legal, next_statuses, releases_lease


def test_nothing_follows_when_a_status_is_final() -> None:
    for status in RunStatus:
        assert status.is_final == (LEGAL_TRANSITIONS[status] == frozenset())
        assert all(next_statuses(kind, status) == () for kind in RunKind) == status.is_final


def test_every_status_is_reached_when_a_plan_goes_its_ways() -> None:
    reached, todo = set(), [RunStatus.queued]
    while todo:
        status = todo.pop()
        reached.add(status)
        todo += [following for following in next_statuses(RunKind.plan, status) if following not in reached]
    assert reached == set(RunStatus)


def test_only_an_approved_plan_is_applied_when_it_is_a_plan() -> None:
    befores = [before for before in RunStatus if is_legal(RunKind.plan, before, RunStatus.applying)]
    assert befores == [RunStatus.approved]


def test_only_plans_wait_for_people_when_runs_move() -> None:
    for kind in RunKind:
        waits = any(
            is_legal(kind, RunStatus.running, status) for status in (RunStatus.awaiting_approval, RunStatus.approved)
        )
        assert waits == (kind is RunKind.plan)


def test_only_kinds_that_change_the_stack_apply_when_they_run() -> None:
    appliers = {kind for kind in RunKind if is_legal(kind, RunStatus.running, RunStatus.applying)}
    assert appliers == {RunKind.apply, RunKind.destroy, RunKind.import_}


def test_a_lease_is_kept_when_a_process_still_drives_the_run() -> None:
    assert {status for status in RunStatus if not releases_lease(status)} == {"queued", "running", "applying"}


@given(st.lists(st.integers(min_value=0, max_value=2**47), min_size=1, max_size=60), st.data())
def test_identifiers_increase_and_are_version_7_when_the_clock_jumps(moments: list[int], data: st.DataObject) -> None:
    clock = iter(moments)
    source = IdentifierSource(lambda: next(clock), lambda bits: data.draw(st.sampled_from([0, 2**bits - 1])))
    made = [source() for _ in moments]

    assert made == sorted(set(made))
    assert all(UUID(text).version == 7 and UUID(text).variant == "specified in RFC 4122" for text in made)
    assert all(str(UUID(text)) == text for text in made)


def test_identifier_begins_with_the_time_when_the_clock_moves_on() -> None:
    # the example of RFC 9562, appendix A.6
    random = (0xCC3 << 62) | 0x18C4DC0C0C07398F
    assert IdentifierSource(lambda: 0x017F22E279B0, lambda _: random)() == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9990, 1, 1)), st.integers(-720, 720))  # noqa: DTZ001
def test_times_sort_as_text_and_come_back_when_formatted(moment: datetime, offset: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    text = format_time(aware)
    assert len(text) == 27
    assert parse_time(text) == aware
    assert format_time(aware + timedelta(microseconds=1)) > text


def test_time_is_exact_when_it_has_no_fraction() -> None:
    assert format_time(datetime(2025, 1, 31, 8, 15, tzinfo=UTC)) == "2025-01-31T08:15:00.000000Z"
