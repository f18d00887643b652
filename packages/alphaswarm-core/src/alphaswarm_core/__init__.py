"""AlphaSwarm Delivery, the engine: Terraform runtime, ledger, gates."""

__version__ = "0.1.0"
