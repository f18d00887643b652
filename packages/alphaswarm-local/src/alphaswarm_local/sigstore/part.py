"""Sigstore as a part of the local cloud."""

import datetime as dt
import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.sigstore.authority_endpoint import AuthorityEndpoint
from alphaswarm_local.sigstore.certificates import Authority
from alphaswarm_local.sigstore.errors import RefusedError
from alphaswarm_local.sigstore.keys import LogKey
from alphaswarm_local.sigstore.log import TransparencyLog
from alphaswarm_local.sigstore.log_endpoint import LogEndpoint
from alphaswarm_local.sigstore.trust import client_trust_config, signing_config, trusted_root
from alphaswarm_local.world import Part, World

SIGSTORE_PATH = "/_alphaswarm/sigstore"
SIGNING_PATH, BUNDLE_PATH = "/api/v2/signingCert", "/api/v2/trustBundle"
"""Clients of the authority put these right behind the host, whatever path its address has: no part of a bucket that
anybody here would call `api`."""

_LOG_PATH = f"{SIGSTORE_PATH}/api/v1/log"
_LOG = logging.getLogger("alphaswarm_local.sigstore")
_Answer = Callable[[HttpRequest], tuple[int, Mapping[str, Any]]]


def sigstore(world: World) -> Part:
    """An authority that knows GitHub's tokens of this cloud, and a log: as old as this start."""
    log_url, certificate_log = world.endpoint + SIGSTORE_PATH, LogKey()
    authority = Authority(certificate_log, dt.datetime.now(dt.UTC))
    log = TransparencyLog(LogKey(), time.time)
    root = trusted_root(authority, certificate_log, log.key, log_url, world.endpoint)
    config = signing_config(authority.started, world.endpoint, log_url, world.endpoint)
    documents = {
        f"{SIGSTORE_PATH}/trusted_root.json": root,
        f"{SIGSTORE_PATH}/signing_config.json": config,
        f"{SIGSTORE_PATH}/client_trust_config.json": client_trust_config(root, config),
    }
    ours, entries = AuthorityEndpoint(authority, world.issuer.jwks_bytes, time.time), LogEndpoint(log)

    def published(request: HttpRequest) -> tuple[int, Mapping[str, Any]]:
        if request.method not in {"GET", "HEAD"} or request.raw_path not in documents:
            raise RefusedError(404, 404, "There is nothing at this address")
        return 200, documents[request.raw_path]

    answers: dict[str, _Answer] = {
        SIGNING_PATH: lambda request: (201, ours.signing_certificate(_only("POST", request))),
        BUNDLE_PATH: lambda request: (200, ours.trust_bundle(_only("GET", request))),
        _LOG_PATH: lambda request: entries(request, request.raw_path.removeprefix(_LOG_PATH).removeprefix("/")),
        SIGSTORE_PATH: published,
    }
    return Part(
        urls={"sigstore": log_url, "fulcio": world.endpoint, "rekor": log_url},
        routes={path: _Guarded(answer, world.hosts) for path, answer in answers.items()},
    )


def _only(method: str, request: HttpRequest) -> HttpRequest:
    if request.method != method:
        raise RefusedError(405, 405, f"Only {method}")
    return request


class _Guarded:
    """An answer that never raises, under our own address alone."""

    def __init__(self, answer: _Answer, hosts: frozenset[str]) -> None:
        self._answer, self._hosts = answer, hosts

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to `request`."""
        if request.headers.get("host", "").lower() not in self._hosts:
            return _json(
                403, {"code": 403, "message": "This is the local cloud; it answers only under its own address"}
            )
        try:
            return _json(*self._answer(request))
        except RefusedError as refusal:
            _LOG.info("refused: %s", refusal.message)
            return _json(refusal.status, {"code": refusal.code, "message": refusal.message})
        except Exception:  # noqa: BLE001 - the client gets a 500, the log the traceback
            _LOG.exception("a request to sigstore failed in the local cloud itself")
            return _json(500, {"code": 500, "message": "The local cloud failed; its log says why"})


def _json(status: int, document: Mapping[str, Any]) -> HttpResponse:
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    return HttpResponse(status, headers, json.dumps(document).encode())
