"""The process of the local cloud. Started by `supervisor.py`: `python -m alphaswarm_local.server`.

It gets a socket that already listens and a pipe on which it says that it is ready; it holds `server.lock` while it
lives. Its keys are made anew at each start and leave it only through the published address file (mode 0600).
"""

import argparse
import json
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from alphaswarm_core.local_address import AccountKeys, LocalCloudAddress
from alphaswarm_local.access.exchange import TokenExchange
from alphaswarm_local.access.iam_state import MotoIam
from alphaswarm_local.access.moto_state import MotoState
from alphaswarm_local.access.permissions import Permissions, PolicyOf
from alphaswarm_local.access.web_tokens import WebTokens
from alphaswarm_local.aws.authentication import Authenticator, bootstrap_credential
from alphaswarm_local.aws.backend import Moto
from alphaswarm_local.aws.front_door import FrontDoor
from alphaswarm_local.aws.http_server import LoopbackServer
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.aws.sessions import Credential, SessionStore, new_key_id
from alphaswarm_local.files import Files, take_lock
from alphaswarm_local.github.oidc import GithubOidc
from alphaswarm_local.parts import GITHUB_PATH, Assembly, assemble
from alphaswarm_local.state_buckets import make_state_bucket
from alphaswarm_local.world import World

HEALTH_PATH = "/_alphaswarm/health"
_LOG_BYTES = 10 * 1024 * 1024
_LOG = logging.getLogger("alphaswarm_local.server")


@dataclass(frozen=True, slots=True)
class _Orders:
    """What the supervisor asks for. `accounts`: environment → account id."""

    home: Path
    project: Path
    listener: int
    ready_pipe: int
    region: str
    accounts: dict[str, str]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until SIGTERM or SIGINT."""
    orders = _orders(arguments)
    files = Files(orders.home)
    _log_to(files.log)
    lock = take_lock(files.server_lock, seconds=5)
    lock.truncate(0)
    lock.write(str(os.getpid()).encode())
    lock.flush()
    stop = _stop_on_signals()
    keys = {environment: _new_keys(account) for environment, account in orders.accounts.items()}
    listener = socket.socket(fileno=orders.listener)
    admin_token = secrets.token_urlsafe(32)
    world = _world(orders, listener, keys, admin_token)
    assembly = assemble(world)
    server = _serve(listener, world, _front_door(world, assembly), assembly)
    address = LocalCloudAddress(
        endpoint=world.endpoint,
        pid=os.getpid(),
        region=orders.region,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        accounts=keys,
        urls=assembly.urls,
        admin_token=admin_token,
    )
    address.write(orders.home)
    os.write(orders.ready_pipe, b"ready")
    os.close(orders.ready_pipe)
    _LOG.info("ready at %s", address.endpoint)
    stop.wait()
    files.address.unlink(missing_ok=True)
    server.server_close()
    assembly.close()
    _LOG.info("stopped")
    logging.shutdown()
    # All there is to clean up is memory; the interpreter would take seconds to walk through it, object by object, and
    # would let go of the lock before.
    os._exit(0)


def _world(orders: _Orders, listener: socket.socket, keys: dict[str, AccountKeys], admin_token: str) -> World:
    """Everything that the parts are made with."""
    Moto.prepare()
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    endpoint = f"http://{host}"
    issuer = GithubOidc(endpoint + GITHUB_PATH)
    sessions = SessionStore()
    iam = MotoIam({key.account_id for key in keys.values()})
    policies: dict[str, PolicyOf] = {}
    return World(
        endpoint=endpoint,
        hosts=frozenset({host, host.replace("127.0.0.1", "localhost")}),
        home=orders.home,
        project=orders.project,
        region=orders.region,
        accounts=keys,
        admin_token=admin_token,
        issuer=issuer,
        exchange=TokenExchange(iam, sessions, WebTokens(issuer.jwks_bytes), orders.region),
        sessions=sessions,
        authorizer=Permissions(iam, MotoState(), policies=policies),
        iam=iam,
        policies=policies,
    )


def _serve(listener: socket.socket, world: World, door: FrontDoor, assembly: Assembly) -> LoopbackServer:
    """Start serving and make the accounts' state buckets."""

    def answer(request: HttpRequest) -> HttpResponse:
        part = assembly.answerer(request)
        return part(request) if part else _health(request) or door(request)

    server = LoopbackServer(listener, answer)
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
    for credential in {each.identity.account_id: each for each in _credentials(world).values()}.values():
        make_state_bucket(credential, world.region, world.endpoint.removeprefix("http://"), door)
    return server


def _front_door(world: World, assembly: Assembly) -> FrontDoor:
    """The front door with everything that judges: sessions and IAM's current state."""
    return FrontDoor(
        Authenticator(_credentials(world), sessions=world.sessions),
        Moto(),
        hosts=world.hosts,
        authorizer=world.authorizer,
        exchange=world.exchange,
        services=assembly.services,
    )


def _credentials(world: World) -> dict[str, Credential]:
    return {keys.access_key_id: _credential(keys) for keys in world.accounts.values()}


def _health(request: HttpRequest) -> HttpResponse | None:
    """The answer to the health endpoint, which needs no signature and tells nothing but the process id."""
    if request.raw_path != HEALTH_PATH:
        return None
    body = json.dumps({"status": "ok", "pid": os.getpid()}).encode()
    return HttpResponse(200, [("Content-Type", "application/json")], body)


def _new_keys(account_id: str) -> AccountKeys:
    """Keys in AWS's form, so that every client takes them."""
    return AccountKeys(
        account_id=account_id,
        access_key_id=new_key_id("AKIA"),
        secret_access_key=secrets.token_urlsafe(30),
    )


def _credential(keys: AccountKeys) -> Credential:
    return bootstrap_credential(keys.account_id, keys.access_key_id, keys.secret_access_key)


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


class _BoundedLog(RotatingFileHandler):
    """Two files at most. What a crash prints goes to the current one, after a rotation too."""

    def _open(self):  # type: ignore[no-untyped-def]
        stream = super()._open()
        for number in (1, 2):
            os.dup2(stream.fileno(), number)
        return stream


def _log_to(path: Path) -> None:
    handler = _BoundedLog(path, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)  # libraries may log what they were sent; only our own lines are known to be clean
    logging.getLogger("alphaswarm_local").setLevel(logging.INFO)


def _orders(arguments: Sequence[str] | None) -> _Orders:
    parser = argparse.ArgumentParser(prog="alphaswarm_local.server", description="The process of the local cloud.")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("--listener", type=int, required=True, help="file descriptor of the listening socket")
    parser.add_argument("--ready-pipe", type=int, required=True, help="file descriptor to say 'ready' on")
    parser.add_argument("--region", required=True)
    parser.add_argument("--account", action="append", required=True, metavar="ENVIRONMENT=ID")
    given = parser.parse_args(arguments)
    accounts = dict(each.split("=", 1) for each in given.account)
    return _Orders(given.home, given.project, given.listener, given.ready_pipe, given.region, accounts)


if __name__ == "__main__":
    main()
