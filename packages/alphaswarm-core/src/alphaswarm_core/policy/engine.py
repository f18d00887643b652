"""Starts the evaluator, and turns every way in which it can fail to answer into a refusal."""

import importlib.metadata
import json
import os
import subprocess
import sys
from typing import Any

from alphaswarm_core.policy.errors import PolicyEngineError

LARGEST_REQUEST = 64 * 1024**2
"""Bytes of the rules, their data and the plan together."""
_MODULE = "alphaswarm_core.policy.evaluator"
_TOLD = 2000


def engine_name() -> str:
    """The engine and its version.

    Raises:
        PolicyEngineError: it is not installed.
    """
    try:
        return f"regopy {importlib.metadata.version('regopy')}"
    except importlib.metadata.PackageNotFoundError:
        raise PolicyEngineError(
            "There is no policy engine",
            why="regopy is not installed",
            fix="pip install alphaswarm-core brings it",
        ) from None


def _our_path() -> str:
    """Where this process finds its modules: a deploy build has them in directories of its own, in no environment."""
    return os.pathsep.join(each for each in sys.path if each)


def ask_engine(request: dict[str, Any], *, timeout_seconds: float) -> Any:
    """The evaluator's answer to `request`.

    Raises:
        PolicyEngineError: it is missing, crashed, took too long, or said something that is no answer.
    """
    engine_name()
    text = json.dumps(request).encode()
    if len(text) > LARGEST_REQUEST:
        raise PolicyEngineError(f"The plan is larger than {LARGEST_REQUEST // 1024**2} MB and cannot be judged")
    try:
        done = subprocess.run(
            [sys.executable, "-s", "-P", "-m", _MODULE],
            input=text,
            capture_output=True,
            timeout=timeout_seconds,
            env={
                "LC_ALL": "C.UTF-8",
                "PYTHONPATH": _our_path(),
            },  # listed, never inherited: keys are none of its business
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PolicyEngineError(
            f"The policy took longer than {timeout_seconds:g} s",
            fix="Make the rules cheaper, or raise timeout_seconds in [policy]",
        ) from None
    except OSError as error:
        raise PolicyEngineError("The policy engine cannot be started", why=error.strerror) from error
    if done.returncode != 0:
        why = done.stderr.decode("utf-8", "replace").strip()[-_TOLD:]
        raise PolicyEngineError(f"The policy engine ended with {done.returncode}", why=why or "it said nothing")
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise PolicyEngineError("The policy engine's answer cannot be read", why=str(error)) from error
