"""Proof over all GitHub tokens: does a trust policy admit any token that it is not meant for?

production = JobContext(ContextKind.ENVIRONMENT, "production", refs=("refs/heads/main",))
intent = Intent.of([Repository("owner/name", "123", "45")], [production])
result = prove(parse_policy(text, PolicyKind.TRUST), intent)
result.verdict, result.witnesses
"""

from alphaswarm_core.identity.proof.errors import IntentError
from alphaswarm_core.identity.proof.intent import ContextKind, Grant, Intent, JobContext, Repository, SubjectFormat
from alphaswarm_core.identity.proof.proving import ProofResult, Verdict, prove
from alphaswarm_core.identity.proof.rendering import trust_policy
from alphaswarm_core.identity.proof.witnesses import Witness

__all__ = [
    "ContextKind",
    "Grant",
    "Intent",
    "IntentError",
    "JobContext",
    "ProofResult",
    "Repository",
    "SubjectFormat",
    "Verdict",
    "Witness",
    "prove",
    "trust_policy",
]
