"""JSON with lines: the standard library's values, the line of each, and one error for everything else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.identity.audit.errors import UnreadableSourceError
from alphaswarm_core.identity.audit.nodes import HOLE, Table, plain, scalars
from alphaswarm_core.identity.audit.reading.json_reader import read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.sampled_from([None, 1]))
def test_the_values_are_the_standard_librarys_when_it_is_json(value: object, indent: int | None) -> None:
    assert plain(read_json(json.dumps(value, indent=indent))) == value


def test_lines_are_the_files_when_nodes_are_read() -> None:
    root = read_json('{\n "a": [1,\n  2],\n "b":\n "x"}', first_line=10)
    assert isinstance(root, Table)
    assert [scalar.line for scalar in scalars(root)] == [11, 12, 14]
    assert root.key_line("b") == 13


def test_holes_are_given_to_their_texts_when_a_template_has_them() -> None:
    root = read_json(f'{{"a": "x{HOLE}", "b{HOLE}": "{HOLE}{HOLE}"}}', holes=("p", "q", "r", "s"))
    assert isinstance(root, Table)
    assert [scalar.holes for scalar in scalars(root)] == [("p",), ("r", "s")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,]",
        '{"a": 1,}',
        "{'a': 1}",
        '{"a": 1} x',
        '{"a": 1, "a": 2}',
        "NaN",
        "[-Infinity]",
        '"\n"',
        HOLE,
        "[" * 1000,
        "9" * 10_000,
    ],
    ids=range(13),
)
def test_a_document_is_refused_when_it_is_hostile_or_broken(text: str) -> None:
    with pytest.raises(UnreadableSourceError):
        read_json(text)


@given(st.text(st.sampled_from('{}[]",:1 \n\\ueE-.tnull'), max_size=60) | st.text(max_size=40))
def test_nothing_but_its_own_error_is_raised_when_the_text_is_anything(text: str) -> None:
    line = 1
    try:
        read_json(text)
    except UnreadableSourceError as error:
        line = error.line
    assert line >= 1
