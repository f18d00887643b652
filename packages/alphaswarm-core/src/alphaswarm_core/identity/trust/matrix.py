"""The matrix: every kind of subject against every role of every environment, held against the declaration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alphaswarm_core.identity.github.claims import NoToken, claims
from alphaswarm_core.identity.github.representative import NamedJob, representative_jobs
from alphaswarm_core.identity.iam import (
    CompiledPolicy,
    MalformedPolicyError,
    PolicyKind,
    Request,
    compile_policy,
    parse_policy,
    web_identity_request,
)
from alphaswarm_core.identity.trust.declared import (
    Role,
    declared_intent,
    github_repositories,
    is_meant,
    provider_arn,
    role_arn,
)
from alphaswarm_core.identity.trust.rendered import RolePolicy
from alphaswarm_core.settings import Settings

AUDIENCE = "sts.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of job against one role of one environment.

    Attributes:
        environment: The environment whose account has the role.
        role: The role.
        job: The kind of job, by its stable name.
        subject: The token's `sub`; empty for a job that gets no token.
        admitted: Whether the policy lets it in.
        intended: Whether it is declared to get in.
        reason: Why it was decided so.
    """

    environment: str
    role: Role
    job: str
    subject: str
    admitted: bool
    intended: bool
    reason: str

    @property
    def differs(self) -> bool:
        """Whether policy and declaration disagree: too much trust, or too little."""
        return self.admitted != self.intended


@dataclass(frozen=True, slots=True)
class Matrix:
    """All cells."""

    cells: tuple[Cell, ...]

    @property
    def differences(self) -> tuple[Cell, ...]:
        """The cells in which policy and declaration disagree."""
        return tuple(cell for cell in self.cells if cell.differs)

    @property
    def holds(self) -> bool:
        """Whether everything is as declared. An empty matrix shows nothing and does not hold."""
        return bool(self.cells) and not self.differences

    def admitted(self) -> tuple[Cell, ...]:
        """The cells that get in."""
        return tuple(cell for cell in self.cells if cell.admitted)


def build_matrix(settings: Settings, policies: Iterable[RolePolicy]) -> Matrix:
    """Decide every representative job against every one of `policies`.

    A policy that is malformed admits nobody, as on AWS; where somebody was meant to get in, that is a difference.
    """
    tokens = _all_tokens(settings)
    return Matrix(tuple(cell for policy in policies for cell in _cells(settings, policy, tokens)))


def declared_matrix(settings: Settings) -> Matrix:
    """What is declared, where no policy can be read: every job that is meant to get in does."""
    tokens = _all_tokens(settings)
    intents = {(name, role): declared_intent(settings, name, role) for name in settings.environments for role in Role}
    return Matrix(
        tuple(
            Cell(name, role, named.name, token["sub"] if token else "", meant, meant, "as declared")
            for (name, role), intent in intents.items()
            for named, token in tokens
            for meant in [token is not None and is_meant(intent, token)]
        )
    )


def _all_tokens(settings: Settings) -> list[tuple[NamedJob, dict[str, str] | None]]:
    workflows = sorted({path for each in settings.github.repositories.values() for path in each.apply_workflows})
    jobs = representative_jobs(
        github_repositories(settings), list(settings.environments), workflows or [".github/workflows/none.yml"]
    )
    return [(named, token) for named in jobs for token in _tokens(named)]


def _tokens(named: NamedJob) -> Sequence[dict[str, str] | None]:
    """The payloads that a job may get: none, one, or two where GitHub does not document which."""
    found = claims(named.job)
    if isinstance(found, NoToken):
        return [None]
    return [{**each.document(), "aud": AUDIENCE} for each in found]


def _cells(
    settings: Settings, policy: RolePolicy, tokens: Iterable[tuple[NamedJob, dict[str, str] | None]]
) -> Iterable[Cell]:
    intent = declared_intent(settings, policy.environment, policy.role)
    provider = provider_arn(settings, policy.environment)
    arn = role_arn(settings, policy.environment, policy.role)
    compiled, broken = _compiled(policy)
    for named, token in tokens:
        if token is None:
            yield Cell(
                policy.environment, policy.role, named.name, "", admitted=False, intended=False, reason="no token"
            )
            continue
        request = web_identity_request(token, provider, role_arn=arn)
        admitted = compiled is not None and _admits(compiled, request)
        intended = is_meant(intent, token)
        # Explaining costs more than deciding, and what is as declared explains itself.
        reason = (compiled.decide(request).reason if compiled else broken) if admitted != intended else "as declared"
        yield Cell(policy.environment, policy.role, named.name, token["sub"], admitted, intended, reason)


def _admits(policy: CompiledPolicy, request: Request) -> bool:
    return policy.denial(request) is None and policy.allowance(request) is not None


def _compiled(policy: RolePolicy) -> tuple[CompiledPolicy | None, str]:
    try:
        return compile_policy(parse_policy(policy.document, PolicyKind.TRUST)), ""
    except MalformedPolicyError as error:
        return None, error.what
