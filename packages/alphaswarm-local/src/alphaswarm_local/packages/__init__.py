"""AWS CodeArtifact, and the Python package index that it is: domains, repositories, tokens, uploads, an upstream."""
