"""Workflow commands: lines of a step's output that say something to the runner, `::name key=value::data`."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from alphaswarm_local.actions.engine.masks import Masks
from alphaswarm_local.actions.seam.events import Level

_COMMAND = re.compile(r"\s*::([A-Za-z][\w-]*)(?: ([^\n]*?))?::(.*)", re.DOTALL)
_OLDER = re.compile(r"##\[([A-Za-z][\w-]*)(?: ([^\]]*))?\](.*)", re.DOTALL)
"""`##[name key=value;key=value]data`, anywhere in a line: GitHub still obeys it."""
_REMOVED = {
    "set-output": "GITHUB_OUTPUT",
    "save-state": "GITHUB_STATE",
    "set-env": "GITHUB_ENV",
    "add-path": "GITHUB_PATH",
}
_LEVELS = {"notice": Level.NOTICE, "warning": Level.WARNING, "error": Level.ERROR}
_KNOWN = frozenset(
    {
        *_REMOVED,
        *_LEVELS,
        "add-mask",
        "debug",
        "group",
        "endgroup",
        "echo",
        "stop-commands",
        "add-matcher",
        "remove-matcher",
    }
)
_LEAST_TOKEN = 1


@dataclass(frozen=True, slots=True)
class Command:
    """One command, unescaped."""

    name: str
    properties: Mapping[str, str]
    data: str


def parse_command(line: str, known: frozenset[str] = _KNOWN) -> Command | None:
    """The command in a line, or None: a name that nobody knows is plain output."""
    found = _COMMAND.fullmatch(line)
    if found is not None and found[1].lower() in known:
        return _command(found, ",", (), ("%3A", "%2C"))
    found = _OLDER.search(line)
    return _command(found, ";", _OF_OLDER, _OF_OLDER) if found is not None and found[1].lower() in known else None


_MEANT = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%3B": ";", "%5D": "]"}
_OF_OLDER = ("%3B", "%5D")


def _command(found: re.Match[str], between: str, data_codes: Sequence[str], property_codes: Sequence[str]) -> Command:
    pairs = (each.partition("=") for each in (found[2] or "").split(between) if "=" in each)
    properties = {name.strip().lower(): _unescaped(value, property_codes) for name, _, value in pairs if value}
    return Command(found[1].lower(), properties, _unescaped(found[3], data_codes))


def _unescaped(text: str, codes: Sequence[str]) -> str:
    for code in ("%0D", "%0A", *codes):
        text = text.replace(code, _MEANT[code]).replace(code.lower(), _MEANT[code])
    return text.replace("%25", "%")


Annotate = Callable[[Level, str, Mapping[str, str]], None]


@dataclass
class CommandReader:
    """Reads the output of one step.

    Args:
        masks: Where `add-mask` goes.
        say: Writes a line to the log.
        annotate: Keeps a notice, warning or error.
        debug: Whether debug lines are shown.
    """

    masks: Masks
    say: Callable[[str], None]
    annotate: Annotate
    debug: bool = False
    failures: list[str] = field(default_factory=list)
    _stopped_by: str = ""

    def line(self, text: str) -> None:
        """Take one line of output."""
        if self._stopped_by:
            if text.strip() == f"::{self._stopped_by}::":
                self._stopped_by = ""
            self.say(text)
            return
        command = parse_command(text)
        if command is None:
            self.say(text)
        else:
            self._obey(command, text)

    def _obey(self, command: Command, text: str) -> None:
        if command.name in _REMOVED:
            self._fail(f"The `{command.name}` command is removed; write to the file {_REMOVED[command.name]} instead")
        elif command.name in _LEVELS:
            self._annotated(command)
        elif command.name == "add-mask":
            self._mask(command.data)
        elif command.name == "stop-commands":
            self._stop(command.data, text)
        elif command.name in ("group", "endgroup"):
            self.say(f"##[{command.name}]{command.data}")
        elif command.name == "debug":
            if self.debug:
                self.say(f"##[debug]{command.data}")
        elif command.name.endswith("-matcher"):
            self.say("Problem matchers are not evaluated by this runner")

    def _annotated(self, command: Command) -> None:
        self.annotate(_LEVELS[command.name], command.data, command.properties)
        first, *rest = command.data.split("\n")
        self.say(f"##[{command.name}]{first}")
        for line in rest:
            self.say(line)

    def _mask(self, value: str) -> None:
        if value.strip():
            self.masks.add(value)
        else:
            self.annotate(Level.WARNING, "Can't add secret mask for empty string in ##[add-mask] command.", {})

    def _stop(self, token: str, text: str) -> None:
        """A token that is itself a command would let anybody's output start them again."""
        if len(token) < _LEAST_TOKEN or token.lower() in _KNOWN or token.lower() == "pause-logging":
            self._fail(f"stop-commands was given the token {token[:40]!r}, which anybody could guess")
            return
        self._stopped_by = token
        self.say(text)

    def _fail(self, what: str) -> None:
        self.failures.append(what)
        self.annotate(Level.ERROR, what, {})
        self.say(f"##[error]{what}")
