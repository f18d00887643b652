"""Events: which workflows they start, what they carry, and webhooks."""
