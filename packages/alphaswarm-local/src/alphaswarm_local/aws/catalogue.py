"""What the local cloud answers: services and operations, as data.

`supported.json` is the allow-list. It is written by `survey.py` from what moto implements and from what we decided to
refuse, and it is checked in, so that a new release of moto changes what is supported only by a reviewed diff.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alphaswarm_local.aws.protocols import Protocol

SUPPORTED = Path(__file__).with_name("supported.json")


@dataclass(frozen=True, slots=True)
class Service:
    """One AWS service of the local cloud.

    Attributes:
        name: botocore's name (`elbv2`).
        signing_name: The service in a credential scope (`elasticloadbalancing`).
        iam_prefix: The service in an IAM action.
        backend: moto's name.
        protocols: What it speaks, the preferred one first.
        target_prefix: The part before the dot in `X-Amz-Target`; empty where there is none.
        api_version: The date in `Version=`, and in the model.
        operations: The supported operations.
        refused: Operations that moto would answer and we do not, with the reason that a caller is told.
        total: How many operations AWS has.
    """

    name: str
    signing_name: str
    iam_prefix: str
    backend: str
    protocols: tuple[Protocol, ...]
    target_prefix: str
    api_version: str
    operations: frozenset[str]
    refused: Mapping[str, str]
    total: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All services, found by the name that requests are signed with; and the regions that exist."""

    moto_version: str
    services: Mapping[str, Service]
    regions: frozenset[str]


@cache
def catalogue() -> Catalogue:
    """The catalogue in `supported.json`."""
    document = json.loads(SUPPORTED.read_bytes())
    services = [_service(name, entry) for name, entry in document["services"].items()]
    return Catalogue(
        moto_version=document["moto"],
        services={service.signing_name: service for service in services},
        regions=frozenset(document["regions"]),
    )


def _service(name: str, entry: dict[str, object]) -> Service:
    fields: dict[str, object] = {
        **entry,
        "protocols": tuple(Protocol(protocol) for protocol in _texts(entry["protocols"])),
        "operations": frozenset(_texts(entry["operations"])),
    }
    return Service(name=name, **fields)  # type: ignore[arg-type]


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
