"""The program: a group of lazily imported commands, and the one place where an error becomes words and an exit code."""

import importlib
import signal
import sys
from collections.abc import Sequence

import click

from alphaswarm import __version__
from alphaswarm.output import Output, make_streams_safe
from alphaswarm_core.errors import AlphaSwarmError, ExitCode

COMMANDS: dict[str, tuple[str, str]] = {
    "deploy": ("alphaswarm.commands.deploy:deploy", "Plan and apply the app tier, audited"),
    "runs": ("alphaswarm.commands.runs:runs", "Look at runs: list, show, logs, watch, unlock"),
    "ledger": ("alphaswarm.commands.ledger:ledger", "Verify and export the ledger"),
    "halt": ("alphaswarm.commands.halt:halt", "Stop all applies and destroys, or let them go on"),
    "local": ("alphaswarm.commands.local:local", "The local cloud: an embedded AWS to rehearse on"),
    "demo": ("alphaswarm.commands.demo:demo", "Deploy to dev on the local cloud, from nothing, in one go"),
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
        return int(result) if isinstance(result, int) else ExitCode.DONE
    except AlphaSwarmError as error:
        output.error(error)
        return error.exit_code
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        output.usage_error(error)
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        output.narrate("Interrupted.")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return ExitCode.DONE
