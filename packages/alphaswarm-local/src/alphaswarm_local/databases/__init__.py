"""A real PostgreSQL beside the local cloud: it stands where the landing zone's RDS instance would."""
