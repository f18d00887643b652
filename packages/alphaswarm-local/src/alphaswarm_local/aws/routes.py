"""From method and path to the operation, for the services where these name it (Amazon S3, EKS, Route 53).

The patterns are the `http` traits of botocore's service models. The choice must be the one that the service itself
makes, or a caller could be allowed one operation and get another: a request that fits two operations is refused.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from alphaswarm_local.aws.messages import HttpRequest

_S3_SELECTORS = frozenset({"uploadId"})
"""Parameters that select an operation in S3 although the model does not fix them in the address."""


class AmbiguousRequestError(ValueError):
    """The request names more than one operation."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation's place.

    Attributes:
        segments: The path's parts; a label is `{Name}`, a greedy one `{Name+}`.
        fixed: Query parameters that must be there; with this value, unless it is None.
        headers: Headers that must be there, lower case.
    """

    operation: str
    method: str
    segments: tuple[str, ...]
    fixed: Mapping[str, str | None]
    headers: frozenset[str]

    @property
    def weight(self) -> tuple[int, int]:
        """How specific the route is: literal parts of the path first, then what else it asks for."""
        literal = sum(1 for part in self.segments if not part.startswith("{"))
        return literal, len(self.fixed) + len(self.headers)


@dataclass(frozen=True, slots=True)
class RoutedOperation:
    """The operation that was found and the decoded labels of its path."""

    operation: str
    labels: Mapping[str, str]


class RouteTable:
    """All routes of one service."""

    def __init__(self, routes: Iterable[Route], selectors: frozenset[str]) -> None:
        self._by_method: dict[str, list[Route]] = {}
        for route in sorted(routes, key=lambda each: each.weight, reverse=True):
            self._by_method.setdefault(route.method, []).append(route)
        self._selectors = selectors

    def find(self, request: HttpRequest) -> RoutedOperation | None:
        """The operation that `request` names, or None.

        Raises:
            AmbiguousRequestError: two sub-resources are asked for at once.
        """
        parts = _segments(request.raw_path)
        query = dict(request.query)
        for route in self._by_method.get(request.method, ()):
            labels = _labels(route.segments, parts)
            if labels is not None and _asked(route, query, request.headers):
                if extra := (self._selectors & query.keys()) - route.fixed.keys():
                    raise AmbiguousRequestError(f"'{'&'.join(sorted(extra))}' does not go with {route.operation}")
                return RoutedOperation(route.operation, labels)
        return None


@cache
def route_table(service: str) -> RouteTable:
    """The routes of `service` (botocore's name), from its model."""
    from botocore.loaders import Loader  # noqa: PLC0415 - only services that need it pay for it

    model = Loader(include_default_search_paths=True).load_service_model(service, "service-2")
    operations = {name: op for name, op in model["operations"].items() if not op.get("deprecated")}
    routes = [_route(name, operation, model["shapes"]) for name, operation in operations.items()]
    routes = [route for route in routes if not (service == "s3" and route.segments[:1] == ("WriteGetObjectResponse",))]
    return RouteTable(routes, _selectors(routes, service))


def _selectors(routes: Sequence[Route], service: str) -> frozenset[str]:
    """The parameters that choose between operations.

    Outside of S3 only those at a place that operations share:
    a parameter that one operation requires is just a parameter of another one elsewhere.
    """
    if service == "s3":
        return frozenset({name for route in routes for name in route.fixed} | _S3_SELECTORS)
    shared = Counter(_place(route) for route in routes)
    return frozenset(name for route in routes if shared[_place(route)] > 1 for name in route.fixed)


def _place(route: Route) -> tuple[str, ...]:
    return route.method, *("{}" if part.startswith("{") else part for part in route.segments)


def _route(name: str, operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> Route:
    path, _, query = operation["http"]["requestUri"].partition("?")
    fixed: dict[str, str | None] = {key: value or None for key, value in parse_qsl(query, keep_blank_values=True)}
    headers = set()
    shape = shapes.get(operation.get("input", {}).get("shape", ""), {})
    for member in shape.get("required", ()):
        trait = shape["members"][member]
        if trait.get("location") == "querystring":
            fixed.setdefault(trait["locationName"], None)
        elif trait.get("location") == "header":
            headers.add(trait["locationName"].lower())
    return Route(name, operation["http"]["method"], _segments(path), fixed, frozenset(headers))


def _segments(path: str) -> tuple[str, ...]:
    stripped = path.removeprefix("/")
    return tuple(stripped.split("/")) if stripped else ()


def _labels(pattern: tuple[str, ...], parts: tuple[str, ...]) -> dict[str, str] | None:
    greedy = bool(pattern) and pattern[-1].endswith("+}")
    if not greedy:
        # One slash at the end means nothing, except in a key.
        pattern, parts = (each[:-1] if each[-1:] == ("",) else each for each in (pattern, parts))
    if len(parts) < len(pattern) or (len(parts) > len(pattern) and not greedy):
        return None
    labels: dict[str, str] = {}
    for index, expected in enumerate(pattern):
        if not expected.startswith("{"):
            if expected != parts[index]:
                return None
            continue
        last = greedy and index == len(pattern) - 1
        value = "/".join(parts[index:]) if last else parts[index]
        if not value:
            return None
        labels[expected.strip("{+}")] = unquote(value)
    return labels


def _asked(route: Route, query: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    fits = all(name in query and (value is None or query[name] == value) for name, value in route.fixed.items())
    return fits and all(name in headers for name in route.headers)
