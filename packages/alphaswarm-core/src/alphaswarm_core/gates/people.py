"""People: every form in which a person appears, and the one key that stands for the human.

github:<id>               a GitHub account, by its number: names can be changed and taken over
github:<owner>/<repo>:<id>  the same account, as the actor of a workflow job
admin:<subject>           a user of the admin console; counts only where `[people]` says whose account it is
email:<address>           the author of a commit; GitHub's no-reply addresses carry the account's number
person:<user>@<host>      somebody at a workstation
rehearsal:<name>          somebody played on the local cloud
    local:<name>              the key of the last two, where `[people]` does not say whose account it is
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from alphaswarm_core.ledger.records import Actor
from alphaswarm_core.settings import PersonSettings

_NO_REPLY = re.compile(r"(?:(\d+)\+)?([a-z0-9\[\]-]+)@users\.noreply\.github\.com")
_NOT_A_PERSON = frozenset({"email:noreply@github.com"})
"""GitHub itself, as the committer of what is merged in its web interface."""


@dataclass(frozen=True, slots=True)
class People:
    """Who is who.

    Attributes:
        declared: Declared name → key.
        aliases: Every declared alias, with its prefix and in lower case → key.
    """

    declared: Mapping[str, str]
    aliases: Mapping[str, str]

    def key(self, subject: str) -> str | None:
        """The key of the human behind `subject`; None where it is a machine, or nobody knows whose it is."""
        kind, _, rest = subject.lower().partition(":")
        if kind == "github":
            account = rest.rpartition(":")[2]
            return f"github:{account}" if account.isdecimal() else self.aliases.get(f"login:{account}")
        if kind == "admin":
            return self.aliases.get(f"admin:{rest}")
        if kind == "email":
            return self._of_address(rest)
        if kind in {"person", "rehearsal", "local"}:
            name = rest.partition("@")[0]
            return self.aliases.get(f"name:{name}", f"local:{name}")
        return None

    def _of_address(self, address: str) -> str | None:
        found = _NO_REPLY.fullmatch(address)
        if found and found[1]:
            return f"github:{found[1]}"
        if f"email:{address}" in _NOT_A_PERSON:
            return None
        alias = f"login:{found[2]}" if found else f"email:{address}"
        return self.aliases.get(alias, f"email:{address}")

    def key_of(self, actor: Actor) -> str | None:
        """The key of the human who acts; None for a build."""
        return self.key(actor.subject)

    def name(self, key: str) -> str:
        """What to call a person: the declared name with the key, or the key alone."""
        for name, declared in self.declared.items():
            if declared == key:
                return f"{name} ({key})"
        return key


def people_of(declared: Mapping[str, PersonSettings]) -> People:
    """The people of `[people]`."""
    aliases: dict[str, str] = {}
    for name, person in declared.items():
        key = f"github:{person.github_id}"
        aliases[f"name:{name.lower()}"] = key
        if person.github_login:
            aliases[f"login:{person.github_login.lower()}"] = key
        aliases |= {f"email:{address.lower()}": key for address in person.emails}
        aliases |= {f"admin:{subject.lower()}": key for subject in person.admin_console}
    return People({name: f"github:{person.github_id}" for name, person in declared.items()}, aliases)
