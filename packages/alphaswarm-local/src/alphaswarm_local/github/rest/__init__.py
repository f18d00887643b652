"""The REST API: routing, answers, and the endpoints by resource."""
