"""The generated part of a Terraform module's README: variables, outputs and resources, from the module's own text."""

import re
from collections.abc import Sequence
from pathlib import Path

from tests.checks.trees import Block, blocks

MARK = "<!-- From here on written by `make generate`; edit the module, not this. -->"
_OPENING, _CLOSING = "([{", ")]}"


def readme(module: Path) -> str:
    """The README as it has to be: what people wrote, and what follows from the module."""
    path = module / "README.md"
    written = path.read_text(encoding="utf-8").partition(MARK)[0].rstrip()
    parts = (_variables(module), _outputs(module), _resources(module))
    return "\n\n".join([written, MARK, *(part for part in parts if part)]) + "\n"


def attribute(block: Block, name: str) -> str | None:
    """The expression of an attribute of the block's first level, in one line; None where it is not set."""
    found = re.search(rf"^  {name}\s*=\s*", block.body, re.MULTILINE)
    if found is None:
        return None
    rest = block.body[found.end() :]
    if heredoc := re.match(r"<<-(\w+)\n(.*?)\n\s*\1\b", rest, re.DOTALL):
        return " ".join(heredoc[2].split())
    return _one_line(rest[: _end(rest)])


def _one_line(expression: str) -> str:
    """The expression without line ends: the members of an object, which need none after them, get commas."""
    lines = [line.strip() for line in expression.splitlines() if line.strip() and not line.strip().startswith("#")]
    text = ""
    for line in lines:
        separate = text and text[-1] not in (*_OPENING, ",") and line[0] not in _CLOSING
        spaced = text and (text[-1] == "{" or line[0] == "}" or text[-1] == ",")
        text += (", " if separate else " " if spaced else "") + re.sub(r"\s+", " ", line)
    return text


def _end(text: str) -> int:
    """Where an expression ends: at the first line end outside brackets and quotes."""
    depth, quoted, position = 0, False, 0
    for position, character in enumerate(text):
        if character == '"' and text[position - 1 : position] != "\\":
            quoted = not quoted
        elif not quoted and character in _OPENING:
            depth += 1
        elif not quoted and character in _CLOSING:
            depth -= 1
        elif character == "\n" and depth == 0 and not quoted:
            return position
    return position + 1


def _variables(module: Path) -> str:
    rows = [
        (f"`{block.labels[0]}`", _code(attribute(block, "type")), _default(block), _said(block))
        for block in blocks(module, "variable")
    ]
    return _section("Variables", ("name", "type", "default", "what it is"), rows)


def _outputs(module: Path) -> str:
    rows = [(f"`{block.labels[0]}`", _said(block)) for block in blocks(module, "output")]
    return _section("Outputs", ("name", "what it is"), rows)


def _resources(module: Path) -> str:
    found = [f"`{'.'.join(block.labels)}`" for block in blocks(module, "resource")]
    found += [f"`module.{block.labels[0]}`" for block in blocks(module, "module")]
    return f"## What it makes\n\n{', '.join(sorted(found))}" if found else ""


def _section(title: str, headers: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    lines = [headers, tuple("---" for _ in headers), *sorted(rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"## {title}\n\n{table}"


def _default(block: Block) -> str:
    default = attribute(block, "default")
    return "required" if default is None else _code(default)


def _said(block: Block) -> str:
    return _cell((attribute(block, "description") or "").strip('"').replace('\\"', '"'))


def _code(text: str | None) -> str:
    return f"`{_cell(text or 'any')}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
