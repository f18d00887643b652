"""Workflow YAML: what GitHub reads is what is judged, and nothing hostile gets further than one error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.identity.audit.errors import UnreadableSourceError
from alphaswarm_core.identity.audit.nodes import Table, plain, scalars
from alphaswarm_core.identity.audit.reading.bounds import MAX_BYTES
from alphaswarm_core.identity.audit.reading.yaml_reader import read_yaml

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)


def test_on_stays_a_text_when_yaml_1_1_would_make_it_true() -> None:
    assert plain(read_yaml("on: push\noff: yes\nno: On\n")) == {"on": "push", "off": "yes", "no": "On"}


def test_scalars_have_their_types_when_they_are_plain() -> None:
    text = "a: 1\nb: true\nc: null\nd: '1'\ne: ~\nf: 012\ng: 1.5\nh: \"\"\n"
    assert plain(read_yaml(text)) == {
        "a": 1,
        "b": True,
        "c": None,
        "d": "1",
        "e": None,
        "f": "012",
        "g": "1.5",
        "h": "",
    }


def test_lines_count_from_one_when_nodes_are_read() -> None:
    root = read_yaml("on: push\njobs:\n  a:\n    run: |\n      one\n      two\n")
    assert isinstance(root, Table)
    assert [(scalar.text.strip(), scalar.line) for scalar in scalars(root)] == [("push", 1), ("one\ntwo", 4)]
    script = list(scalars(root))[1]
    assert list(script.lines())[:2] == [(5, "one"), (6, "two")]
    assert root.key_line("jobs") == 2


def test_aliases_are_what_they_stand_for_when_they_are_read() -> None:
    assert plain(read_yaml("a: &x {k: [1]}\nb: *x\n")) == {"a": {"k": [1]}, "b": {"k": [1]}}


def test_own_keys_win_when_mappings_are_merged() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\n"
    assert plain(read_yaml(text))["c"] == {"x": 3, "y": 1, "z": 2}  # type: ignore[index]


def test_a_quoted_merge_key_is_a_key_when_it_is_read() -> None:
    assert plain(read_yaml("'<<': {a: 1}\n")) == {"<<": {"a": 1}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\na: 2\n", "twice"),
        ("a: &x [*x]\n", "alias"),
        ("a: *nowhere\n", "alias"),
        ("a: 1\n---\nb: 2\n", "more than one"),
        ("? [a]\n: 1\n", "key"),
        ("<<: 1\n", "merge"),
        ("a: [\n", "YAML"),
        ("\tx: 1", "YAML"),
        ("a: \x01", "YAML"),
        ("", "empty"),
        ("[" * 100 + "]" * 100, "nested"),
        ("- " * 100 + "a", "nested"),
        ("#" + "x" * MAX_BYTES, "larger"),
        (BOMB, "expanded"),
    ],
    ids=range(14),
)
def test_a_document_is_refused_when_it_is_hostile(text: str, reason: str) -> None:
    with pytest.raises(UnreadableSourceError, match=reason):
        read_yaml(text)


def test_a_tag_makes_no_object_when_it_names_one() -> None:
    assert plain(read_yaml("a: !!python/object/apply:os.system ['true']\n")) == {"a": ["true"]}


@given(st.text(st.sampled_from("a: -[]{}&*!|>'\"#%@`?,\n\t<1~"), max_size=80) | st.text(max_size=60))
def test_nothing_but_its_own_error_is_raised_when_the_text_is_anything(text: str) -> None:
    line = 1
    try:
        list(scalars(read_yaml(text)))
    except UnreadableSourceError as error:
        line = error.line
    assert line >= 1
