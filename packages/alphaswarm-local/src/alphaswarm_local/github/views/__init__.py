"""Records as the documents of the REST API."""
