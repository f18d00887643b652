"""An IAM policy as rules see it: every element with its line, and holes where only a run knows the text."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from alphaswarm_core.identity.audit.model import Expectations, Hit, Purpose, Severity, undecided
from alphaswarm_core.identity.audit.nodes import HOLE
from alphaswarm_core.identity.iam.operators import Family, Operator, Quantifier

GITHUB_HOST = "token.actions.githubusercontent.com"
ASSUME = "sts:AssumeRoleWithWebIdentity"
_SINGLE_VALUED = (Family.STRING, Family.STRING_PATTERN, Family.STRING_FOLDED)


@dataclass(frozen=True, slots=True)
class Value:
    """A text of a policy. `pattern`: `*` and `?` in it are wildcards; else they are letters."""

    text: str
    line: int
    pattern: bool

    @property
    def wildcard(self) -> bool:
        """Whether it has a wildcard that is visible here."""
        return self.pattern and ("*" in self.text or "?" in self.text)

    @property
    def open(self) -> bool:
        """Whether it may have a wildcard that is not visible here."""
        return self.pattern and HOLE in self.text

    @property
    def prefix(self) -> str:
        """The text before the first wildcard."""
        cuts = [index for index in (self.text.find("*"), self.text.find("?")) if index >= 0 and self.pattern]
        return self.text[: min(cuts)] if cuts else self.text

    @property
    def shown(self) -> str:
        """The text for people, holes as `…`."""
        return self.text.replace(HOLE, "…")


@dataclass(frozen=True, slots=True)
class AuditedCondition:
    """One operator on one key."""

    operator: Operator
    key: str
    values: tuple[Value, ...]
    line: int

    @property
    def issuer(self) -> str:
        """What stands before the claim: the provider's host and path, or a hole."""
        return self.key.rpartition(":")[0].lower()

    @property
    def claim(self) -> str:
        """What stands after the last colon, in lower case: keys compare without regard to case."""
        return self.key.rpartition(":")[2].lower()

    @property
    def is_githubs(self) -> bool:
        """Whether the key belongs to a GitHub issuer: github.com, an enterprise, data residency, Enterprise Server."""
        issuer = self.issuer
        if issuer == GITHUB_HOST or issuer.startswith(f"{GITHUB_HOST}/") or issuer.endswith("/_services/token"):
            return True
        return issuer.startswith("token.actions.") and issuer.endswith(".ghe.com")

    @property
    def restricts(self) -> bool:
        """Whether a token without the claim is refused and one with it has to fit: a positive, plain operator.

        Negated operators, `…IfExists` and `ForAllValues` are true when the claim is missing.
        """
        compared = self.operator.comparison
        if compared is None or compared.negated or compared.family not in _SINGLE_VALUED:
            return False
        return not self.operator.if_exists and self.operator.quantifier is not Quantifier.ALL


@dataclass(frozen=True, slots=True)
class Provider:
    """A federated principal: its text with holes, and the expressions behind them."""

    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """Actions or resources, or all but these when `negated`. `complete` is False where some are not known here."""

    values: tuple[str, ...]
    negated: bool = False
    complete: bool = True

    def covers(self, name: str) -> bool:
        """Whether a concrete action or resource is among them. Compares without regard to case, as IAM does."""
        lowered = name.lower()
        found = any(fnmatchcase(lowered, _pattern(value)) for value in self.values)
        return found is not self.negated


def _pattern(value: str) -> str:
    return value.lower().replace("[", "[[]")  # a bracket is a letter in IAM


