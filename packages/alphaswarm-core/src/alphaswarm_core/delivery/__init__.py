"""How what was built gets to where it runs: packages and their index."""
