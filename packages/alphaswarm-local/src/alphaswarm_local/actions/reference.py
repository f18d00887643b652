"""The generated reference page: what the runner does, what it refuses, and the actions that are built in."""

from collections.abc import Iterable, Iterator, Sequence

from alphaswarm_local.actions.builtin import BUILT_IN
from alphaswarm_local.actions.engine.calls import DEEPEST_CALL, MOST_CALLED
from alphaswarm_local.actions.engine.frames import DEEPEST_ACTION
from alphaswarm_local.actions.engine.limits import LONGEST_MINUTES
from alphaswarm_local.actions.engine.matrix import MOST_COMBINATIONS
from alphaswarm_local.actions.engine.processes import LONGEST_LINE
from alphaswarm_local.actions.engine.shells import BUILT_IN_SHELLS
from alphaswarm_local.actions.expressions.compiling import DEEPEST
from alphaswarm_local.actions.expressions.functions import ARITIES
from alphaswarm_local.actions.expressions.grammar import LONGEST
from alphaswarm_local.actions.workflow.inputs import MOST_DISPATCH_INPUTS
from alphaswarm_local.actions.workflow.permissions import SCOPES
from alphaswarm_local.actions.workflow.triggers import EVENTS

_REFUSED = (
    ("`container`, `services`, `snapshot` of a job", "the file is refused: nothing runs in containers"),
    ("`uses: docker://…`, actions with `using: docker`", "refused"),
    ("actions with `using: node12` or `node16`", "refused, as GitHub does"),
    ("actions with `using: node20` or `node24`", "run by the Node.js on `PATH`, whatever its version"),
    ("steps with `background`, `parallel`, `wait`, `cancel`", "the file is refused"),
    ("shells `cmd` and `powershell`", "the step fails: they are on Windows only"),
    ("a shell or tool that is not on this machine", "the step fails and names it"),
    ("`::set-output::`, `::save-state::`, `::set-env::`, `::add-path::`", "the step fails: use the command files"),
    ("a line of output that is too long", "left out of the log, with a line that says so"),
    (
        "a required input without a default that a step does not give",
        "the step fails; GitHub goes on with an empty text",
    ),
    ("`HOME`", "a directory of the job's own; no `env` replaces it"),
    ("a job, or called workflow, in the concurrency group of its own run", "the job fails; GitHub cancels it"),
    ("processes that a step leaves running", "killed at the end of the job"),
    ("problem matchers", "ignored, with a line in the log"),
    ("`runs-on`", "every job runs on this machine; labels of Windows, and of macOS elsewhere, fail the job"),
    ("`pre` of an action inside a composite action", "runs just before its main part"),
    ("caches", "never a hit; the runner keeps none"),
    ("actions of Node.js that ask for GitHub's cache or artifact service", "they find none; use the built-in ones"),
    (
        "any other action that is neither hosted, built in nor in the action cache",
        "the job fails before its first step",
    ),
)
_BOUNDS = (
    ("characters of an expression", LONGEST),
    ("levels of an expression", DEEPEST),
    ("combinations of a matrix", MOST_COMBINATIONS),
    ("inputs of a dispatch", MOST_DISPATCH_INPUTS),
    ("levels of reusable workflows", DEEPEST_CALL),
    ("different reusable workflows of a run", MOST_CALLED),
    ("levels of composite actions", DEEPEST_ACTION),
    ("minutes of a job or step", LONGEST_MINUTES),
    ("characters of a line of output", LONGEST_LINE),
)


def render_markdown() -> str:
    """The page, below its title."""
    return "\n".join(_sections())


def _sections() -> Iterator[str]:
    yield "## Built-in actions\n"
    yield "Chosen by name, whatever version is pinned; the action cache and the internet are not asked.\n"
    yield _table(
        ("action", "what it does here", "refuses the inputs"), (_action_row(name) for name in sorted(BUILT_IN))
    )
    yield "## Refused, or done otherwise than on GitHub\n"
    yield _table(("what", "how"), _REFUSED)
    yield "## Events\n"
    rows = ((f"`{name}`", _words(kind.types), _words(kind.filters)) for name, kind in sorted(EVENTS.items()))
    yield _table(("event", "activity types", "filters"), rows)
    yield "## Permissions\n"
    yield _table(("scope", "levels"), ((f"`{name}`", ", ".join(levels)) for name, levels in sorted(SCOPES.items())))
    yield "## Expressions\n"
    functions = ((f"`{name}`", f"{each.least}-{each.most}") for name, each in sorted(ARITIES.items()))
    yield _table(("function, in any case", "arguments"), functions)
    yield "## Shells\n"
    yield _table(
        ("`shell`", "command line"), ((f"`{n}`" if n else "none", f"`{c}`") for n, c in BUILT_IN_SHELLS.items())
    )
    yield "## Bounds\n"
    yield _table(("what", "at most"), ((what, f"{most:,}") for what, most in _BOUNDS))


def _action_row(name: str) -> tuple[str, str, str]:
    action = BUILT_IN[name]
    return f"`{name}`", action.summary, _words(action.refused)


def _words(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)) or "-"


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
