"""The console's backend: shows what was delivered, takes approvals, rolls out its own platform."""

__version__ = "0.1.0"
