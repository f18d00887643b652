"""The policies of a Terraform module: `jsonencode`, heredocs of JSON, and `aws_iam_policy_document` data sources.

What is behind a variable is not known here; the plan (`audit_plan_json`) has it rendered.
"""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.errors import UnreadableSourceError
from alphaswarm_core.identity.audit.model import Purpose, purpose_of
from alphaswarm_core.identity.audit.nodes import Items, Node, Scalar, Table, Unknown, listed, scalars, text_of
from alphaswarm_core.identity.audit.reading.hcl_tree import Block, Body
from alphaswarm_core.identity.audit.reading.json_reader import read_json
from alphaswarm_core.identity.audit.subjects.policy import PolicyDocument
from alphaswarm_core.identity.audit.subjects.policy_reading import read_policy
from alphaswarm_core.identity.audit.subjects.terraform import TerraformModule

TRUST_ATTRIBUTE = "assume_role_policy"
_POLICY_RESOURCES = ("aws_iam_role_policy", "aws_iam_policy", "aws_iam_group_policy", "aws_iam_user_policy")
_NAMING = ("name", "name_prefix", "role", "group", "user")
_DOCUMENT = "aws_iam_policy_document"
_ELEMENT_OF = {"actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource"}


def policies_of(module: TerraformModule) -> Iterator[PolicyDocument]:
    """Every policy in a module, each once. A data source that a role uses is read under that role's name."""
    used: set[str] = set()
    for block in module.blocks("resource"):
        for attribute, node, line in _policy_nodes(block):
            source = node.source if isinstance(node, Unknown) else ""
            document = _document_block(module, source)
            used |= {document.name} if document else set()
            trust = attribute == TRUST_ATTRIBUTE
            found = _policy(module, block, _node(module, node), line, document)
            if trust or found.statements or found.purpose is Purpose.PLAN:
                yield found
    for block in module.blocks("data", _DOCUMENT):
        if block.name not in used:
            yield _policy(module, block, _from_document(module, block), block.line, block)


def _policy_nodes(block: Block) -> Iterator[tuple[str, Node, int]]:
    """The attributes of a resource that hold a policy: (attribute, value, line)."""
    kind = block.labels[0] if block.labels else ""
    if kind == "aws_iam_role":
        found = block.body.attribute(TRUST_ATTRIBUTE)
        if found:
            yield TRUST_ATTRIBUTE, found.value, found.line
        for inline in block.body.of_type("inline_policy"):
            policy = inline.body.attribute("policy")
            if policy:
                yield "policy", policy.value, policy.line
    elif kind in _POLICY_RESOURCES:
        policy = block.body.attribute("policy")
        if policy:
            yield "policy", policy.value, policy.line


def _policy(module: TerraformModule, owner: Block, node: Node, line: int, document: Block | None) -> PolicyDocument:
    """A policy in the file where its text stands: the data source's, where there is one."""
    return read_policy(
        node,
        path=(document or owner).path,
        line=document.line if document else line,
        name=owner.address,
        purpose=_purpose(module, owner),
        expectations=module.expectations,
    )


def _purpose(module: TerraformModule, owner: Block) -> Purpose:
    """What the role behind a block is for: by its literal names, then by its label, then by what it refers to."""
    names = [module.resolved(value) for value in (owner.body.value(name) for name in _NAMING) if value is not None]
    texts = [node.text for node in names if isinstance(node, Scalar)]
    sources = [node.source for node in names if isinstance(node, Unknown)]
    found = [purpose_of(each, module.expectations) for each in (*texts, owner.name, *sources)]
    return next((each for each in found if each is not Purpose.UNKNOWN), Purpose.UNKNOWN)


def _document_block(module: TerraformModule, source: str) -> Block | None:
    """The data source that an expression such as `data.aws_iam_policy_document.trust[0].json` names."""
    prefix = f"data.{_DOCUMENT}."
    if not source.startswith(prefix):
        return None
    name = source.removeprefix(prefix).partition(".")[0].partition("[")[0]
    return next((block for block in module.blocks("data", _DOCUMENT) if block.name == name), None)


