"""`*.tf.json` files: the same configuration in JSON, which a scan of `*.tf` alone would miss.

Source: developer.hashicorp.com, "JSON Configuration Syntax".
"""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.nodes import HOLE, Items, Node, Scalar, Table, listed
from alphaswarm_core.identity.audit.reading.hcl_reader import read_expression
from alphaswarm_core.identity.audit.reading.hcl_tokens import template_of
from alphaswarm_core.identity.audit.reading.hcl_tree import Attribute, Block, Body
from alphaswarm_core.identity.audit.reading.json_reader import read_json

_LABELS = {
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "module": 1,
    "provider": 1,
    "variable": 1,
    "output": 1,
    "provisioner": 1,
    "backend": 1,
    "check": 1,
}
"""How many labels a block type has; the others have none."""


def read_terraform_json(source: str, path: str = "") -> Body:
    """Read a Terraform file in JSON.

    Raises:
        UnreadableSourceError: not JSON, an unfinished interpolation, or beyond the bounds.
    """
    return _body(read_json(source), path)


def _body(node: Node, path: str) -> Body:
    """A table as a body. A value that could be either is both: an attribute and, where it is a table, a block."""
    attributes: list[Attribute] = []
    blocks: list[Block] = []
    for each in listed(node):
        for key, value in each.entries if isinstance(each, Table) else ():
            attributes.append(Attribute(key.text, _templates(value), key.line))
            blocks += _blocks(key.text, value, _LABELS.get(key.text, 0), (), path)
    return Body(tuple(attributes), tuple(blocks))


def _blocks(type_: str, node: Node, labels_left: int, labels: tuple[str, ...], path: str) -> Iterator[Block]:
    for each in listed(node):
        if not isinstance(each, Table):
            continue
        if labels_left == 0:
            yield Block(type_, labels, _body(each, path), each.line, path)
            continue
        for key, value in each.entries:
            yield from _blocks(type_, value, labels_left - 1, (*labels, key.text), path)


def _templates(node: Node) -> Node:
    """The node with the interpolations of its texts taken out."""
    if isinstance(node, Items):
        return Items(tuple(_templates(each) for each in node.nodes), node.line)
    if isinstance(node, Table):
        return Table(tuple((key, _templates(value)) for key, value in node.entries), node.line)
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return node
    template = template_of(node.value, node.line)
    if template.value == HOLE and len(template.holes) == 1:
        return read_expression(template.holes[0], node.line)
    return template
