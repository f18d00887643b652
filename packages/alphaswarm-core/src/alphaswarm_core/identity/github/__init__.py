"""What GitHub says of a job: repositories, jobs, the claims of their tokens, and subjects in all formats.

    Repository, Event ─▶ WorkflowJob ─▶ claims() ─▶ Claims | NoToken ─▶ sts_context() ─▶ AWS condition keys

Pure: nothing here asks GitHub or verifies a token (that is `alphaswarm_core.identity.tokens`). Source of the rules:
docs.github.com, "OpenID Connect reference" and "Events that trigger workflows". What GitHub does not document is
said where it matters, and represented by every form that it may have.
"""
