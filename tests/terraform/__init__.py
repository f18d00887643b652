"""Tests of the two Terraform trees."""
