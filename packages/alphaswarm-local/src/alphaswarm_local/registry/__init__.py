"""ECR's registries: the OCI distribution API on loopback, behind ECR's login and the session's policies."""
