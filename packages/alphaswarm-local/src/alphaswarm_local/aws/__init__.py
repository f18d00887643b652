"""The embedded AWS: a front door that knows its callers, around moto."""
