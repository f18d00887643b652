"""What the engine and GitHub's control plane tell each other: plain data, and one protocol."""
