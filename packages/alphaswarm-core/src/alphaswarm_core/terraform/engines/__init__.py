"""Engines: what executes Terraform. The only door to a Terraform process."""
