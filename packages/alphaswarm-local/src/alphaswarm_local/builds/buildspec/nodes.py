"""A YAML document as nodes that know their lines; each reader refuses what it did not expect.

Nodes and not values, because YAML's idea of a value loses what was written: `1.10` would be a number, `no` a truth
value, and the second of two equal keys would silently win.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import yaml

from alphaswarm_local.builds.buildspec.errors import BuildspecError

LONGEST = 256 * 1024
_NULL, _STRING = "tag:yaml.org,2002:null", "tag:yaml.org,2002:str"
_FLAGS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
T = TypeVar("T")


def compose(text: str) -> yaml.Node:
    """The one document in `text`.

    Raises:
        BuildspecError: it is too long, is not YAML, or holds no document or several.
    """
    if len(text) > LONGEST:
        raise BuildspecError(f"The buildspec is longer than {LONGEST} characters")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        raise refused(problem.problem or "it is not YAML", _line(problem.problem_mark)) from problem
    except (yaml.YAMLError, RecursionError) as problem:
        raise BuildspecError("The buildspec is not YAML", why=str(problem).splitlines()[0]) from problem
    if node is None:
        raise BuildspecError("The buildspec is empty", fix="Give it version: 0.2 and phases")
    return node


def refused(problem: str, at: yaml.Node | int | None, fix: str | None = None) -> BuildspecError:
    """The refusal of a part of the document, with its line."""
    line = at if isinstance(at, int) else _line(at.start_mark) if at is not None else None
    place = f" at line {line}" if line else ""
    return BuildspecError(f"{problem}{place}", fix=fix)


def mapping(node: yaml.Node, what: str, known: Mapping[str, Any] | None = None) -> dict[str, yaml.Node]:
    """The entries of a mapping, none of them twice, and all of them among `known` if that is given.

    Raises:
        BuildspecError: it is no mapping, or has other entries.
    """
    if not isinstance(node, yaml.MappingNode):
        raise refused(f"Expected {what} to be a mapping", node)
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise refused(f"Expected a name in {what}", key)
        name = str(key.value)
        if known is not None and name not in known:
            raise refused(f"{what} has no {name[:80]!r}", key, fix=f"Known are: {', '.join(known)}")
        if name in found:
            raise refused(f"{name[:80]!r} is there twice in {what}", key)
        found[name] = value
    return found


def sequence(node: yaml.Node, what: str, read: Callable[[yaml.Node, str], T]) -> tuple[T, ...]:
    """The items of a list, each read by `read`, which is told its place."""
    if not isinstance(node, yaml.SequenceNode):
        raise refused(f"Expected {what} to be a list", node)
    return tuple(read(item, f"{what}[{index}]") for index, item in enumerate(node.value))


def scalar(node: yaml.Node, what: str) -> str:
    """The text of a scalar as it was written; empty for an empty one."""
    if not isinstance(node, yaml.ScalarNode):
        raise refused(f"Expected {what} to be a text", node)
    return "" if node.tag == _NULL else str(node.value)


def text(node: yaml.Node, what: str) -> str:
    """A text that is not empty."""
    found = scalar(node, what)
    if not found.strip():
        raise refused(f"{what} is empty", node)
    return found


def command(node: yaml.Node, what: str) -> str:
    """A command; in CodeBuild's words where it is none."""
    if not isinstance(node, yaml.ScalarNode):
        raise refused(
            f"Expected {what} to be of string type: found subkeys instead",
            node,
            fix="Put the command in quotation marks",
        )
    if node.tag != _STRING or not str(node.value).strip():
        raise refused(f"Expected {what} to be of string type", node, fix="Put the command in quotation marks")
    return str(node.value)


def flag(node: yaml.Node, what: str) -> bool:
    """`yes` or `no`, in YAML's other spellings too."""
    found = scalar(node, what).lower()
    if found not in _FLAGS:
        raise refused(f"Expected {what} to be yes or no", node)
    return _FLAGS[found]


def _line(mark: Any) -> int | None:
    return None if mark is None else int(mark.line) + 1
