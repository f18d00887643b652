"""Sigstore on loopback: an issuing authority, a transparency log, and the trust root that names both."""
