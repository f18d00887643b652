"""What GitHub knows: records in memory under one lock."""
