"""Gates: what must be true before an environment may change."""
