"""The embedded GitHub: the issuer of the tokens that jobs get."""
