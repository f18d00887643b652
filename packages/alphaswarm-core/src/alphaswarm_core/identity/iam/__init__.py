"""IAM's policy language: read a policy, ask it, and be told why.

    policy = parse_policy(text, PolicyKind.TRUST)
    decision = compile_policy(policy).decide(web_identity_request(claims, provider_arn))
    decision.allowed, decision.reason

Pure: no I/O, no clock, nothing but the standard library. Deny by default; what is malformed or unknown denies.
"""

from alphaswarm_core.identity.iam.compiled import CompiledPolicy, compile_policy
from alphaswarm_core.identity.iam.decision import Decision, Miss, StatementTrace
from alphaswarm_core.identity.iam.document import Condition, Effect, Patterns, Policy, PolicyKind, Principals, Statement
from alphaswarm_core.identity.iam.errors import MalformedPolicyError, MalformedRequestError
from alphaswarm_core.identity.iam.evaluation import decide_document, evaluate
from alphaswarm_core.identity.iam.parsing import parse_policy
from alphaswarm_core.identity.iam.request import Principal, PrincipalKind, Request
from alphaswarm_core.identity.iam.web_identity import GITHUB_ISSUER, OFFERED_CLAIMS, web_identity_request

__all__ = [
    "GITHUB_ISSUER",
    "OFFERED_CLAIMS",
    "CompiledPolicy",
    "Condition",
    "Decision",
    "Effect",
    "MalformedPolicyError",
    "MalformedRequestError",
    "Miss",
    "Patterns",
    "Policy",
    "PolicyKind",
    "Principal",
    "PrincipalKind",
    "Principals",
    "Request",
    "Statement",
    "StatementTrace",
    "compile_policy",
    "decide_document",
    "evaluate",
    "parse_policy",
    "web_identity_request",
]
