"""Command lines of the documentation, held against the real commands."""

import re
import shlex
from collections.abc import Iterator

import click

from alphaswarm.program import program

_SUBSTITUTED = re.compile(r"\$\(([^()]*)\)")
_OPERATORS = {"&&", "||", "|", ";", "&", ">", ">>", "2>"}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*")


def calls_in(line: str) -> Iterator[list[str]]:
    """The words of every `alphaswarm …` on a shell line, also inside `$(…)` and behind `NAME=value`."""
    for inner in _SUBSTITUTED.findall(line):
        yield from calls_in(inner)
    lexer = shlex.shlex(_SUBSTITUTED.sub("SUBSTITUTED", line), posix=True, punctuation_chars="|&;>")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if word in _OPERATORS:
            while words and _ASSIGNMENT.fullmatch(words[0]):
                words.pop(0)
            if words and words[0] == "alphaswarm":
                yield words[1:]
            words = []
        else:
            words.append(word)


def complaint_about(words: list[str]) -> str | None:
    """What the program would say against this call before it does anything; None when it would start."""
    try:
        _parse(program, "alphaswarm", words, None)
    except click.exceptions.Exit:  # --help and --version
        return None
    except click.UsageError as error:
        return error.format_message()
    return None


def complaint_about_mention(words: list[str]) -> str | None:
    """What is wrong with a command that prose mentions: its options must exist, required ones may be left out."""
    command: click.Command = program
    context = click.Context(program)
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        inner = command.get_command(context, name)
        if inner is None:
            return None if name.isupper() or not name.isidentifier() else f"No such command '{name}'."
        command = inner
    known = {option for each in command.get_params(context) for option in (*each.opts, *each.secondary_opts)}
    known |= {"--help", "-h"}
    unknown = [word for word in rest if word.startswith("-") and word.partition("=")[0] not in known]
    return f"No such option: {unknown[0]}" if unknown else None


def _parse(command: click.Command, name: str, words: list[str], parent: click.Context | None) -> None:
    if isinstance(command, click.Group) and not words:
        raise click.UsageError(f"{name} needs a command")
    context = command.make_context(name, list(words), parent=parent)
    if isinstance(command, click.Group):
        left = [*context._protected_args, *context.args]
        inner_name, inner, rest = command.resolve_command(context, left)
        if inner is None:  # pragma: no cover - resolve_command raises before that
            raise click.UsageError(f"No such command '{inner_name}'.")
        _parse(inner, str(inner_name), rest, context)
