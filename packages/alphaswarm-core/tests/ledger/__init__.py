"""Tests of the ledger: the same suite over SQLite and PostgreSQL."""
