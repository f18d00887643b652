"""Runs: the control plane that the Actions engine asks and tells, and what becomes of what it tells."""
