"""The exchange: a token, or a session, for a session of a role. Nothing is given that a trust policy did not allow.

A role that does not exist and one that does not trust the caller get the same answer, so that nobody can list roles.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from alphaswarm_core.identity.github.errors import ClaimTypeError
from alphaswarm_core.identity.github.issuers import GITHUB_COM
from alphaswarm_core.identity.github.sts import STS_CLAIMS_IN_SESSION, sts_context
from alphaswarm_core.identity.iam import (
    MalformedRequestError,
    PolicyKind,
    Principal,
    PrincipalKind,
    Request,
    web_identity_request,
)
from alphaswarm_core.identity.tokens.verified import VerifiedClaims
from alphaswarm_local.access.assume_parameters import DEFAULT_SECONDS, AssumeParameters, read_parameters
from alphaswarm_local.access.iam_state import IamState, ProviderState, RoleState, role_of_arn
from alphaswarm_local.access.judge import Need, judge
from alphaswarm_local.access.policies import compiled
from alphaswarm_local.access.request_facts import caller_facts, request_facts
from alphaswarm_local.access.service_calls import ServiceCaller
from alphaswarm_local.access.sts_answers import assumed
from alphaswarm_local.access.web_tokens import WebTokens
from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.aws.sessions import Credential, Session, SessionStore

_ASSUME_ROLE = "sts:AssumeRole"
_WEB = "AssumeRoleWithWebIdentity"


class TokenExchange:
    """STS's AssumeRoleWithWebIdentity and AssumeRole.

    Args:
        iam: Roles, providers and policies.
        sessions: Where sessions are remembered.
        tokens: Verifies web identity tokens.
        region: The region of unsigned calls, which name none.
        now: Seconds since the epoch.
    """

    def __init__(
        self,
        iam: IamState,
        sessions: SessionStore,
        tokens: WebTokens,
        region: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._iam, self._sessions, self._tokens = iam, sessions, tokens
        self._region, self._now = region, now

    def with_web_identity(self, form: Mapping[str, str], request: HttpRequest) -> HttpResponse:
        """`AssumeRoleWithWebIdentity`; needs no signature.

        Raises:
            AwsFault: in AWS's words.
        """
        asked = read_parameters(form)
        account_id = asked.role_arn.split(":")[4] if asked.role_arn.count(":") > 4 else ""  # noqa: PLR2004 - an ARN's
        now = self._now()
        provider, claims = self._tokens.verified(form.get("WebIdentityToken", ""), self._iam, account_id, now)
        role = role_of_arn(self._iam, asked.role_arn)
        if role is None or not self._trusted(role, provider, claims, asked, request):
            raise AwsFault("AccessDenied", 403, f"Not authorized to perform sts:{_WEB}")
        facts = {
            **_session_facts(claims),
            "aws:FederatedProvider": (provider.arn,),
        }
        credential = self._issue(role, asked, _bounded(asked.seconds, role), facts, now)
        more = {
            "SubjectFromWebIdentityToken": claims.subject,
            "Provider": provider.arn,
            "Audience": claims.audience,
        }
        return assumed(_WEB, credential, _ends(credential), more)

    def with_session(self, call: ApiCall) -> HttpResponse:
        """`AssumeRole` by a caller whose signature was verified.

        Raises:
            AwsFault: in AWS's words.
        """
        asked = read_parameters(call.operation.parameters)
        caller = call.identity
        if caller.session is None:
            raise AwsFault("AccessDenied", 403, "Roles may not be assumed by root accounts.")
        role = role_of_arn(self._iam, asked.role_arn)
        if role is None or not self._allowed(call, role, asked):
            sentence = f"User: {caller.arn} is not authorized to perform: {_ASSUME_ROLE} on resource: {asked.role_arn}"
            raise AwsFault("AccessDenied", 403, sentence)
        if asked.seconds > DEFAULT_SECONDS:
            raise AwsFault(
                "ValidationError",
                400,
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
            )
        credential = self._issue(role, asked, _bounded(asked.seconds, role), {}, self._now())
        return assumed("AssumeRole", credential, _ends(credential), {})

    def for_service(
        self, caller: ServiceCaller, role_arn: str, session_name: str, facts: Mapping[str, Sequence[str]]
    ) -> Credential:
        """A session of a service role for the service that acts with it, an hour at most.

        Args:
            caller: The service, and what it acts for.
            role_arn: The role.
            session_name: The session's name, which the service chooses.
            facts: Condition keys that the session carries, such as `codebuild:projectArn`.

        Raises:
            AwsFault: AccessDenied: there is no such role, or it does not trust the service for what it acts for.
        """
        role, now = role_of_arn(self._iam, role_arn), self._now()
        if role is None or not self._trusts_service(role, caller, session_name, now):
            sentence = f"{caller.name} is not authorized to perform: {_ASSUME_ROLE} on resource: {role_arn}"
            raise AwsFault("AccessDenied", 403, sentence)
        asked = AssumeParameters(role_arn, session_name, DEFAULT_SECONDS, None, ())
        return self._issue(role, asked, min(DEFAULT_SECONDS, role.max_seconds), facts, now)

    @staticmethod
    def _trusts_service(role: RoleState, caller: ServiceCaller, session_name: str, now: float) -> bool:
        context = {**caller.facts(now), "sts:RoleSessionName": (session_name,)}
        question = Request(_ASSUME_ROLE, Principal(PrincipalKind.SERVICE, caller.name), role.arn, context)
        return compiled(role.trust, PolicyKind.TRUST, f"trust policy of {role.name}").decide(question).allowed

    def _trusted(
        self,
        role: RoleState,
        provider: ProviderState,
        claims: VerifiedClaims,
        asked: AssumeParameters,
        request: HttpRequest,
    ) -> bool:
        extra = {
            **request_facts(request, self._region, self._now()),
            "aws:FederatedProvider": (provider.arn,),
            "sts:RoleSessionName": (asked.session_name,),
        }
        try:
            question = web_identity_request(claims.payload, provider.arn, role_arn=role.arn, extra=extra)
        except MalformedRequestError:
            return False
        return compiled(role.trust, PolicyKind.TRUST, f"trust policy of {role.name}").decide(question).allowed

    def _allowed(self, call: ApiCall, role: RoleState, asked: AssumeParameters) -> bool:
        context: dict[str, Sequence[str]] = {
            **request_facts(call.request, call.region, self._now()),
            **caller_facts(call.identity, self._iam),
            "sts:RoleSessionName": (asked.session_name,),
        }
        if asked.external_id is not None:
            context["sts:ExternalId"] = (asked.external_id,)
        need = Need(_ASSUME_ROLE, role.arn, context, role.account_id)
        trust = compiled(role.trust, PolicyKind.TRUST, f"trust policy of {role.name}")
        return judge(call.identity, self._iam, need, trust).allowed

    def _issue(
        self, role: RoleState, asked: AssumeParameters, seconds: int, facts: Mapping[str, Sequence[str]], now: float
    ) -> Credential:
        session = Session(
            role_arn=role.arn,
            role_id=role.id,
            name=asked.session_name,
            issued_at=now,
            expires_at=now + seconds,
            policies=asked.session_policies(self._iam, role.account_id),
            facts={**facts, "aws:TokenIssueTime": (f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}",)},
        )
        arn = f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/{asked.session_name}"
        return self._sessions.issue(role.account_id, arn, f"{role.id}:{asked.session_name}", session)


def _session_facts(claims: VerifiedClaims) -> dict[str, Sequence[str]]:
    """What of the token a session's own policies still see: subject and audience, not the young claims."""
    try:
        offered = sts_context(claims.payload)
    except ClaimTypeError:
        return {}
    kept = {f"{GITHUB_COM.condition_prefix}:{name}" for name in STS_CLAIMS_IN_SESSION}
    return {key: values for key, values in offered.items() if key in kept}


def _bounded(seconds: int, role: RoleState) -> int:
    if seconds > role.max_seconds:
        message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise AwsFault("ValidationError", 400, message)
    return seconds


def _ends(credential: Credential) -> float:
    session = credential.identity.session
    return session.expires_at if session else 0.0
