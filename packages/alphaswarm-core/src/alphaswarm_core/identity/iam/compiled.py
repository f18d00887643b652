"""A policy made ready for many decisions."""

from collections.abc import Iterable
from dataclasses import dataclass

from alphaswarm_core.identity.iam.conditions import CompiledCondition, compile_condition
from alphaswarm_core.identity.iam.decision import Decision, Miss, StatementTrace, nearest
from alphaswarm_core.identity.iam.document import Effect, Policy, PolicyKind, Principals, Statement
from alphaswarm_core.identity.iam.matching import ActionTest, ResourceTest, compile_actions, compile_resources
from alphaswarm_core.identity.iam.principals import Named, named_by
from alphaswarm_core.identity.iam.request import Request


@dataclass(frozen=True, slots=True)
class CompiledStatement:
    """A statement and its tests."""

    statement: Statement
    policy: str
    acts: ActionTest
    reaches: ResourceTest
    conditions: tuple[CompiledCondition, ...]
    labels: tuple[str, ...]

    def named(self, request: Request) -> Named:
        """How directly the statement names who asks; `Named.NOT` when it does not."""
        return named_by(self.statement.principals, request.principal, self.statement.effect)

    def applies(self, request: Request) -> bool:
        """Whether the statement is about this request, in every part."""
        context = request.folded
        for condition in self.conditions:
            if not condition.test(context):
                return False
        return self.acts(request.action) and self.reaches(request) and self.named(request) is not Named.NOT

    def trace(self, request: Request) -> StatementTrace:
        """Every part of the statement that the request does not fit."""
        missed = [miss for condition in self.conditions if (miss := condition.miss(request.folded)) is not None]
        return self._trace((*self._scope_misses(request), *missed))

    def applied(self) -> StatementTrace:
        """The trace of a request that fits in every part."""
        return self._trace(())

    def _trace(self, misses: tuple[Miss, ...]) -> StatementTrace:
        return StatementTrace(self.policy, self.statement.label, self.statement.effect, misses, self.labels)

    def _scope_misses(self, request: Request) -> list[Miss]:
        found, statement = [], self.statement
        if self.named(request) is Named.NOT:
            found.append(Miss("Principal", _names(statement.principals), (request.principal.name,)))
        if not self.acts(request.action):
            found.append(Miss("Action", statement.actions.values, (request.action,)))
        if statement.resources is not None and not self.reaches(request):
            found.append(Miss("Resource", statement.resources.values, (request.resource,)))
        return found


def _names(principals: Principals | None) -> tuple[str, ...]:
    if principals is None:
        return ()
    listed = (*principals.aws, *principals.federated, *principals.service, *principals.canonical)
    return (*(["*"] if principals.everyone else []), *listed)


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """A policy and its tests, denials apart from allowances. Made by `compile_policy`; immutable, share it freely."""

    policy: Policy
    denials: tuple[CompiledStatement, ...]
    allowances: tuple[CompiledStatement, ...]

    def denial(self, request: Request) -> CompiledStatement | None:
        """The first Deny statement that applies."""
        return next((each for each in self.denials if each.applies(request)), None)

    def allowance(self, request: Request) -> CompiledStatement | None:
        """The first Allow statement that applies."""
        return next((each for each in self.allowances if each.applies(request)), None)

    def naming_allowance(self, request: Request) -> tuple[Named, CompiledStatement | None]:
        """The Allow statement that applies and names who asks most directly."""
        found = [(each.named(request), each) for each in self.allowances if each.applies(request)]
        return max(found, key=lambda pair: pair[0], default=(Named.NOT, None))

    def decide(self, request: Request) -> Decision:
        """Decide on this policy alone, which is all there is for `AssumeRoleWithWebIdentity` and a trust policy."""
        denial = self.denial(request)
        if denial is not None:
            return explicit_denial(denial)
        allowance = self.allowance(request)
        return self.no_allowance(request) if allowance is None else granted(allowance)

    def no_allowance(self, request: Request) -> Decision:
        """The denial by default, with the statement that came nearest."""
        traces = tuple(each.trace(request) for each in self.allowances)
        best = nearest(traces)
        name = self.policy.name
        if best is None:
            return Decision(allowed=False, reason=f"No statement of {name} allows anything", trace=traces)
        miss = best.misses[0]
        more = f" (and {len(best.misses) - 1} more)" if len(best.misses) > 1 else ""
        reason = f"No statement of {name} allows it; nearest is {best.statement}, which fails at {miss}{more}"
        return Decision(allowed=False, reason=reason, statement=best.statement, condition=miss.element, trace=traces)


def compile_policy(policy: Policy) -> CompiledPolicy:
    """Make the tests of `policy`. Never raises on a parsed policy."""
    statements = [_compile_statement(statement, policy) for statement in policy.statements]
    return CompiledPolicy(policy, _with(Effect.DENY, statements), _with(Effect.ALLOW, statements))


def explicit_denial(denial: CompiledStatement) -> Decision:
    """The decision that a Deny statement makes."""
    trace = denial.applied()
    under = _joined(trace)
    reason = f"{trace.statement} of {trace.policy} denies it explicitly{f', under {under}' if under else ''}"
    return Decision(allowed=False, reason=reason, statement=trace.statement, condition=under, trace=(trace,))


def granted(allowance: CompiledStatement) -> Decision:
    """The decision that an Allow statement makes when nothing denies."""
    trace = allowance.applied()
    under = _joined(trace)
    reason = (
        f"{trace.statement} of {trace.policy} allows it{f', under {under}' if under else ', without any condition'}"
    )
    return Decision(allowed=True, reason=reason, statement=trace.statement, condition=under, trace=(trace,))


def _joined(trace: StatementTrace) -> str | None:
    return " and ".join(trace.conditions) or None


def _with(effect: Effect, statements: Iterable[CompiledStatement]) -> tuple[CompiledStatement, ...]:
    return tuple(each for each in statements if each.statement.effect is effect)


def _compile_statement(statement: Statement, policy: Policy) -> CompiledStatement:
    variables, effect = policy.has_variables, statement.effect
    conditions = tuple(compile_condition(each, effect, variables=variables) for each in statement.conditions)
    return CompiledStatement(
        statement=statement,
        policy=policy.name,
        acts=compile_actions(statement.actions),
        reaches=compile_resources(
            statement.resources, effect, variables=variables, complete=policy.kind is PolicyKind.IDENTITY
        ),
        conditions=conditions,
        labels=tuple(condition.label for condition in conditions),
    )
