"""How much the audit reads. A file beyond a bound is a finding: what was not read is not known to be good."""

MAX_BYTES = 1_048_576
"""Of one file that a rule understands. GitHub refuses workflow files of more than half of it."""
MAX_NODES = 100_000
"""Values in a document, aliases expanded: the bound that stops a YAML bomb, which is small on disk."""
MAX_DEPTH = 64
"""Levels of nesting. Workflow files need about 8, policies in HCL about 12."""
