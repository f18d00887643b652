"""Commands in the shell of a build: each in a process of its own, with directory and variables of the one before.

So `cd` and `export` last, as buildspec 0.2 promises, and a command that says `exit` ends itself and not the build.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path

from alphaswarm_local.builds.worker.processes import Processes

_WRAPPER = """\
state=$1
. "$state/variables.sh"
export CODEBUILD_BUILD_SUCCEEDING="$2"
IFS= read -r directory < "$state/directory" && cd "$directory" || exit 1
unset directory
keep() {
    status=$?
    trap - EXIT
    set +aeu
    export -p > "$state/variables.new" && mv "$state/variables.new" "$state/variables.sh"
    pwd > "$state/directory"
    exit "$status"
}
trap keep EXIT
set -a
. "$state/command.sh"
"""
"""`set -a`: what a command assigns the next one sees. The trap keeps the state also when a command says `exit`."""


class Shell:
    """The shell of one build.

    Args:
        program: `/bin/sh` or `bash`.
        state: A private directory for what is kept between commands; it holds secrets.
        directory: Where the first command runs.
        processes: Runs processes.
        build_id: Marks every process of the build, so that none is left behind.
    """

    def __init__(self, program: str, state: Path, directory: Path, processes: Processes, build_id: str) -> None:
        self._program, self._state, self._start, self._processes = program, state, directory, processes
        self._marked = {"CODEBUILD_BUILD_ID": build_id}
        (state / "wrapper.sh").write_text(_WRAPPER, encoding="utf-8")
        (state / "directory").write_text(f"{directory}\n", encoding="utf-8")

    def set_variables(self, variables: Mapping[str, str]) -> None:
        """The environment of the first command; nothing else is in it."""
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()]
        (self._state / "variables.sh").write_text("".join(lines), encoding="utf-8")

    def run(self, command: str, *, succeeding: bool) -> int:
        """Run one command of the buildspec; its exit code.

        Raises:
            InterruptedBuildError: the build ends.
        """
        (self._state / "command.sh").write_text(f"{command}\n", encoding="utf-8")
        words = [self._program, str(self._state / "wrapper.sh"), str(self._state), "1" if succeeding else "0"]
        return self._processes.run(words, self._environment(), self._start)

    def value(self, expression: str) -> str:
        """What `expression`, which may hold variables and substitutions, comes to in the shell; empty if it fails."""
        place = self._state / "value"
        place.unlink(missing_ok=True)
        escaped = expression.replace("\\", "\\\\").replace('"', '\\"')
        self.run(f'printf %s "{escaped}" > {shlex.quote(str(place))}', succeeding=True)
        return place.read_text(encoding="utf-8", errors="replace") if place.is_file() else ""

    def _environment(self) -> dict[str, str]:
        # Anything else a command could not unset: it would be there again for the next one.
        return self._marked
