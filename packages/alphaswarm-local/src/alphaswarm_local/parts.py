"""What the local cloud is made of besides AWS's front door: each part serves paths, answers AWS operations, or both.

A part is a function from the `World` to a `Part`, listed in `PARTS`. It shares the address with AWS, under a path that
no bucket can have; what clients need to find it is published by name in `LocalCloudAddress.urls`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alphaswarm_core.local_address import AccountKeys
from alphaswarm_local.access.exchange import TokenExchange
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.github.admin import JobAdministration
from alphaswarm_local.github.oidc import GithubOidc

GITHUB_PATH = "/_alphaswarm/github"
"""No bucket can have this name, so the issuer shares the address with AWS."""

Answerer = Callable[[HttpRequest], HttpResponse]
Service = Callable[[ApiCall], HttpResponse | None]
"""Answers the operations of one AWS service itself; None: not this call, moto answers. Called after authorization."""


@dataclass(frozen=True, slots=True)
class World:
    """What parts are made with.

    Attributes:
        endpoint: `http://127.0.0.1:PORT`.
        hosts: The values of `Host` that are ours.
        home: The project's `.alphaswarm` directory.
        project: The project's checkout.
        region: The region of everything.
        accounts: Environment → account and its bootstrap keys.
        admin_token: What a caller shows who may act from outside as the local cloud itself.
        issuer: GitHub's OIDC issuer.
        exchange: Gives sessions of roles.
    """

    endpoint: str
    hosts: frozenset[str]
    home: Path
    project: Path
    region: str
    accounts: Mapping[str, AccountKeys]
    admin_token: str = field(repr=False)
    issuer: GithubOidc
    exchange: TokenExchange


@dataclass(frozen=True, slots=True)
class Part:
    """One part, running.

    Attributes:
        urls: What it is found by, published in the address file.
        routes: Path prefix → what answers there.
        services: botocore's name of an AWS service → what answers its operations before moto is asked.
        close: Ends what the part started.
    """

    urls: Mapping[str, str] = field(default_factory=dict)
    routes: Mapping[str, Answerer] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    close: Callable[[], None] = lambda: None


def github_tokens(world: World) -> Part:
    """GitHub's OIDC issuer and the registration of jobs."""
    jobs = JobAdministration(world.issuer, GITHUB_PATH, world.admin_token, world.hosts)

    def answer(request: HttpRequest) -> HttpResponse:
        return jobs(request) if jobs.serves(request) else world.issuer(request)

    return Part(urls={"github_oidc": world.endpoint + GITHUB_PATH}, routes={GITHUB_PATH: answer})


PARTS: tuple[Callable[[World], Part], ...] = (github_tokens,)
"""All parts, in the order in which they are made."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """All parts together."""

    parts: tuple[Part, ...]

    @property
    def urls(self) -> dict[str, str]:
        """What is published."""
        return {name: url for part in self.parts for name, url in part.urls.items()}

    @property
    def services(self) -> dict[str, Service]:
        """The AWS services that parts answer."""
        return {name: service for part in self.parts for name, service in part.services.items()}

    def answerer(self, request: HttpRequest) -> Answerer | None:
        """What answers at the path of `request`: the longest prefix that fits."""
        return _longest(
            request.raw_path, ((prefix, each) for part in self.parts for prefix, each in part.routes.items())
        )

    def close(self) -> None:
        """End all parts, the last first."""
        for part in reversed(self.parts):
            part.close()


def assemble(world: World) -> Assembly:
    """Make all parts."""
    return Assembly(tuple(make(world) for make in PARTS))


def _longest(path: str, routes: Iterable[tuple[str, Answerer]]) -> Answerer | None:
    fitting = [(prefix, each) for prefix, each in routes if path == prefix or path.startswith(prefix.rstrip("/") + "/")]
    return max(fitting, key=lambda found: len(found[0]))[1] if fitting else None
