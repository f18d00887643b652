"""A story of acts: told in order, and over with the first act that fails."""

import pytest

from alphaswarm.commands.rehearse import ACTS
from alphaswarm.composition import Session
from alphaswarm.story import Act, StoryError, tell


def here() -> Session:
    return Session(as_json=False, config=None, overrides={})


def test_acts_are_told_in_their_order_with_what_came_out(capsys: pytest.CaptureFixture[str]) -> None:
    tell(here(), [Act("First", lambda _: "one"), Act("Second", lambda _: "two")])

    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("[1/2] First: one (")
    assert second.startswith("[2/2] Second: two (")


def test_nothing_is_played_after_an_act_that_fails(capsys: pytest.CaptureFixture[str]) -> None:
    played: list[str] = []

    def fails(_: Session) -> str:
        raise StoryError("It did not do what it shows")

    acts = [Act("First", lambda _: played.append("first") or "one"), Act("Fails", fails), Act("Never", played.append)]
    with pytest.raises(StoryError, match="did not do"):
        tell(here(), acts)  # type: ignore[arg-type]

    assert played == ["first"]
    assert "Fails" not in capsys.readouterr().err  # a step is only told when it is done


def test_each_act_of_the_rehearsal_has_a_title_of_its_own() -> None:
    titles = [each.title for each in ACTS]

    assert len(set(titles)) == len(titles)
