"""Terraform: stack specs, engines, the plan model and the runtime."""
