"""Who may do what: tokens, the roles of people, and the permissions of endpoints."""
