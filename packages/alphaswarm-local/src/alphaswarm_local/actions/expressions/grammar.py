"""The grammar, and from a text to its tree. Literals take no index, as on GitHub: `'a'[0]` is malformed."""

from functools import cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from alphaswarm_local.actions.errors import ExpressionError

LONGEST = 21_000
"""Characters, as on GitHub."""

_GRAMMAR = r"""
?start: or
?or: and ("||" and)*
?and: equality ("&&" equality)*
?equality: comparison
    | equality "==" comparison -> equal
    | equality "!=" comparison -> unequal
?comparison: unary
    | comparison "<" unary -> less
    | comparison "<=" unary -> less_or_equal
    | comparison ">" unary -> greater
    | comparison ">=" unary -> greater_or_equal
?unary: "!" unary -> not
    | postfix
    | literal
?postfix: NAME -> context
    | NAME "(" [or ("," or)*] ")" -> call
    | "(" or ")"
    | postfix "." NAME -> property
    | postfix "." "*" -> all
    | postfix "[" "*" "]" -> all
    | postfix "[" or "]" -> index
literal: "null" -> null
    | "true" -> true
    | "false" -> false
    | NUMBER -> number
    | STRING -> string

NAME: /[A-Za-z_][A-Za-z0-9_-]*/
NUMBER.2: /(NaN|[+-]?Infinity)(?![\w-])|[+-]?(0x[0-9a-fA-F]+|0o[0-7]+|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)(?![\w.+-])/
STRING: /'(?:[^']|'')*'/
%ignore /\s+/
"""


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False, propagate_positions=True)


def tree_of(text: str) -> Tree[Token]:
    """The tree of an expression.

    Raises:
        ExpressionError: it is none, with the position.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"An expression has more than {LONGEST} characters", expression=text)
    try:
        return _parser().parse(text)
    except UnexpectedEOF:
        raise ExpressionError("The expression ends too early", position=len(text) + 1, expression=text) from None
    except UnexpectedCharacters as error:
        raise _unexpected(text, (error.pos_in_stream or 0) + 1, text[error.pos_in_stream or 0]) from None
    except UnexpectedToken as error:
        if error.token.type == "$END":
            raise ExpressionError("The expression ends too early", position=len(text) + 1, expression=text) from None
        raise _unexpected(text, (error.token.start_pos or 0) + 1, str(error.token)) from None


def _unexpected(text: str, position: int, symbol: str) -> ExpressionError:
    hint = "; texts are written in single quotes" if symbol == '"' else ""
    return ExpressionError(f"Unexpected {symbol[:40]!r}{hint}", position=position, expression=text)
