"""Rules that hold whatever comes: concurrency groups, masks, command files, matrices."""

import base64
import json
import tempfile
from pathlib import Path
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_local.actions.engine.command_files import CommandFiles
from alphaswarm_local.actions.engine.masks import Masks
from alphaswarm_local.actions.engine.matrix import combinations
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.concurrency import LONGEST_QUEUE, ConcurrencyGroups, Ticket

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
STEPS = st.lists(st.tuples(st.sampled_from(["enter", "cancel holder", "keep", "leave", "give up"]), st.integers(0, 5)))


class Group:
    """One group, and everybody who ever entered it."""

    def __init__(self) -> None:
        self.groups, self.tickets, self.gone = ConcurrencyGroups(), list[Ticket](), set[int]()

    def enter(self, *, cancel: bool = False, keep: bool = False) -> None:
        ticket = self.groups.enter("o/r", "G", Cancellation(), cancel_in_progress=cancel, keep_waiting=keep)
        self.tickets.append(ticket)

    def present(self) -> list[int]:
        return [number for number in range(len(self.tickets)) if number not in self.gone]

    def leave(self, number: int) -> None:
        self.tickets[number].leave()
        self.gone.add(number)

    def take(self, step: str, which: int) -> None:
        there = self.present()
        if step in ("leave", "give up") and there:
            number = there[which % len(there)]
            if step == "give up":
                self.tickets[number].cancellation.request("given up")
            self.leave(number)
        elif step not in ("leave", "give up"):
            self.enter(cancel=step == "cancel holder", keep=step == "keep")
        for number in self.present():  # who lost a place while waiting goes, as `wait` does
            ticket = self.tickets[number]
            if ticket.cancellation.requested and not ticket.held:
                self.leave(number)


@given(STEPS)
def test_a_group_has_one_holder_and_nobody_who_still_wants_is_forgotten(steps: list[tuple[str, int]]) -> None:
    group = Group()
    for step, which in steps:
        group.take(step, which)
        there = group.present()
        assert sum(group.tickets[number].held for number in there) == bool(there)
    while there := group.present():
        holders = [number for number in there if group.tickets[number].held]
        assert len(holders) == 1
        group.leave(holders[0])


@given(st.lists(st.booleans(), max_size=30))
def test_of_those_that_wait_the_newest_is_left_unless_all_are_kept(keeps: list[bool]) -> None:
    group = Group()
    group.enter()
    for keep in keeps:
        before = group.present()[1:]
        group.take("keep" if keep else "enter", 0)
        assert group.present()[1:] == [*(before if keep else []), len(group.tickets) - 1]
    assert group.tickets[0].held


def test_a_queue_has_an_end() -> None:
    group = Group()
    for _ in range(LONGEST_QUEUE + 2):
        group.take("keep", 0)

    assert group.present() == [0, *range(2, LONGEST_QUEUE + 2)]


@given(TEXT.filter(lambda each: len(each.encode()) >= 12 and each.strip() == each), st.binary(), st.binary())
def test_a_secret_is_hidden_wherever_and_however_it_stands(secret: str, before: bytes, after: bytes) -> None:
    masks = Masks()
    masks.add(secret)
    encoded = base64.b64encode(before + secret.encode() + after).decode()

    assert "***" in masks.hide(encoded)
    for text in (secret, json.dumps(secret)[1:-1], quote(secret, safe="")):
        assert text not in masks.hide(f"[{text}]")


@given(st.dictionaries(st.from_regex(r"[A-Za-z_][\w-]*", fullmatch=True), TEXT, max_size=5))
def test_whatever_a_step_writes_between_delimiters_is_read_back(outputs: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        files = CommandFiles.create(Path(directory))
        lines = [f"{name}<<=-delimiter-=\n{value}\n=-delimiter-=\n" for name, value in outputs.items()]
        files.path("output").write_bytes("".join(lines).encode())

        assert dict(files.pairs("output")) == outputs


AXES = st.dictionaries(st.sampled_from("abc"), st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True))


@given(AXES.filter(bool), st.lists(st.fixed_dictionaries({"a": st.integers(0, 3)}), max_size=2))
def test_a_matrix_has_every_combination_that_is_not_excluded(
    axes: dict[str, list[int]], exclude: list[dict[str, int]]
) -> None:
    gone = {each["a"] for each in exclude}
    if "a" in axes and set(axes["a"]) <= gone:
        return
    found = combinations({**axes, "exclude": exclude})  # type: ignore[dict-item]

    size = 1
    for name, values in axes.items():
        size *= len([each for each in values if name != "a" or each not in gone])
    assert len(found) == size
    assert len({json.dumps(each, sort_keys=True) for each in found}) == size
    assert all(set(each) == set(axes) and each.get("a") not in gone for each in found)
