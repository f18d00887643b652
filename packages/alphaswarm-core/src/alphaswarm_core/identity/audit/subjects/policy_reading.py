"""From nodes to a policy: an IAM document, wherever its JSON or HCL stands."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import Expectations, Purpose
from alphaswarm_core.identity.audit.nodes import HOLE, Node, Scalar, Table, Unknown, known, listed, plain, text_of
from alphaswarm_core.identity.audit.subjects.policy import (
    AuditedCondition,
    AuditedStatement,
    Names,
    PolicyDocument,
    Provider,
    Value,
)
from alphaswarm_core.identity.iam.document import PolicyKind
from alphaswarm_core.identity.iam.errors import MalformedPolicyError
from alphaswarm_core.identity.iam.operators import Family, parse_operator
from alphaswarm_core.identity.iam.parsing import parse_policy

_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_TOP = ("Version", "Id", "Statement")
_PATTERN_FAMILIES = (Family.STRING_PATTERN, Family.ARN)


def is_policy(node: Node) -> bool:
    """Whether a JSON document is an IAM policy: an object of its elements, or with a `Version`, and with statements."""
    if not isinstance(node, Table) or not (node.get("Version") or all(key.text in _TOP for key, _ in node.entries)):
        return False
    statements = listed(node.get("Statement"))
    return any(isinstance(each, Table) and each.get("Effect") is not None for each in statements)


def read_policy(
    node: Node, *, path: str, name: str, purpose: Purpose, expectations: Expectations, line: int = 0
) -> PolicyDocument:
    """A policy with everything that its text shows. What it does not show is listed in `undecided`, never guessed."""
    undecided: list[tuple[int, str]] = []
    statements: list[AuditedStatement] = []
    document = node if isinstance(node, Table) else None
    if document is None:
        undecided.append((node.line, f"The policy of {name} is known only to a run ({_source(node)})"))
    for index, each in enumerate(listed(document.get("Statement")) if document else ()):
        if isinstance(each, Table):
            statements.append(_statement(each, index))
        else:
            undecided.append((each.line, f"Statement[{index}] of {name} is known only to a run ({_source(each)})"))
    return PolicyDocument(
        path=path,
        line=line or node.line,
        name=name,
        purpose=purpose,
        expectations=expectations,
        statements=tuple(statements),
        malformed=_malformed(document) if document else "",
        undecided=tuple(undecided),
    )


def _source(node: Node) -> str:
    return node.source[:80] if isinstance(node, Unknown) else "it is no object"


def _malformed(document: Table) -> str:
    """Why IAM's own rules refuse the document, when all of it is known."""
    if not known(document):
        return ""
    try:
        parse_policy({key.text: plain(value) for key, value in document.entries}, _kind(document))
    except MalformedPolicyError as error:
        return error.what
    return ""


def _kind(document: Table) -> PolicyKind:
    statements = [each for each in listed(document.get("Statement")) if isinstance(each, Table)]
    if not any(each.get("Principal") or each.get("NotPrincipal") for each in statements):
        return PolicyKind.IDENTITY
    has_resource = any(each.get("Resource") or each.get("NotResource") for each in statements)
    return PolicyKind.RESOURCE if has_resource else PolicyKind.TRUST


def _statement(node: Table, index: int) -> AuditedStatement:
    principal = node.get("Principal")
    known_elements = all(key.text in _ELEMENTS for key, _ in node.entries)
    return AuditedStatement(
        index=index,
        line=node.line,
        sid=text_of(node.get("Sid")),
        effect=text_of(node.get("Effect")),
        actions=_names(node, "Action"),
        resources=_names(node, "Resource"),
        providers=tuple(_providers(principal)),
        everyone=node.get("NotPrincipal") is not None or text_of(principal) == "*" or _anybody(principal),
        has_principal=principal is not None or node.get("NotPrincipal") is not None,
        conditions=tuple(_conditions(node.get("Condition"))),
        complete=known_elements and known(node),
        conditions_known=_conditions_known(node.get("Condition")),
    )


def _names(node: Table, element: str) -> Names:
    negated = node.get(element) is None and node.get(f"Not{element}") is not None
    found = listed(node.get(f"Not{element}" if negated else element))
    texts = tuple(text_of(each) for each in found)
    return Names(texts, negated, complete=not any(HOLE in each for each in texts))


def _anybody(principal: Node | None) -> bool:
    """`{"AWS": "*"}` and `{"Federated": "*"}`."""
    if not isinstance(principal, Table):
        return False
    return any(text_of(each) == "*" for _, value in principal.entries for each in listed(value))


def _providers(principal: Node | None) -> Iterator[Provider]:
    if isinstance(principal, Unknown):
        yield Provider(HOLE, (principal.source,))
    for each in listed(principal.get("Federated") if isinstance(principal, Table) else None):
        if isinstance(each, Unknown):
            yield Provider(HOLE, (each.source,))
        elif isinstance(each, Scalar):
            yield Provider(each.text, each.holes)


def _conditions_known(node: Node | None) -> bool:
    """Whether every operator and every key is there to be seen; the values may be unknown."""
    if node is None:
        return True
    keys = [keys for _, keys in node.entries] if isinstance(node, Table) else [node]
    if any(not isinstance(each, Table) for each in keys):
        return False
    return all(
        key.text.rpartition(":")[2] != HOLE for each in keys if isinstance(each, Table) for key, _ in each.entries
    )


def _conditions(node: Node | None) -> Iterator[AuditedCondition]:
    for name, keys in node.entries if isinstance(node, Table) else ():
        operator = parse_operator(name.text)
        compared = operator.comparison
        pattern = compared is None or compared.family in _PATTERN_FAMILIES
        for key, values in keys.entries if isinstance(keys, Table) else ():
            found = tuple(Value(text_of(each), each.line, pattern) for each in listed(values))
            yield AuditedCondition(operator, key.text, found, key.line)
