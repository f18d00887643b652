"""Buildspecs, version 0.2: `parse_buildspec` reads one strictly, and everything it does not run it refuses or notes.

Source: AWS CodeBuild user guide, "Build specification reference".
"""

from alphaswarm_local.builds.buildspec.errors import BuildspecError
from alphaswarm_local.builds.buildspec.failure import FailureAction, OnFailure
from alphaswarm_local.builds.buildspec.model import (
    COMMAND_PHASES,
    ArtifactSpec,
    Buildspec,
    PhaseSpec,
    SecretReference,
)
from alphaswarm_local.builds.buildspec.parsing import parse_buildspec

__all__ = [
    "COMMAND_PHASES",
    "ArtifactSpec",
    "Buildspec",
    "BuildspecError",
    "FailureAction",
    "OnFailure",
    "PhaseSpec",
    "SecretReference",
    "parse_buildspec",
]
