"""The person who asks, as a door has identified that person, and what the roles allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alphaswarm_admin.contract.session import Permission, Role
from alphaswarm_core.gates.approving import Voice
from alphaswarm_core.ledger.records import Actor, ActorKind

FRESH_FOR = timedelta(seconds=180)

_LOOK = frozenset({Permission.read})
_OPERATE = frozenset({Permission.request_approval, Permission.redeploy, Permission.scale, Permission.halt})
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.viewer: _LOOK,
    Role.operator: _LOOK | _OPERATE,
    Role.approver: _LOOK | {Permission.request_approval, Permission.decide, Permission.waive},
    # Who administers does not decide by that alone: two groups, two grants.
    Role.administrator: _LOOK | _OPERATE | {Permission.lift_halt, Permission.export_ledger},
}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is signed in.

    Attributes:
        subject: As the gate knows people: `admin:<subject of the pool>`, or `rehearsal:<name>`.
        source: Where that was verified; see `alphaswarm_core.gates.counting.Source`.
        name: For reading.
        email: Where it is known.
        roles: What the person is here.
        signed_in_at: When the identity provider last saw the person prove it.
        expires_at: When this ends.
    """

    subject: str
    source: str
    name: str
    email: str | None
    roles: frozenset[Role]
    signed_in_at: datetime
    expires_at: datetime

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the person may do."""
        return frozenset().union(*(PERMISSIONS[role] for role in self.roles))

    @property
    def fresh_until(self) -> datetime:
        """Until when the sign-in counts as fresh."""
        return self.signed_in_at + FRESH_FOR

    @property
    def session(self) -> str:
        """What is the same for all requests of one sign-in, and for no other's."""
        return f"{self.subject}|{self.signed_in_at.timestamp():.0f}"

    @property
    def actor(self) -> Actor:
        """The person as the ledger's rows name who acts."""
        return Actor(ActorKind.person, self.subject, self.name)

    @property
    def voice(self) -> Voice:
        """The person as the gate hears people."""
        return Voice(self.subject, self.source)

    def document(self) -> dict[str, Any]:
        """For a cookie."""
        return {
            "sub": self.subject,
            "src": self.source,
            "name": self.name,
            "email": self.email,
            "roles": sorted(self.roles),
            "at": self.signed_in_at.timestamp(),
            "until": self.expires_at.timestamp(),
        }


def signed_in_of(document: Mapping[str, Any], zone: Any) -> SignedIn:
    """The person in a cookie's document."""
    return SignedIn(
        subject=document["sub"],
        source=document["src"],
        name=document["name"],
        email=document["email"],
        roles=frozenset(Role(each) for each in document["roles"]),
        signed_in_at=datetime.fromtimestamp(document["at"], zone),
        expires_at=datetime.fromtimestamp(document["until"], zone),
    )
