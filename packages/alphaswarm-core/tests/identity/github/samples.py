"""Repositories and strategies that the tests of this directory share."""

from dataclasses import replace

from hypothesis import strategies as st

from alphaswarm_core.identity.github.repositories import Repository
from alphaswarm_core.identity.github.subjects import SubjectFormat

FILE = ".github/workflows/terraform-pipeline.yml"
LEGACY = Repository(name="octo-org/octo-repo", id=456789, owner_id=123456, subject_format=SubjectFormat.LEGACY)
IMMUTABLE = replace(LEGACY, subject_format=SubjectFormat.IMMUTABLE)
PREFIXES = {LEGACY: "repo:octo-org/octo-repo", IMMUTABLE: "repo:octo-org@123456/octo-repo@456789"}

ENVIRONMENT_NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=60)
"""Anything that GitHub's documentation does not forbid, colons and percent signs included."""
