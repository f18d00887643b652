"""One call of the API, understood: who, where, with which parameters; and pages of long answers."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alphaswarm_local.aws.sessions import Identity
from alphaswarm_local.packages.faults import denied, invalid
from alphaswarm_local.packages.names import PYPI, DomainKey, normalized

_MOST = 1000
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A call after authorization. `given` has the model's member names; `now` is seconds since the epoch."""

    name: str
    identity: Identity
    region: str
    now: float
    given: Mapping[str, Any]

    @property
    def key(self) -> DomainKey:
        """The domain that is meant.

        Raises:
            AwsFault: it is another account's, and the caller is an account's root: no policy stands between them.
        """
        owner = self.given.get("domainOwner", self.identity.account_id)
        if owner != self.identity.account_id and self.identity.session is None:
            raise denied(f"User: {self.identity.arn} is not authorized to perform: codeartifact:{self.name}")
        return DomainKey(owner, self.region, self.given["domain"])

    @property
    def package(self) -> str:
        """The normalised name of the package that is meant.

        Raises:
            AwsFault: it is no Python package.
        """
        require_pypi(self.given["format"])
        if "namespace" in self.given:
            raise invalid("namespace: Python packages have none")
        return normalized(self.given["package"])


Operation = Callable[[Call], Document]


def require_pypi(form: str) -> None:
    """Refuse other package formats.

    Raises:
        AwsFault: it is not `pypi`.
    """
    if form != PYPI:
        raise invalid(f"format: the local cloud keeps Python packages only, not '{form}'", "UNSUPPORTED")


def page(call: Call, items: Sequence[Any], name: str) -> Document:
    """One page of `items` under `name`, with the token of the next.

    Raises:
        AwsFault: `nextToken` is not one that was given out.
    """
    size = call.given.get("maxResults", _MOST)
    start = _position(call.given["nextToken"]) if "nextToken" in call.given else 0
    answer: Document = {name: list(items[start : start + size])}
    if start + size < len(items):
        answer["nextToken"] = base64.urlsafe_b64encode(f"from:{start + size}".encode()).decode()
    return answer


def _position(token: str) -> int:
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
    except ValueError:
        word, number = "", ""
    if word != "from" or not number.isdigit() or len(number) > 9:  # noqa: PLR2004 - far beyond any list here
        raise invalid("nextToken: The pagination token is not valid")
    return int(number)


def tags_of(given: Mapping[str, Any]) -> dict[str, str]:
    """The tags of a call as a mapping.

    Raises:
        AwsFault: a key is there twice, or is reserved.
    """
    pairs = [(tag["key"], tag["value"]) for tag in given.get("tags", ())]
    tags = dict(pairs)
    if len(tags) != len(pairs) or any(key.lower().startswith("aws:") for key in tags):
        raise invalid("tags: a key is there twice, or begins with 'aws:'")
    return tags
