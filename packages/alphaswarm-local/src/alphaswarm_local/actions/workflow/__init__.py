"""Workflow and action files as GitHub understands them: read strictly, every refusal with its line."""

from alphaswarm_local.actions.workflow.files import parse_workflow
from alphaswarm_local.actions.workflow.model import Job, Step, Workflow

__all__ = ["Job", "Step", "Workflow", "parse_workflow"]
