"""GitHub's expression language: the documented tables, and rules by properties."""

import contextlib
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_local.actions.errors import ExpressionError
from alphaswarm_local.actions.expressions import Scope, compile_expression, condition, template
from alphaswarm_local.actions.expressions.hashing import hash_files
from alphaswarm_local.actions.expressions.values import equal, less, parse_number, to_number, to_text, truthy

SCOPE = Scope(
    {
        "github": {"ref": "refs/heads/main", "event": {"items": [{"n": 1}, {"n": 2}, {"m": 3}], "Title": "A title"}},
        "fruits": [{"name": "apple", "tags": ["a", "b"]}, {"name": "kiwi", "tags": ["c"]}],
    },
    {"success": lambda _: True, "failure": lambda _: False, "always": lambda _: True, "cancelled": lambda _: False},
)
PRIMITIVES = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats() | st.text(max_size=8)


def value_of(text: str) -> object:
    return compile_expression(text).evaluate(SCOPE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("false", False),
        ("711", 711),
        ("-9.2", -9.2),
        ("0xff", 255),
        ("0o17", 15),
        ("-2.99e-2", -0.0299),
        ("+.5", 0.5),
        ("'It''s open source!'", "It's open source!"),
        ("Infinity > 1", True),
        ("NaN == NaN", False),
        ("null == 0", True),
        ("null == ''", True),
        ("true == 1", True),
        ("true == '1'", True),
        ("true == 'true'", False),
        ("'' == 0", True),
        ("'0x10' == 16", True),
        ("'abc' == 0", False),
        ("'ABC' == 'abc'", True),
        ("github == github", True),
        ("fromJSON('[1]') == fromJSON('[1]')", False),
        ("'a' < 'B' && 'B' < 'c'", True),
        ("null < 1", True),
        ("1 < 2 == true", True),
        ("!github.nothing.at.all", True),
        ("github.ref && 'yes' || 'no'", "yes"),
        ("'' || 0 || 'last'", "last"),
        ("1 && 0 && 2", 0),
        ("GITHUB.Event.TITLE", "A title"),
        ("github.event['items'][1].n", 2),
        ("github.event.items[9]", None),
        ("github.event.items[-1]", None),
        ("github.event.items['1'].n", 2),
        ("join(fruits.*.name, ' & ')", "apple & kiwi"),
        ("join(fruits.*.tags[0])", "a,c"),
        ("join(fruits.*.tags.*)", "a,b,c"),
        ("join(github.event.items[*].n)", "1,2"),
        ("contains('Hello world', 'LLO')", True),
        ("contains(fromJSON('[1, 2]'), '2')", True),
        ("contains(github, 'ref')", False),
        ("startsWith('Hello world', 'he')", True),
        ("endsWith('Hello world', 'LD')", True),
        ("format('Hello {0} {1} {2}', 'Mona', 'the', 'Octocat')", "Hello Mona the Octocat"),
        ("format('{{Hello {0}}}', 'Mona')", "{Hello Mona}"),
        ("format('{0}', 1e3)", "1000"),
        ("fromJSON('{\"A\": [true]}').a[0]", True),
        ('toJSON(fromJSON(\'{"a":[1,null],"b":{}}\'))', '{\n  "a": [\n    1,\n    null\n  ],\n  "b": {}\n}'),
        ("case(false, 'a', true, 'b', 'c')", "b"),
        ("case(false, 'a', 'c')", "c"),
    ],
)
def test_an_expression_has_the_documented_value(text: str, value: object) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ('"double"', 1),
        ("a b", 3),
        ("a ==", 5),
        ("a = b", 3),
        ("(a", 3),
        ("'open", 1),
        ("'a'[0]", 4),
        ("1.2.3", 1),
        ("nothing(1)", 1),
        ("x || contains('a')", 6),
        ("case(true, 'a')", 1),
        ("", 1),
    ],
)
def test_a_malformed_expression_is_refused_with_its_position(text: str, position: int) -> None:
    with pytest.raises(ExpressionError) as refusal:
        compile_expression(text)

    assert refusal.value.position == position


@pytest.mark.parametrize(
    "text",
    [
        "fromJSON('')",
        "fromJSON('{')",
        "format('{1}', 'a')",
        "format('{', 'a')",
        "case('true', 'a', 'b')",
        "hashFiles('*')",
    ],
)
def test_a_function_refuses_what_it_cannot_take(text: str) -> None:
    with pytest.raises(ExpressionError):
        value_of(text)


