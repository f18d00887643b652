"""Endpoints: declared beside the function that answers, with the permission that each asks for."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote

from alphaswarm_local.github.authority.permissions import Level, Need
from alphaswarm_local.github.authority.principals import Kind, Principal
from alphaswarm_local.github.rest.answers import Answer, Refusal, invalid, not_found
from alphaswarm_local.github.state.accounts import Account
from alphaswarm_local.github.state.repositories import Repository

if TYPE_CHECKING:
    from alphaswarm_local.github.hub import Hub

_LARGEST_INTEGER = 2**63
_PART = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Call:
    """A request to an endpoint, authenticated.

    Attributes:
        path: What the braces of the endpoint's path matched, decoded.
        repository: `{owner}/{repo}`, already looked up and allowed; only for endpoints that name one.
    """

    hub: "Hub"
    method: str
    url: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes
    by: Principal
    found: Repository | None = None

    @property
    def repository(self) -> Repository:
        """The repository that the path names."""
        if self.found is None:
            raise not_found()
        return self.found

    @property
    def account(self) -> Account:
        """Who calls; an anonymous caller is refused."""
        if self.by.account is None:
            raise Refusal(HTTPStatus.UNAUTHORIZED, "Requires authentication")
        return self.by.account

    def number(self, name: str) -> int:
        """A number of the path; what is none is not there."""
        text = self.path[name]
        if not (text.isascii() and text.isdigit()) or int(text[:25]) >= _LARGEST_INTEGER:
            raise not_found()
        return int(text)

    @property
    def body(self) -> "Body":
        """The document that was sent; without one, an empty object."""
        if not self.content.strip():
            return Body({})
        try:
            document = json.loads(self.content)
        except (ValueError, RecursionError):
            raise Refusal(HTTPStatus.BAD_REQUEST, "Problems parsing JSON") from None
        if not isinstance(document, dict):
            raise Refusal(HTTPStatus.BAD_REQUEST, "Body should be a JSON object")
        return Body(document)


@dataclass(frozen=True, slots=True)
class Body:
    """A document, read field by field: another type is a 422 that names the field."""

    document: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.document.get(name) is not None

    def text(self, name: str, default: str | None = None, *, longest: int = 65_536) -> str:
        """A text; required without a default."""
        value = self.document.get(name)
        if value is None:
            if default is None:
                raise invalid(**{name: f"{name} wasn't supplied"})
            return default
        if not isinstance(value, str):
            raise invalid(f"Invalid request.\n\nFor '{name}', {json.dumps(value)[:60]} is not a string.")
        if len(value) > longest:
            raise invalid(**{name: f"{name} is too long (maximum is {longest} characters)"})
        return value

    def one_of(self, name: str, *allowed: str, default: str | None = None) -> str:
        """A text out of a few."""
        value = self.text(name, default)
        if value not in allowed:
            raise invalid(**{name: f"{name} has to be one of: {', '.join(allowed)}"})
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self.document.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise invalid(f"Invalid request.\n\nFor '{name}', {json.dumps(value)[:60]} is not a boolean.")
        return value

    def integer(self, name: str, default: int | None = None, *, least: int = 0, most: int = _LARGEST_INTEGER) -> int:
        """A whole number."""
        value = self.document.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise invalid(**{name: f"{name} has to be a number from {least} to {most}"})
        return value

    def items(self, name: str) -> list[Any]:
        """A list; empty when it is not there."""
        value = self.document.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise invalid(f"Invalid request.\n\nFor '{name}', {json.dumps(value)[:60]} is not an array.")
        return value

    def table(self, name: str) -> dict[str, Any]:
        """An object; empty when it is not there."""
        value = self.document.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise invalid(f"Invalid request.\n\nFor '{name}', {json.dumps(value)[:60]} is not an object.")
        return value


Handler: TypeAlias = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint.

    Attributes:
        need: The permission in the repository that its path names; None: its own function decides.
    """

    method: str
    path: str
    need: Need | None
    summary: str
    handler: Handler = field(compare=False)
    pattern: re.Pattern[str] = field(compare=False)


class Endpoints:
    """All endpoints of the API."""

    def __init__(self) -> None:
        self.all: list[Endpoint] = []

    def add(self, method: str, path: str, need: Need | None, summary: str) -> Callable[[Handler], Handler]:
        """Declare what the decorated function answers. `{name+}` in a path also takes slashes."""
        parts = [
            f"(?P<{found[1]}>{'.+' if found[2] else '[^/]+'})" if (found := _PART.fullmatch(part)) else re.escape(part)
            for part in re.split(r"(\{\w+\+?\})", path)
        ]

        def declare(handler: Handler) -> Handler:
            self.all.append(Endpoint(method, path, need, summary, handler, re.compile("".join(parts))))
            return handler

        return declare

    def find(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]] | set[str]:
        """The endpoint and what its braces match; or the other methods that the path has."""
        others: set[str] = set()
        for each in self.all:
            if (match := each.pattern.fullmatch(path)) is None:
                continue
            if each.method == method:
                return each, {name: unquote(text) for name, text in match.groupdict().items()}
            others.add(each.method)
        return others


ENDPOINTS = Endpoints()
"""Filled by the modules of `endpoints`."""

endpoint = ENDPOINTS.add


def allowed(by: Principal, repository: Repository, need: Need) -> None:
    """Refuse unless the caller has what the endpoint asks for.

    Raises:
        Refusal: 404 where the caller may not know of the repository, else 401 or 403.
    """
    if not by.sees(repository):
        raise not_found()
    if by.may(repository, need):
        return
    if by.kind is Kind.ANONYMOUS:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Requires authentication")
    if need.level is Level.WRITE and "administration" in need.permissions and by.kind is Kind.PERSON:
        message = "Must have admin rights to Repository."
    else:
        message = f"Resource not accessible by {by.kind.value.strip()}"
    raise Refusal(HTTPStatus.FORBIDDEN, message, headers={"X-Accepted-GitHub-Permissions": str(need)})
