"""Programs that a test needs: missing ones fail in CI and are skipped with a reason elsewhere."""

import os
import shutil

import pytest


def required_tool(name: str) -> str:
    """Where the program is."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not on PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, and CI=true: a check that cannot run is a failure")
        pytest.skip(reason)
    return str(found)
