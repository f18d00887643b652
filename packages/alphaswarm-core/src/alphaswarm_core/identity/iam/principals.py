"""Whether a statement's `Principal` is about who asks.

Source: IAM User Guide, "Policy elements: Principal" and "NotPrincipal". A role's session is three principals at once:
the session, its role, and its account.
"""

import re
from enum import IntEnum

from alphaswarm_core.identity.iam.document import Effect, Principals
from alphaswarm_core.identity.iam.request import Principal, PrincipalKind

_SESSION = re.compile(r"arn:([^:]+):sts::([0-9]{12}):assumed-role/([^/]+)/.+\Z", re.DOTALL)
_ROLE = re.compile(r"arn:([^:]+):iam::([0-9]{12}):role/(?:.*/)?([^/]+)\Z", re.DOTALL)


class Named(IntEnum):
    """How directly a statement names who asks; the more directly, the less else is needed for access."""

    NOT = 0
    ACCOUNT = 1
    """Only the account: the account has to allow it too."""
    EVERYONE = 2
    ROLE = 3
    """The role of a session: the session's own limits still hold."""
    ITSELF = 4


def named_by(principals: Principals | None, asking: Principal, effect: Effect) -> Named:
    """How `principals` name who asks. None, as in identity policies, names everybody who has the policy."""
    if principals is None:
        return Named.ITSELF
    if principals.negated:
        return _not_excluded(principals, asking, effect)
    found = max((_names(principals, layer) for layer in layers(asking)), default=Named.NOT)
    return max(found, Named.EVERYONE) if principals.everyone else found


def layers(asking: Principal) -> list[tuple[Named, PrincipalKind, str]]:
    """Everything that who asks is: (how directly, kind, canonical name)."""
    found = [(Named.ITSELF, asking.kind, _canonical(asking.name))] if asking.name else []
    if asking.unique_id:
        found.append((Named.ITSELF, asking.kind, asking.unique_id))
    if asking.kind is PrincipalKind.AWS:
        session = _SESSION.match(asking.name)
        if session:
            found.append((Named.ROLE, asking.kind, f"role {session[2]} {session[3]}"))
        if asking.account:
            found.append((Named.ACCOUNT, asking.kind, f"account {asking.account}"))
    return found


def _names(principals: Principals, layer: tuple[Named, PrincipalKind, str]) -> Named:
    how, kind, name = layer
    listed = {
        PrincipalKind.AWS: principals.aws,
        PrincipalKind.FEDERATED: principals.federated,
        PrincipalKind.SERVICE: principals.service,
        PrincipalKind.CANONICAL_USER: principals.canonical,
    }[kind]
    return how if any(_canonical(each) == name for each in listed) else Named.NOT


def _not_excluded(principals: Principals, asking: Principal, effect: Effect) -> Named:
    """`NotPrincipal`: a Deny spares only who is excepted as session, role and account; an Allow, who is in no list."""
    if principals.everyone:
        return Named.NOT
    excepted = [_names(principals, layer) is not Named.NOT for layer in layers(asking)]
    spared = bool(excepted) and (all(excepted) if effect is Effect.DENY else any(excepted))
    return Named.NOT if spared else Named.EVERYONE


def _canonical(name: str) -> str:
    """One spelling of an account or a role. A role's name is unique in its account, whatever its path."""
    if len(name) == len("123456789012") and name.isdigit():
        return f"account {name}"
    if name.startswith("arn:") and name.endswith(":root"):
        return f"account {name.split(':')[4]}"
    role = _ROLE.match(name)
    return f"role {role[2]} {role[3]}" if role else name