@dataclass(frozen=True, slots=True)
class AuditedStatement:
    """One statement.

    Args:
        index: From 0.
        line: Where it begins.
        sid: Empty when there is none.
        effect: As written; a hole when only a run knows it.
        actions: `Action` or `NotAction`.
        resources: `Resource` or `NotResource`; empty in trust policies.
        providers: The federated principals.
        everyone: The principal is `*`, or it is `NotPrincipal`.
        has_principal: There is a principal, of whatever kind.
        conditions: As far as they are known.
        complete: Nothing in it is unknown.
        conditions_known: All of its conditions are known, whatever else is not.
    """

    index: int
    line: int
    sid: str
    effect: str
    actions: Names
    resources: Names
    providers: tuple[Provider, ...]
    everyone: bool
    has_principal: bool
    conditions: tuple[AuditedCondition, ...]
    complete: bool = True
    conditions_known: bool = True

    @property
    def label(self) -> str:
        """`Statement[2] (Apply)`."""
        return f"Statement[{self.index}] ({self.sid})" if self.sid else f"Statement[{self.index}]"

    @property
    def allows(self) -> bool:
        """Whether it is an Allow. An unknown effect counts as one."""
        return self.effect in ("Allow", HOLE)

    @property
    def assumes_with_web_identity(self) -> bool:
        """Whether it lets a token be exchanged for a session."""
        asked = self.actions.covers(ASSUME) or not self.actions.complete
        return self.allows and self.has_principal and asked

    @property
    def trusts_github(self) -> bool | None:
        """Whether tokens of GitHub are accepted; None when the text does not say."""
        if not self.assumes_with_web_identity:
            return False
        if self.everyone or any(_is_githubs(each.text) for each in self.providers):
            return True
        unknown = [each for each in self.providers if HOLE in each.text]
        if not unknown:
            return False
        named = any("github" in source.lower() for each in unknown for source in each.sources)
        return True if named or any(each.is_githubs for each in self.conditions) else None

    def lacks(self, message: str, severity: Severity | None = None) -> Hit:
        """A hit for a condition that is not there; undecided where further conditions are known only to a run."""
        return Hit(self.line, message, severity) if self.conditions_known else undecided(self.line, message)

    def on_claims(self) -> Iterator[AuditedCondition]:
        """The conditions on claims of the token, also those whose issuer is only known to a run."""
        return (each for each in self.conditions if each.is_githubs or each.issuer == HOLE)

    def pinned(self, claim: str) -> tuple[Value, ...]:
        """The values of which the claim has to be one; empty when nothing restricts it.

        Several conditions on one claim all have to hold, so the one without wildcards decides.
        """
        found = [each.values for each in self.on_claims() if each.claim == claim and each.restricts and each.values]
        exact = [values for values in found if not any(value.wildcard or value.open for value in values)]
        return next(iter([*exact, *found]), ())


def _is_githubs(provider: str) -> bool:
    """Whether a federated principal is, or with a wildcard covers, a GitHub provider."""
    lowered = provider.lower()
    if GITHUB_HOST in lowered or lowered.endswith(("/_services/token", ".ghe.com")):
        return True
    _, oidc, url = lowered.partition(":oidc-provider/")
    return "*" in url if oidc else lowered == "*"


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy and where it is.

    Args:
        path: The file.
        line: Where it begins.
        name: What it is called in findings: the role's address or the file's name.
        purpose: What its role is for, as far as names tell.
        expectations: What the repository declares about itself.
        statements: As far as the text shows them.
        malformed: Why IAM would refuse it; empty when it would not, or when that is not known.
        undecided: What of it only a run knows: (line, what).
    """

    path: str
    line: int
    name: str
    purpose: Purpose
    expectations: Expectations
    statements: tuple[AuditedStatement, ...] = ()
    malformed: str = ""
    undecided: tuple[tuple[int, str], ...] = ()

    def github_statements(self) -> Iterator[AuditedStatement]:
        """The statements that accept GitHub's tokens."""
        return (each for each in self.statements if each.trusts_github)

    @property
    def is_trust_policy(self) -> bool:
        """Whether it says who may become the role."""
        return any(each.has_principal and not each.resources.values for each in self.statements)

    @property
    def only_limits(self) -> bool:
        """Whether it is a permissions boundary, by its name: what it allows, it does not give."""
        return "boundary" in self.name.lower()

    def gives(self, statement: AuditedStatement, message: str, severity: Severity | None = None) -> Hit:
        """A hit for something allowed; undecided where statements that only a run knows may deny it."""
        return undecided(statement.line, message) if self.undecided else Hit(statement.line, message, severity)

    def allowing(self, action: str) -> AuditedStatement | None:
        """The first statement that allows an action which no unconditional Deny on every resource takes back."""
        if (
            self.is_trust_policy
            or self.only_limits
            or any(_denies_everywhere(each, action) for each in self.statements)
        ):
            return None
        return next((each for each in self.statements if each.allows and each.actions.covers(action)), None)


def _denies_everywhere(statement: AuditedStatement, action: str) -> bool:
    unconditional = statement.effect == "Deny" and not statement.conditions and statement.complete
    everywhere = statement.resources.values == ("*",) and not statement.resources.negated
    return unconditional and everywhere and statement.actions.complete and statement.actions.covers(action)
