"""What a part of the local cloud is, and what it is made with.

Apart from `parts.py`, which lists all parts, so that a part can import this and be listed there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alphaswarm_core.local_address import AccountKeys
from alphaswarm_local.access.exchange import TokenExchange
from alphaswarm_local.access.iam_state import IamState
from alphaswarm_local.access.permissions import PolicyOf
from alphaswarm_local.aws.authorization import Authorizer
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.aws.sessions import SessionStore
from alphaswarm_local.github.oidc import GithubOidc

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
        sessions: The sessions that were given.
        authorizer: Decides on a call as the front door does.
        iam: Roles and their policies as they are now, for parts that decide themselves.
        policies: IAM's name of a service → the resource policies that a part keeps for it. Filled by `assemble`.
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
    sessions: SessionStore = field(repr=False)
    authorizer: Authorizer
    iam: IamState
    policies: dict[str, PolicyOf]


@dataclass(frozen=True, slots=True)
class Part:
    """One part, running.

    Attributes:
        urls: What it is found by, published in the address file.
        routes: Path prefix → what answers there.
        services: botocore's name of an AWS service → what answers its operations before moto is asked.
        policies: IAM's name of an AWS service → the resource policies that the part keeps for it.
        close: Ends what the part started.
    """

    urls: Mapping[str, str] = field(default_factory=dict)
    routes: Mapping[str, Answerer] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    policies: Mapping[str, PolicyOf] = field(default_factory=dict)
    close: Callable[[], None] = lambda: None
