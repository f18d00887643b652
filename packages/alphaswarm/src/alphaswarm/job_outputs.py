"""The outputs of a workflow job's step."""

import os
from collections.abc import Mapping
from pathlib import Path

from alphaswarm_core.errors import UsageError


def write_outputs(values: Mapping[str, str]) -> None:
    """Add `values` to the step's outputs.

    Raises:
        UsageError: there are none to add to, or a value could write an output of its own.
    """
    place = os.environ.get("GITHUB_OUTPUT")
    if not place:
        raise UsageError("There are no outputs", why="GITHUB_OUTPUT is not set", fix="Leave --outputs out")
    for name, value in values.items():
        if len(value.splitlines()) > 1 or value.endswith(("\n", "\r")):
            raise UsageError(f"The output {name} has more than one line")
    with Path(place).open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