def _node(module: TerraformModule, node: Node) -> Node:
    """The policy behind an attribute's value, as far as it stands in the module."""
    found = module.resolved(node)
    if isinstance(found, Unknown):
        document = _document_block(module, found.source)
        return _from_document(module, document) if document else found
    if isinstance(found, Scalar):
        return _from_text(found)
    return found


def _from_text(text: Scalar) -> Node:
    """A policy that is written as JSON in a heredoc or a quoted text."""
    try:
        return read_json(text.text, first_line=text.line + (1 if text.block else 0), holes=text.holes)
    except UnreadableSourceError:
        if text.decided:
            raise
        return Unknown("; ".join(text.holes), text.line)  # a hole stands where JSON has more than a text


def _from_document(module: TerraformModule, block: Block) -> Table:
    """A data source as the document that it renders."""
    line = block.line
    statements: list[Node] = [_statement(module, each) for each in block.body.of_type("statement")]
    for name in ("source_policy_documents", "override_policy_documents", "source_json", "override_json"):
        attribute = block.body.attribute(name)
        if attribute:
            statements.append(Unknown(name, attribute.line))
    statements += [Unknown("dynamic statement", each.line) for each in block.body.of_type("dynamic", "statement")]
    version = block.body.value("version") or Scalar("2012-10-17", line)
    return Table(
        ((Scalar("Version", line), version), (Scalar("Statement", line), Items(tuple(statements), line))), line
    )


def _statement(module: TerraformModule, block: Block) -> Table:
    entries: list[tuple[Scalar, Node]] = []

    def add(element: str, value: Node) -> None:
        entries.append((Scalar(element, value.line), module.resolved(value)))

    sid = block.body.value("sid")
    if sid is not None:
        add("Sid", sid)
    add("Effect", block.body.value("effect") or Scalar("Allow", block.line))
    for name, element in _ELEMENT_OF.items():
        value = block.body.value(name)
        if value is not None:
            add(element, value)
    for kind, element in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        principal = _principal(block.body, kind)
        if principal is not None:
            add(element, principal)
    condition = _condition(block.body)
    if condition is not None:
        add("Condition", condition)
    return Table(tuple(entries), block.line)


def _principal(body: Body, kind: str) -> Node | None:
    dynamic = next(body.of_type("dynamic", kind), None)
    if dynamic is not None:
        return Unknown(f"dynamic {kind}", dynamic.line)
    grouped: dict[str, tuple[Scalar, list[Node]]] = {}
    for block in body.of_type(kind):
        type_ = block.body.value("type")
        entry = grouped.setdefault(text_of(type_), (Scalar(text_of(type_), block.line), []))
        entry[1].extend(listed(block.body.value("identifiers")))
    if not grouped:
        return None
    entries = tuple((key, Items(tuple(nodes), key.line)) for key, nodes in grouped.values())
    anybody = "*" in grouped and any(each.text == "*" for node in grouped["*"][1] for each in scalars(node))
    return Scalar("*", entries[0][0].line) if anybody else Table(entries, entries[0][0].line)


def _condition(body: Body) -> Node | None:
    """`condition` blocks grouped by operator, as IAM writes them."""
    dynamic = next(body.of_type("dynamic", "condition"), None)
    grouped: dict[str, tuple[Scalar, list[tuple[Scalar, Node]]]] = {}
    for block in body.of_type("condition"):
        test, variable = text_of(block.body.value("test")), block.body.value("variable")
        holes = variable.holes if isinstance(variable, Scalar) else ()
        entry = grouped.setdefault(test, (Scalar(test, block.line), []))
        values = block.body.value("values") or Items((), block.line)
        entry[1].append((Scalar(text_of(variable), block.line, holes=holes), values))
    if not grouped:
        return Unknown("dynamic condition", dynamic.line) if dynamic else None
    entries: list[tuple[Scalar, Node]] = [(key, Table(tuple(found), key.line)) for key, found in grouped.values()]
    if dynamic is not None:
        entries.append((Scalar("dynamic condition", dynamic.line), Unknown("dynamic condition", dynamic.line)))
    return Table(tuple(entries), entries[0][0].line)
