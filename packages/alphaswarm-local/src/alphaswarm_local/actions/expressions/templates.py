"""Texts with `${{ … }}` in them, and the conditions of `if:`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from alphaswarm_local.actions.errors import ExpressionError
from alphaswarm_local.actions.expressions.compiling import Expression, Name, compile_expression
from alphaswarm_local.actions.expressions.scope import Scope
from alphaswarm_local.actions.expressions.values import Value, to_text, truthy


@dataclass(frozen=True, slots=True)
class Template:
    """A text, its expressions compiled.

    Attributes:
        source: As written.
        parts: Texts and expressions in turn; empty texts are left out.
    """

    source: str
    parts: tuple[str | Expression, ...]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions."""
        return tuple(each for each in self.parts if isinstance(each, Expression))

    @property
    def is_plain(self) -> bool:
        """Whether there is no expression in it."""
        return not self.expressions

    def value(self, scope: Scope) -> Value:
        """Its value: of any kind if it is nothing but one expression, else a text."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Expression):
            return self.parts[0].evaluate(scope)
        return "".join(each if isinstance(each, str) else to_text(each.evaluate(scope)) for each in self.parts)

    def text(self, scope: Scope) -> str:
        """Its value as a text."""
        return to_text(self.value(scope))


@lru_cache(maxsize=4096)
def template(source: str) -> Template:
    """Compile a text.

    Raises:
        ExpressionError: an expression in it is malformed or has no end.
    """
    return Template(source, tuple(_parts(source)))


def _parts(source: str) -> Iterator[str | Expression]:
    start = 0
    while (opening := source.find("${{", start)) >= 0:
        if opening > start:
            yield source[start:opening]
        closing = _closing(source, opening + 3)
        yield compile_expression(source[opening + 3 : closing].strip())
        start = closing + 2
    if start < len(source):
        yield source[start:]


def _closing(source: str, start: int) -> int:
    """Where the `}}` of an expression is: braces in its texts do not end it."""
    quoted = False
    for place in range(start, len(source)):
        if source[place] == "'":
            quoted = not quoted
        elif not quoted and source.startswith("}}", place):
            return place
    raise ExpressionError("A ${{ has no }}", expression=source[start - 3 :])


@dataclass(frozen=True, slots=True)
class Condition:
    """An `if:`. Without a status function it also asks for success, as on GitHub."""

    source: str
    template: Template
    asks_status: bool

    def holds(self, scope: Scope) -> bool:
        """Whether it is met.

        Raises:
            ExpressionError: it cannot be evaluated.
        """
        if not self.asks_status and not truthy(scope.functions["success"]([])):
            return False
        return not self.template.parts or truthy(self.template.value(scope))

    @property
    def names(self) -> tuple[Name, ...]:
        """The contexts that it reads."""
        return tuple(name for each in self.template.expressions for name in each.contexts)


@lru_cache(maxsize=1024)
def condition(source: str) -> Condition:
    """Compile an `if:`; the braces may be left out. Text around braces makes it a text, and so true, as on GitHub.

    Raises:
        ExpressionError: it is malformed.
    """
    text = source.strip()
    if not text:
        made = Template(source, ())
    elif "${{" in text:
        made = template(text)
    else:
        made = Template(source, (compile_expression(text),))
    return Condition(source, made, any(each.asks_status for each in made.expressions))
