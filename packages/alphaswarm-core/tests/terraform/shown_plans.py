"""What `terraform show -json` says of a plan with everything in it, from a real engine."""

import json
import os
import re
from pathlib import Path
from typing import Any

from alphaswarm_core.settings import TerraformSettings
from alphaswarm_core.terraform.engines.base import EngineSession, Invocation
from alphaswarm_core.terraform.engines.selection import select_engine

GOLDEN = Path(__file__).with_name("golden")
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LEFT_OUT = ("prior_state", "timestamp", "relevant_attributes", "checks", "applyable", "complete")


def show_everything(engine: str, directory: Path) -> dict[str, Any]:
    """Apply `before.tf`, plan `after.tf`, show the plan; with random identifiers made equal and noise left out."""
    settings = TerraformSettings.model_validate({"engine": engine})
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "CHECKPOINT_DISABLE": "1"}
    with select_engine(settings, environment).open(directory, environment) as session:
        _use(directory, "before.tf")
        _run(session, directory, "init", "-no-color")
        _run(session, directory, "apply", "-auto-approve", "-no-color")
        _use(directory, "after.tf")
        _run(session, directory, "plan", "-no-color", "-out=plan.tfplan")
        text = _run(session, directory, "show", "-json", "plan.tfplan")
    document = json.loads(_IDENTIFIER.sub("an-identifier", text))
    document["configuration"] = {"root_module": {"variables": document["configuration"]["root_module"]["variables"]}}
    return {key: value for key, value in document.items() if key not in _LEFT_OUT}


def _use(directory: Path, name: str) -> None:
    (directory / "main.tf").write_text((GOLDEN / name).read_text())


def _run(session: EngineSession, directory: Path, *arguments: str) -> str:
    out, err = directory / "out", directory / "err"
    out.unlink(missing_ok=True)
    code = session.start(Invocation(arguments, out, err)).wait(120)
    assert code == 0, err.read_text() + out.read_text()
    return out.read_text()
