"""From a tree to nested closures: an expression is read once and evaluated often, in microseconds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lark import Token, Tree

from alphaswarm_local.actions.errors import ExpressionError
from alphaswarm_local.actions.expressions.functions import ARITIES, FUNCTIONS, RUN_FUNCTIONS, STATUS_FUNCTIONS
from alphaswarm_local.actions.expressions.grammar import tree_of
from alphaswarm_local.actions.expressions.indexing import every, index
from alphaswarm_local.actions.expressions.scope import Scope
from alphaswarm_local.actions.expressions.values import Value, equal, less, parse_number, to_text, truthy

DEEPEST = 50
"""Levels of nesting, as on GitHub."""

Evaluate = Callable[[Scope], Value]


@dataclass(frozen=True, slots=True)
class Name:
    """A context or function that an expression uses, in lower case, and where."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression.

    Attributes:
        text: As written.
        contexts: The contexts that it reads.
        functions: The functions that it calls.
    """

    text: str
    contexts: tuple[Name, ...]
    functions: tuple[Name, ...]
    _evaluate: Evaluate = field(repr=False)

    def evaluate(self, scope: Scope) -> Value:
        """Its value.

        Raises:
            ExpressionError: a function was given what it cannot take.
        """
        return self._evaluate(scope)

    @property
    def asks_status(self) -> bool:
        """Whether it calls success, failure, always or cancelled."""
        return any(each.name in STATUS_FUNCTIONS for each in self.functions)


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Compile what stands between `${{` and `}}`.

    Raises:
        ExpressionError: it is malformed, too long, nested too deep, or calls a function that does not exist.
    """
    if not text.strip():
        raise ExpressionError("The expression is empty", position=1, expression=text)
    compiler = _Compiler(text)
    evaluate = compiler.compiled(tree_of(text), 1)
    return Expression(text, tuple(compiler.contexts), tuple(compiler.functions), evaluate)


class _Compiler:
    def __init__(self, text: str) -> None:
        self._text = text
        self.contexts: list[Name] = []
        self.functions: list[Name] = []

    def compiled(self, tree: Tree[Token] | Token, depth: int) -> Evaluate:
        if depth > DEEPEST:
            raise ExpressionError(f"It is nested more than {DEEPEST} levels deep", expression=self._text)
        if not isinstance(tree, Tree):  # pragma: no cover - the grammar gives trees only
            raise TypeError(tree)
        kind = str(tree.data)
        if kind in _LITERALS:
            return _constant(_LITERALS[kind])
        if kind in ("number", "string"):
            return _constant(_literal(kind, str(tree.children[0])))
        if kind == "context":
            return self._context(_token(tree))
        if kind == "call":
            return self._call(tree, depth)
        if kind == "property":
            return _index(self.compiled(tree.children[0], depth + 1), _constant(str(tree.children[1])))
        return _OPERATORS[kind](*[self.compiled(each, depth + 1) for each in tree.children])

    def _context(self, token: Token) -> Evaluate:
        name = token.lower()
        self.contexts.append(Name(name, _position(token)))
        return lambda scope: scope.contexts.get(name)

    def _call(self, tree: Tree[Token], depth: int) -> Evaluate:
        token = _token(tree)
        name, given = token.lower(), tree.children[1:]
        arity = ARITIES.get(name)
        if arity is None:
            raise self._wrong(f"There is no function {str(token)!r}", token)
        if not arity.least <= len(given) <= arity.most or (name == "case" and len(given) % 2 == 0):
            raise self._wrong(f"{token} does not take {len(given)} arguments", token)
        self.functions.append(Name(name, _position(token)))
        arguments = [self.compiled(each, depth + 1) for each in given]
        if name == "case":
            return _case(arguments)
        return _run_function(name, arguments) if name in RUN_FUNCTIONS else _function(name, arguments)

    def _wrong(self, what: str, token: Token) -> ExpressionError:
        return ExpressionError(what, position=_position(token), expression=self._text)


_LITERALS: dict[str, Value] = {"null": None, "true": True, "false": False}


def _token(tree: Tree[Token]) -> Token:
    first = tree.children[0]
    return first if isinstance(first, Token) else Token("NAME", "")


def _position(token: Token) -> int:
    return (token.start_pos or 0) + 1


def _literal(kind: str, text: str) -> Value:
    return parse_number(text) if kind == "number" else text[1:-1].replace("''", "'")


def _constant(value: Value) -> Evaluate:
    return lambda _: value


def _index(left: Evaluate, key: Evaluate) -> Evaluate:
    return lambda scope: index(left(scope), key(scope))


def _or(*operands: Evaluate) -> Evaluate:
    def evaluate(scope: Scope) -> Value:
        value: Value = None
        for each in operands:
            value = each(scope)
            if truthy(value):
                break
        return value

    return evaluate


def _and(*operands: Evaluate) -> Evaluate:
    def evaluate(scope: Scope) -> Value:
        value: Value = None
        for each in operands:
            value = each(scope)
            if not truthy(value):
                break
        return value

    return evaluate


def _compare(decide: Callable[[Value, Value], bool]) -> Callable[[Evaluate, Evaluate], Evaluate]:
    return lambda left, right: lambda scope: decide(left(scope), right(scope))


def _not(operand: Evaluate) -> Evaluate:
    return lambda scope: not truthy(operand(scope))


def _all(left: Evaluate) -> Evaluate:
    return lambda scope: every(left(scope))


def _function(name: str, arguments: Sequence[Evaluate]) -> Evaluate:
    function = FUNCTIONS[name]
    return lambda scope: function([each(scope) for each in arguments])


def _run_function(name: str, arguments: Sequence[Evaluate]) -> Evaluate:
    def evaluate(scope: Scope) -> Value:
        if name not in scope.functions:
            raise ExpressionError(f"{name} cannot be called here")
        return scope.functions[name]([to_text(each(scope)) for each in arguments])

    return evaluate


def _case(arguments: Sequence[Evaluate]) -> Evaluate:
    def evaluate(scope: Scope) -> Value:
        for condition, value in zip(arguments[:-1:2], arguments[1::2], strict=True):
            met = condition(scope)
            if not isinstance(met, bool):
                raise ExpressionError("A condition of case is neither true nor false")
            if met:
                return value(scope)
        return arguments[-1](scope)

    return evaluate


_OPERATORS: dict[str, Callable[..., Evaluate]] = {
    "or": _or,
    "and": _and,
    "not": _not,
    "equal": _compare(equal),
    "unequal": _compare(lambda left, right: not equal(left, right)),
    "less": _compare(less),
    "less_or_equal": _compare(lambda left, right: equal(left, right) or less(left, right)),
    "greater": _compare(lambda left, right: less(right, left)),
    "greater_or_equal": _compare(lambda left, right: equal(left, right) or less(right, left)),
    "all": _all,
    "index": _index,
}
