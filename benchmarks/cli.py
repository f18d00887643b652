"""How fast the command line answers, against `terraform version`: users compare."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.measurement import Measurement, at_most
from benchmarks.processes import ALPHASWARM, in_turns, run, stopwatch, user_environment

ROUNDS = 30


def measure() -> list[Measurement]:
    """The ratios of `alphaswarm --version` and `alphaswarm --help` to `terraform version`."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "cli.tfrc").touch()
        configuration = str(directory / "cli.tfrc")

        def command(*arguments: str) -> Callable[[], float]:
            environment = user_environment(TF_CLI_CONFIG_FILE=configuration)
            return stopwatch(lambda: run(arguments, directory=directory, environment=environment))

        works = {
            "terraform": command("terraform", "version"),
            "version": command(ALPHASWARM, "--version"),
            "help": command(ALPHASWARM, "--help"),
        }
        times = in_turns(works, ROUNDS)
    return [
        at_most("alphaswarm --version", 1.0, times["version"], times["terraform"], "terraform version"),
        at_most("alphaswarm --help", 1.5, times["help"], times["terraform"], "terraform version"),
    ]
