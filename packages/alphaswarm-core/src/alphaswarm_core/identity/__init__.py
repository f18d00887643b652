"""Identity: who acts, and how that is known."""
