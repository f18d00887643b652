"""The shells of `run` steps, with exactly GitHub's flags. Source: docs.github.com, "Workflow syntax", `shell`."""

import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alphaswarm_local.actions.errors import ToolMissingError, WorkflowFileError

_SHELLS: Mapping[str, tuple[str, str]] = {
    "": ("bash -e {0}", ".sh"),
    "bash": ("bash --noprofile --norc -eo pipefail {0}", ".sh"),
    "sh": ("sh -e {0}", ".sh"),
    "python": ("python {0}", ".py"),
    "pwsh": ("pwsh -command \". '{0}'\"", ".ps1"),
}
"""Name → command line and the script's ending. The empty name: the step and its defaults say nothing."""

BUILT_IN_SHELLS: Mapping[str, str] = {name: template for name, (template, _) in _SHELLS.items()}
"""Name → command line."""

_ELSEWHERE = frozenset({"cmd", "powershell"})


@dataclass(frozen=True, slots=True)
class Shell:
    """A shell: what is shown in the log, and how it is called."""

    shown: str
    template: str
    ending: str

    def arguments(self, script: Path) -> list[str]:
        """The command line that runs `script`."""
        return [each.replace("{0}", str(script)) for each in shlex.split(self.template)]

    def content(self, script: str) -> str:
        """What is written into the script file."""
        if self.ending != ".ps1":
            return script
        return (
            f"$ErrorActionPreference = 'stop'\n{script}\n"
            "if ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }"
        )


def find_shell(name: str, path: str) -> Shell:
    """The shell of that name, or of a command line with `{0}` in it.

    Raises:
        WorkflowFileError: another system's shell, or a command line without `{0}`.
        ToolMissingError: it is not on this machine.
    """
    if name in _ELSEWHERE:
        raise WorkflowFileError(f"The shell {name} is on Windows only")
    if name not in _SHELLS and "{0}" not in name:
        raise WorkflowFileError(f"The shell {name[:60]!r} is neither known nor a command line with {{0}} in it")
    template, ending = _SHELLS.get(name, (name, ".sh"))
    program, _, rest = template.partition(" ")
    found = shutil.which(program, path=path)
    if found is None and program == "bash" and name == "":
        return find_shell("sh", path)  # as GitHub does where there is no bash
    if found is None:
        raise ToolMissingError(f"The shell {program} is not on this machine", fix="Install it, or use another shell")
    return Shell(f"{found} {rest}", f"{shlex.quote(found)} {rest}", ending)
