"""The program: a group of lazily imported commands, and the one place where an error becomes words and an exit code."""

import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from alphaswarm import __version__
from alphaswarm.output import Output, make_streams_safe
from alphaswarm_core.errors import AlphaSwarmError, ExitCode, UnavailableError

COMMANDS: dict[str, tuple[str, str]] = {
    "deploy": ("alphaswarm.commands.deploy:deploy", "Plan and apply the app tier, audited"),
    "promote": ("alphaswarm.commands.promote:promote", "Plan for an environment what runs in the one before"),
    "gate": ("alphaswarm.commands.gate:gate", "Say what a plan waits for; approve, reject, explain"),
    "runs": ("alphaswarm.commands.runs:runs", "Look at runs: list, show, logs, watch, unlock"),
    "ledger": ("alphaswarm.commands.ledger:ledger", "Verify and export the ledger"),
    "evidence": ("alphaswarm.commands.evidence:evidence", "Export signed evidence for auditors"),
    "policy": ("alphaswarm.commands.policy:policy", "Judge plans by the rules of policy/"),
    "plan-comment": (
        "alphaswarm.commands.plan_comment:plan_comment",
        "Show a plan on its pull request and in the job's summary",
    ),
    "pipeline-event": (
        "alphaswarm.commands.pipeline_event:pipeline_event",
        "Say which stack the event that started a workflow is about",
    ),
    "trust": ("alphaswarm.commands.trust:trust", "Decide, explain and prove who may become which role"),
    "bootstrap": ("alphaswarm.commands.bootstrap:bootstrap", "Make an account ready: states, and who may change it"),
    "landing-zone": (
        "alphaswarm.commands.landing_zone:landing_zone",
        "Plan and apply the landing zone with native Terraform",
    ),
    "github": ("alphaswarm.commands.github:github", "Set up and check GitHub's environments and variables"),
    "pipeline": ("alphaswarm.commands.pipeline:pipeline", "Draw and rehearse the workflows"),
    "halt": ("alphaswarm.commands.halt:halt", "Stop all applies and destroys, or let them go on"),
    "image": ("alphaswarm.commands.image:image", "The services' images: sign, attest, scan, verify"),
    "index": ("alphaswarm.commands.index:index", "The private package index: publish, log in, list"),
    "admin": ("alphaswarm.commands.admin:admin", "The console: serve its backend"),
    "local": ("alphaswarm.commands.local:local", "The local cloud: an embedded AWS to rehearse on"),
    "demo": ("alphaswarm.commands.demo:demo", "Deploy to dev on the local cloud, from nothing, in one go"),
    "rehearse": (
        "alphaswarm.commands.rehearse:rehearse",
        "Rehearse a whole delivery to dev: zone, index, build, ledger",
    ),
    "doctor": ("alphaswarm.commands.doctor:doctor", "Say what is found, what is missing, how to get it"),
}
"""Every command: where it lives, and its line in the overview."""


class LazyGroup(click.Group):
    """Imports a command's module when the command is called, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in the order of the overview."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The overview, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    name="alphaswarm",
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": None},
    epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 4 approval missing, 5 unavailable, 130 interrupted.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def program() -> None:
    """Deploys to AWS without keys, with four eyes, on the record.

    Results go to standard output, narration to standard error; --json gives every result as data.
    """


def run(words: Sequence[str]) -> int:
    """Run one command line.

    Returns:
        The exit code; see `ExitCode`.
    """
    make_streams_safe()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cancelled CI job ends like a Ctrl-C
    output = Output(as_json="--json" in words)
    try:
        result = program.main(args=list(words), prog_name="alphaswarm", standalone_mode=False)
        sys.stdout.flush()  # here, where a reader that has gone away can be noticed
        return int(result) if isinstance(result, int) else ExitCode.DONE
    except (KeyboardInterrupt, click.Abort):
        output.narrate("Interrupted.")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try again at its end
        return ExitCode.DONE
    except Exception as error:  # noqa: BLE001 - the last resort: words and an exit code, also for our own defects
        return _tell(error, output)


def _tell(error: Exception, output: Output) -> int:
    """Say what went wrong; the exit code."""
    if isinstance(error, AlphaSwarmError):
        output.error(error)
        return error.exit_code
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.UsageError):
        output.usage_error(error)
        return ExitCode.USAGE
    if os.environ.get("ALPHASWARM_TRACEBACK"):
        raise error
    told = _not_installed(error) or _unexpected(error)
    output.error(told)
    return told.exit_code


def _not_installed(error: Exception) -> AlphaSwarmError | None:
    """The local cloud is not among the packages that production installs."""
    if not isinstance(error, ModuleNotFoundError) or error.name != "alphaswarm_local":
        return None
    return UnavailableError(
        "The local cloud is not installed",
        why="the distribution alphaswarm-local is for rehearsals and is not published to the private index",
        fix="Use a checkout of the project: make setup; source .venv/bin/activate",
    )


def _unexpected(error: Exception) -> AlphaSwarmError:
    """What nobody thought of: a full disk at a bad moment, or a defect of this program."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return AlphaSwarmError(
        f"Something unexpected happened: {type(error).__name__}: {error}",
        why=f"{Path(last.filename).name}, line {last.lineno}, in {last.name}",
        fix="If it looks like a defect, report it with the output of: ALPHASWARM_TRACEBACK=1 alphaswarm ...",
    )
