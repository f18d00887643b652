"""The checks that `make check` runs, each as `python -m tests.checks.<name>`."""
