"""The entry point. `--version` and the overview answer without loading anything: users compare with `terraform`."""

import os
import sys

from alphaswarm import __version__


def main() -> None:
    """Run the command line and exit."""
    words = sys.argv[1:]
    if words == ["--version"]:
        print(f"alphaswarm {__version__}")
        return
    if words in ([], ["--help"], ["-h"]) and "_ALPHASWARM_COMPLETE" not in os.environ:
        print(overview(), end="")
        return
    from alphaswarm.program import run

    sys.exit(run(words))


def overview() -> str:
    """The help of the program itself; generated from the commands, and compared with them by a test."""
    from pathlib import Path

    return Path(__file__).with_name("overview.txt").read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