def test_an_expression_beyond_the_bounds_is_refused() -> None:
    compile_expression("!" * 40 + "a")
    with pytest.raises(ExpressionError, match="50 levels"):
        compile_expression("!" * 60 + "a")
    with pytest.raises(ExpressionError, match="21000 characters"):
        compile_expression("a" * 21_001)
    with pytest.raises(ExpressionError):
        value_of("fromJSON('" + "[" * 20_000 + "')")


@given(PRIMITIVES, PRIMITIVES)
def test_equality_is_symmetric_and_order_is_not(left: object, right: object) -> None:
    assert equal(left, right) == equal(right, left)  # type: ignore[arg-type]
    assert not (less(left, right) and less(right, left))  # type: ignore[arg-type]


@given(st.none() | st.booleans() | st.integers(-(10**9), 10**9), PRIMITIVES)
def test_different_kinds_are_equal_as_numbers(left: object, right: object) -> None:
    if type(left) is not type(right):
        assert equal(left, right) == (to_number(left) == to_number(right))  # type: ignore[arg-type]


@given(st.text(max_size=20))
def test_texts_are_compared_without_regard_to_case(text: str) -> None:
    assert equal(text, text.swapcase()) or not text.isascii()
    assert truthy(text) == (text != "")


@given(st.integers(-(10**14), 10**14) | st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_in_a_text_is_that_number(number: float) -> None:
    assert math.isclose(parse_number(to_text(number)), number, rel_tol=1e-13)


@given(st.text(max_size=30))
def test_text_without_braces_is_a_template_of_itself(text: str) -> None:
    if "${{" not in text:
        assert template(text).value(SCOPE) == text


@given(st.text(max_size=30))
def test_any_text_can_be_written_as_a_literal(text: str) -> None:
    literal = "'" + text.replace("'", "''") + "'"

    assert value_of(literal) == text
    assert template(f"<${{{{ {literal} }}}}>").text(SCOPE) == f"<{text}>"


@given(st.text(alphabet="ab.*[]()'!&|=<> 1,-", max_size=12))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):  # and nothing else
        compile_expression(text).evaluate(SCOPE)


def test_a_template_keeps_the_kind_of_a_lone_expression() -> None:
    assert template("${{ github.event.items }}").value(SCOPE) == [{"n": 1}, {"n": 2}, {"m": 3}]
    assert template("n=${{ 1 }}, ${{ null }}, ${{ '}}' }}").value(SCOPE) == "n=1, , }}"
    with pytest.raises(ExpressionError, match="no }}"):
        template("${{ a }")


@pytest.mark.parametrize(
    ("source", "success", "holds"),
    [
        ("", True, True),
        ("", False, False),
        ("github.ref == 'refs/heads/main'", True, True),
        ("github.ref == 'refs/heads/main'", False, False),
        ("${{ github.nothing }}", True, False),
        ("always()", False, True),
        ("failure() || success()", False, False),
        ("${{ false }} && true", True, True),
    ],
)
def test_a_condition_asks_for_success_unless_it_names_a_status(source: str, success: bool, holds: bool) -> None:
    scope = Scope(SCOPE.contexts, {**SCOPE.functions, "success": lambda _: success})

    assert condition(source).holds(scope) is holds


def test_hashed_files_follow_patterns_and_nothing_else(tmp_path: Path) -> None:
    for name in ("a.lock", "sub/b.lock", "sub/deep/c.lock", "sub/d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)

    everything = hash_files(tmp_path, ["**/*.lock"])

    assert len(everything) == 64
    assert everything == hash_files(tmp_path, ["**/*.lock", "!**/*.txt"])
    assert everything == hash_files(tmp_path, ["**\n!sub/d.txt\n# a comment"])
    assert everything != hash_files(tmp_path, ["*.lock"])
    assert hash_files(tmp_path, ["sub"]) == hash_files(tmp_path, ["sub/**"])
    assert hash_files(tmp_path, ["*.nothing"]) == ""
    (tmp_path / "a.lock").write_text("changed")
    assert everything != hash_files(tmp_path, ["**/*.lock"])
