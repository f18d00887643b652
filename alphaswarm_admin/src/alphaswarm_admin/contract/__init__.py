"""What goes over the wire: the models that the OpenAPI document is generated from, and the frontend's client from it.

Names are in snake_case, times are RFC 3339 in UTC with microseconds (`2025-01-31T08:15:00.000000Z`). Text in them is
data from outside (commit messages, comments, plan values): whoever shows it escapes it.
"""
