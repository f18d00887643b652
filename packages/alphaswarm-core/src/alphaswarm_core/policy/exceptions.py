"""Exceptions: a finding that somebody answers for, in one environment, until a day.

    [[exception]]
    rule = "open-ingress"
    address = "module.admin.aws_security_group.vpn"   # `*` stands for anything, but not alone
    environment = "dev"
    owner = "@platform"
    reason = "the partner's address is not fixed before March"
    until = 2027-03-01

They are evaluated outside Rego, so that no rule can be written that forgets them, and none that grants one to itself.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from alphaswarm_core.policy.errors import PolicyExceptionError
from alphaswarm_core.policy.result import Finding, Waiver

LONGEST = timedelta(days=366)
"""From today to an exception's last day. A later day is no expiry."""
_TEXTS = ("rule", "address", "environment", "owner", "reason")


@dataclass(frozen=True, slots=True)
class PolicyException:
    """One exception from one rule."""

    rule: str
    address: str
    environment: str
    owner: str
    reason: str
    until: date

    def covers(self, finding: Finding) -> bool:
        """Whether the finding falls under it. Only `*` is special: addresses have brackets of their own."""
        if finding.rule != self.rule:
            return False
        pattern = ".*".join(re.escape(part) for part in self.address.split("*"))
        return re.fullmatch(pattern, finding.address, re.DOTALL) is not None

    @property
    def waiver(self) -> Waiver:
        """Who answers for it."""
        return Waiver(self.owner, self.reason, self.until)


def read_exceptions(
    path: Path, *, rules: Collection[str], environments: Collection[str], today: date
) -> tuple[PolicyException, ...]:
    """The exceptions in `path`; none where there is no such file. Those that are over are still among them.

    Raises:
        PolicyExceptionError: the file or an exception in it does not hold.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyExceptionError(f"{path.name} cannot be read", why=str(error)) from error
    entries = document.get("exception", [])
    if set(document) - {"exception"} or not isinstance(entries, list):
        raise PolicyExceptionError(f"{path.name} has something else than [[exception]] tables")
    return tuple(
        _exception(f"{path.name}, exception {number}", entry, rules, environments, today)
        for number, entry in enumerate(entries, start=1)
    )


def in_force(exceptions: Iterable[PolicyException], environment: str, today: date) -> tuple[PolicyException, ...]:
    """The exceptions of `environment`.

    Raises:
        PolicyExceptionError: one is over. It is not just left out: somebody promised to have done something by now.
    """
    found = tuple(each for each in exceptions if each.environment == environment)
    for each in found:
        if each.until < today:
            raise PolicyExceptionError(
                f"The exception of {each.owner} from {each.rule} for {each.address} ended on {each.until}",
                why=each.reason,
                fix=f"Fix what it was for and remove it, or have {each.owner} answer for it until a new day",
            )
    return found


def _exception(
    place: str, entry: Any, rules: Collection[str], environments: Collection[str], today: date
) -> PolicyException:
    fields: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
    wrong = _wrong(fields, rules, environments, today)
    if wrong:
        raise PolicyExceptionError(f"{place}: {wrong}", fix="docs/concepts/policy.md shows what an exception says")
    return PolicyException(**{key: fields[key].strip() for key in _TEXTS}, until=fields["until"])


def _wrong(fields: Mapping[str, Any], rules: Collection[str], environments: Collection[str], today: date) -> str | None:
    """What is wrong with an exception; None where nothing is."""
    return _wrong_form(fields) or _wrong_content(fields, rules, environments, today)


def _wrong_form(fields: Mapping[str, Any]) -> str | None:
    unknown = sorted(set(fields) - {*_TEXTS, "until"})
    if unknown:
        return f"unknown key {unknown[0][:40]!r}"
    missing = [key for key in _TEXTS if not isinstance(fields.get(key), str) or not fields[key].strip()]
    if missing:
        return f"it has no {' and no '.join(missing)}"
    return None if type(fields.get("until")) is date else "`until` is no day (YYYY-MM-DD, without quotes)"


def _wrong_content(
    fields: Mapping[str, Any], rules: Collection[str], environments: Collection[str], today: date
) -> str | None:
    if fields["rule"] not in rules:
        return f"there is no rule {fields['rule'][:60]!r}"
    if fields["environment"] not in environments:
        return f"there is no environment {fields['environment'][:60]!r}"
    if not fields["address"].replace("*", "").replace(".", "").strip():
        return "its address names nothing, so it would switch the rule off"
    if fields["until"] - today > LONGEST:
        return f"it ends on {fields['until']}, more than {LONGEST.days} days from now"
    return None
