"""Executes runs of workflows. `Engine.start` begins one; everything that it tells goes to the control plane."""

from alphaswarm_local.actions.engine.results import JobOutcome, RunResult
from alphaswarm_local.actions.engine.runs import Engine, RunHandle
from alphaswarm_local.actions.engine.settings import RunnerSettings

__all__ = ["Engine", "JobOutcome", "RunHandle", "RunResult", "RunnerSettings"]
