"""`alphaswarm pipeline`: the delivery's workflows, drawn and rehearsed."""

from pathlib import Path
from typing import Any

import click

from alphaswarm.composition import options, session

FILE = click.Path(path_type=Path)


@click.group()
def pipeline() -> None:
    """Draw and rehearse the workflows of this repository."""


@pipeline.command()
@click.argument("file", type=FILE)
@options()
def graph(file: Path, **common: Any) -> None:
    """Draw a workflow file as a Mermaid flowchart: jobs, permissions, environments, called workflows."""
    from alphaswarm_local.actions.drawing.mermaid import described, mermaid
    from alphaswarm_local.actions.drawing.reading import read_drawable

    here = session(**common)
    drawable = read_drawable(file)
    picture = mermaid(drawable)
    document = {"file": str(file), "name": drawable.workflow.name, "jobs": described(drawable), "mermaid": picture}
    here.output.result("pipeline-graph/v1", document, picture.rstrip("\n"))
