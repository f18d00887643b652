"""The admin token's door: what our own commands ask of builds, which AWS has no call for."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from alphaswarm_local.aws import signature
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.world import World

_LARGEST = 16 * 1024


def refused_at_the_door(request: HttpRequest, world: World) -> HttpResponse | None:
    """The refusal of a request under another name than ours, or without the admin token; None: it may come in."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if request.headers.get("host", "").lower() not in world.hosts:
        return refusal(HTTPStatus.FORBIDDEN, "This is the local cloud")
    if scheme.lower() != "bearer" or not signature.equal(token.strip(), world.admin_token):
        return refusal(HTTPStatus.UNAUTHORIZED, "The admin token is missing or wrong")
    return None


def posted(request: HttpRequest, parts: set[str]) -> dict[str, Any] | None:
    """The object that was posted; None where it does not have exactly those parts."""
    if request.method != "POST" or len(request.body) > _LARGEST:
        return None
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and set(document) == parts else None


def refusal(status: HTTPStatus, message: str, code: str = "Refused") -> HttpResponse:
    """A refusal, in the form that `client.py` reads."""
    return answer(status, {"code": code, "message": message})


def answer(status: HTTPStatus, document: Mapping[str, Any]) -> HttpResponse:
    """An answer that nobody keeps."""
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    return HttpResponse(int(status), headers, json.dumps(document).encode())
