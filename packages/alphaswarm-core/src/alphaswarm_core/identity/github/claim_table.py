"""Every claim of a GitHub token, and what a verifier does with it. Nothing is overlooked in silence.

Required are the claims that `actions/toolkit` demands before it attests anything, and the standard ones. A claim in
none of the tables is reported as unknown: a new claim may carry meaning that nobody has weighed yet.
"""

from collections.abc import Mapping

VERIFIED: Mapping[str, str] = {
    "iss": "is exactly the expected issuer",
    "aud": "holds an expected audience",
    "exp": "is in the future, within the leeway",
    "nbf": "is in the past, within the leeway, if there is one",
    "iat": "is in the past, within the leeway, and no longer before exp than a token may live",
    "jti": "was not seen before, if replay is remembered",
}
"""Compared with something that the verifier knows by itself."""

REQUIRED: Mapping[str, str] = {
    "sub": "what trust policies decide on",
    "ref": "what ran; empty for a deployment made from a commit",
    "sha": "the commit that ran",
    "repository": "where it ran, by name",
    "repository_id": "where it ran, by an id that is never given again",
    "repository_owner_id": "whose repository, by an id that is never given again",
    "event_name": "what started the run",
    "job_workflow_ref": "the file that defines the job",
    "workflow_ref": "the file that started the run",
    "run_id": "the run, for the ledger",
    "run_attempt": "the attempt, for the ledger",
    "runner_environment": "whose machine",
}
"""Must be there, as text; trust decides on them."""

OPTIONAL: Mapping[str, str] = {
    "actor": "who started the run; a bot's name can be provoked, so nothing is allowed because of it",
    "actor_id": "the same by id",
    "base_ref": "the target of a pull request",
    "enterprise": "the enterprise, by name",
    "enterprise_id": "the enterprise, by id",
    "environment": "the environment, if the job names one",
    "head_ref": "the source of a pull request; anybody chooses it",
    "job_workflow_sha": "the commit of the file that defines the job",
    "ref_type": "branch or tag",
    "repository_owner": "the owner, by a name that can be given again",
    "repository_visibility": "who may read the repository",
    "run_number": "counts the runs of a workflow",
    "workflow_sha": "the commit of the file that started the run",
}
"""Text if they are there."""

IGNORED: Mapping[str, str] = {
    "check_run_id": "names the job in GitHub's interface",
    "environment_node_id": "repeats the environment in another form",
    "ref_protected": "a branch with any rule counts as protected",
    "workflow": "the workflow's name: free text, any file may use any name",
}
"""Known, of any type, and not decided on."""

IGNORED_PREFIX = "repo_property_"
"""Custom properties of the organisation; not AWS keys."""
