"""Tests of the Actions runner."""
