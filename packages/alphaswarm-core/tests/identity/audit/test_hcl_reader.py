"""HCL as far as the audit reads it; other expressions are unknown, and nothing hostile gets beyond one error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.identity.audit.errors import UnreadableSourceError
from alphaswarm_core.identity.audit.model import Expectations
from alphaswarm_core.identity.audit.nodes import HOLE, Items, Node, Scalar, Unknown, known, plain
from alphaswarm_core.identity.audit.reading.bounds import MAX_BYTES
from alphaswarm_core.identity.audit.reading.hcl_reader import read_hcl
from alphaswarm_core.identity.audit.reading.terraform_json import read_terraform_json
from alphaswarm_core.identity.audit.subjects.terraform import TerraformFile, TerraformModule, locals_of


def value(text: str) -> Node:
    found = read_hcl(f"a = {text}\n").value("a")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"x"', "x"),
        (r'"a\n\"\\\u0041"', 'a\n"\\A'),
        ("12", 12),
        ("1.5", 1.5),
        ("true", True),
        ("null", None),
        ("[1, 2,]", [1, 2]),
        ("[\n  1,\n  # two\n  2\n]", [1, 2]),
        ('{ a = 1, "b" : 2 }', {"a": 1, "b": 2}),
        ("{\n  a = 1\n  b = [\n    2\n  ]\n}", {"a": 1, "b": [2]}),
        ('jsonencode({ a = "b" })', {"a": "b"}),
        ("concat([1], [2, 3])", [1, 2, 3]),
        ("toset([1])", [1]),
        ("<<E\n a\nb\nE", " a\nb\n"),
        ("<<-E\n    a\n      b\n    E", "a\n  b\n"),
        ('"$${a} %%{b} $ %"', "${a} %{b} $ %"),
    ],
)
def test_a_literal_has_its_value_when_it_is_read(text: str, expected: object) -> None:
    assert plain(value(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "var.x",
        "var.x ? 1 : 2",
        "1 + 2",
        "-1",
        "!true",
        "[for x in y : x if x != null]",
        "{ for k, v in x : k => v }",
        "module.a.b[0].c[*].d",
        'file("a")',
        "f([1, 2], { a = 1 })",
        "f(x...)",
        "(1)",
        '"${var.x}"',
        "jsonencode({ a = 1 }).b",
        "a.*.b",
        'x["${y["z"]}"].w',
    ],
)
def test_an_expression_is_unknown_when_it_is_no_literal(text: str) -> None:
    found = value(text)
    inner = found.nodes[0] if isinstance(found, Items) else found
    assert isinstance(inner, Unknown)
    assert inner.source


def test_interpolations_leave_holes_when_a_text_has_them() -> None:
    found = value('"a${var.x}b${"${y}"}c%{ if z }d%{ endif }"')
    assert isinstance(found, Scalar)
    assert found.value == f"a{HOLE}b{HOLE}c{HOLE}d{HOLE}"
    assert found.holes == ("var.x", '"${y}"', "if z", "endif")


def test_the_letter_that_marks_holes_makes_none_when_it_is_written() -> None:
    found = value(f'"a{HOLE}b"')
    assert isinstance(found, Scalar)
    assert found.decided


def test_blocks_have_type_labels_and_line_when_they_are_read() -> None:
    body = read_hcl('# one\n\nresource "a" "b" {\n  c {\n    d = 1\n  }\n}\ndata x y {}\n', "main.tf")
    first, second = body.blocks
    assert (first.type, first.labels, first.line, first.path, first.address) == (
        "resource",
        ("a", "b"),
        3,
        "main.tf",
        "a.b",
    )
    assert first.body.blocks[0].body.attributes[0].line == 5
    assert second.address == "data.x.y"


@pytest.mark.parametrize(
    "text",
    [
        "a {",
        "}",
        "a",
        'a = "x',
        'a = "x\ny"',
        'a = "${x',
        "a = <<E\nx\n",
        "a = [1",
        "a = { b }",
        "a = f(",
        "a = /* x",
        "/*" * 100_000,
        'a = "\\q"',
        'a = "\\uZZZZ"',
        'a = "\\UFFFFFFFF"',
        "a = b[",
        "\x01",
        "a = " + "[" * 100 + "]" * 100,
        "a {\n" * 100 + "}\n" * 100,
        'a = "' + '${"' * 100 + '"}' * 100 + '"',
        "a = { (b = 1 }",
        "#" + "x" * MAX_BYTES,
    ],
    ids=range(22),
)
def test_a_file_is_refused_when_it_is_hostile_or_broken(text: str) -> None:
    with pytest.raises(UnreadableSourceError):
        read_hcl(text)


@pytest.mark.parametrize("text", ["a = ", "a = [1 2]", "a = b.", "a = 1 1"])
def test_what_terraform_would_refuse_is_unknown_when_its_end_is_plain(text: str) -> None:
    found = read_hcl(text).value("a")
    assert found is not None
    assert not known(found)


def test_json_is_the_same_configuration_when_it_is_terraforms() -> None:
    body = read_terraform_json('{"resource": {"a": {"b": {"c": "x${var.y}", "d": "${var.z}"}}}}', "x.tf.json")
    block = next(body.of_type("resource", "a"))
    assert (block.address, block.path) == ("a.b", "x.tf.json")
    text, reference = block.body.value("c"), block.body.value("d")
    assert isinstance(text, Scalar)
    assert text.holes == ("var.y",)
    assert isinstance(reference, Unknown)
    assert reference.source == "var.z"


def module(text: str) -> TerraformModule:
    files = (TerraformFile("main.tf", read_hcl(text)),)
    return TerraformModule("main.tf", ".", files, Expectations(), local_values=locals_of(files))


def test_locals_are_replaced_when_they_are_literal() -> None:
    found = module('locals {\n  a = "x${local.b}"\n  b = "y"\n  c = [local.a, var.d]\n}\n')
    assert plain(found.resolved(Unknown("local.c", 1))) == ["xy", HOLE]


def test_a_cycle_of_locals_stays_unknown_when_it_is_resolved() -> None:
    found = module("locals {\n  a = local.b\n  b = local.a\n}\n")
    assert isinstance(found.resolved(Unknown("local.a", 1)), Unknown)


def test_locals_that_multiply_are_refused_when_they_are_resolved() -> None:
    rows = "".join(f"  a{n} = [{', '.join([f'local.a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    found = module(f"locals {{\n  a0 = 1\n{rows}}}\n")
    with pytest.raises(UnreadableSourceError, match="expanded"):
        found.resolved(Unknown("local.a11", 1))


@given(st.text(st.sampled_from('ab1 ={}[]()"$%\\<-\nE./*#:,.?!~'), max_size=80) | st.text(max_size=60))
def test_nothing_but_its_own_error_is_raised_when_the_text_is_anything(text: str) -> None:
    for source in (text, f"a = {text}", f'a = "{text}"', f"a = <<E\n{text}\nE\n"):
        line = 1
        try:
            read_hcl(source)
        except UnreadableSourceError as error:
            line = error.line
        assert line >= 1
