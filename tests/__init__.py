"""Tests across the distributions, and the checks that `make check` runs."""
