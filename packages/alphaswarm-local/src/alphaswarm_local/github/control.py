"""What is done to the embedded GitHub itself, from outside the process: by whoever can read the published address file.

Nothing of this is GitHub's: tokens of the ready-made people, apps, faults, the clock, commits from the checkout, events
that only time brings, and an administrator's "start all waiting jobs", for which GitHub has no API.
"""

import logging
import secrets
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from alphaswarm_core.target import is_loopback
from alphaswarm_local.aws import signature
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.github.authority.principals import ANONYMOUS, Kind, Principal
from alphaswarm_local.github.events import firing
from alphaswarm_local.github.git import ZERO, BareRepository, GitError
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.people import PEOPLE
from alphaswarm_local.github.rest.answers import Answer, Refusal, created, encoded, invalid, no_content, not_found
from alphaswarm_local.github.rest.faults import KINDS, LONGEST_SECONDS, Fault, Faults
from alphaswarm_local.github.rest.routing import Call, Endpoints
from alphaswarm_local.github.state.accounts import Account, AccountType, App, Role
from alphaswarm_local.github.state.runs import Review

_LOG = logging.getLogger("alphaswarm_local.github")
_ENDPOINTS = Endpoints()
_endpoint = _ENDPOINTS.add
_YEAR = 366 * 86400


class Control:
    """Answers under one path to who knows the admin token."""

    def __init__(self, hub: Hub, prefix: str, token: str, hosts: frozenset[str], faults: Faults) -> None:
        self._hub, self._prefix, self._token, self._hosts, self._faults = hub, prefix, token, hosts, faults

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer; never an exception."""
        try:
            answer = self._answer(request)
        except Refusal as refusal:
            answer = refusal.answer()
        except GitError as problem:
            answer = invalid(f"git refused: {problem}").answer()
        except Exception:  # noqa: BLE001 - the caller gets a status, the log the traceback
            _LOG.exception("the control of the embedded GitHub failed")
            answer = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "Server Error").answer()
        body = b"" if answer.document is None else encoded(answer.document)
        return HttpResponse(
            int(answer.status), [("Content-Type", "application/json"), ("Cache-Control", "no-store")], body
        )

    def _answer(self, request: HttpRequest) -> Answer:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if request.headers.get("host", "").lower() not in self._hosts:
            raise Refusal(HTTPStatus.FORBIDDEN, "This is the local cloud")
        if scheme.lower() != "bearer" or not signature.equal(token.strip(), self._token):
            raise Refusal(HTTPStatus.UNAUTHORIZED, "The admin token is missing or wrong")
        path = request.raw_path.removeprefix(self._prefix)
        found = _ENDPOINTS.find(request.method, path)
        if isinstance(found, set):
            raise not_found()
        endpoint, parts = found
        repository = self._hub.store.repository(parts["owner"], parts["repo"]) if "owner" in parts else None
        if "owner" in parts and repository is None:
            raise not_found()
        call = Call(self._hub, request.method, path, parts, dict(request.query), request.headers, request.body,
                    ANONYMOUS, repository)  # fmt: skip
        return _FAULTS[endpoint.summary](call, self._faults) if endpoint.summary in _FAULTS else endpoint.handler(call)


@_endpoint("GET", "/people", None, "people")
def _people(call: Call) -> Answer:
    del call
    return Answer(
        document=[
            {"login": each.account.login, "name": each.account.name, "type": each.account.type.value,
             "role": each.role.value, "part": each.part}
            for each in PEOPLE.values()
        ]
    )  # fmt: skip


@_endpoint("POST", "/people/{login}/token", None, "a person's token")
def _token(call: Call) -> Answer:
    account = _person(call.hub, call.path["login"])
    token = call.hub.tokens.add(Principal(account, Kind.PERSON), "ghp")
    return created({"login": account.login, "id": account.id, "token": token})


@_endpoint("POST", "/apps", None, "make an app")
def _make_app(call: Call) -> Answer:
    """As registering one with GitHub does: its key and secret are told once, here."""
    body, hub = call.body, call.hub
    url = body.text("webhook_url", "")
    owner = hub.store.account(body.text("owner"))
    if owner is None or (url and not is_loopback(url)):
        raise invalid(webhook_url="the address has to be on this machine, the owner known")
    slug = body.text("slug", longest=80)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    bot = hub.store.add_account(Account(f"{slug}[bot]", hub.store.new_id("account"), AccountType.BOT, f"{slug}[bot]"))
    app = App(
        id=hub.store.new_id("app"), slug=slug, name=body.text("name", slug), owner=owner, bot=bot,
        installation_id=hub.store.new_id("installation"),
        public_key=key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode(),
        permissions={str(name): str(level) for name, level in body.table("permissions").items()},
        events=tuple(str(each) for each in body.items("events")), webhook_url=url,
        webhook_secret=body.text("webhook_secret", secrets.token_hex(20)),
    )  # fmt: skip
    with hub.store as records:
        records.apps[app.id] = app
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return created(
        {
            "id": app.id,
            "slug": slug,
            "installation_id": app.installation_id,
            "pem": private.decode(),
            "webhook_secret": app.webhook_secret,
        }
    )


@_endpoint("PATCH", "/apps/{app_id}", None, "where an app's webhooks go")
def _change_app(call: Call) -> Answer:
    app = call.hub.store.records.apps.get(call.number("app_id"))
    url = call.body.text("webhook_url")
    if app is None:
        raise not_found()
    if url and not is_loopback(url):
        raise invalid(webhook_url="the address has to be on this machine")
    with call.hub.store:
        app.webhook_url = url
    return no_content()


@_endpoint("GET", "/deliveries", None, "webhooks that were sent")
def _deliveries(call: Call) -> Answer:
    return Answer(document=call.hub.deliveries.documents() if call.hub.deliveries else [])


@_endpoint("POST", "/clock", None, "move the clock on")
def _clock(call: Call) -> Answer:
    moved = call.hub.store.advance(call.body.integer("seconds", most=_YEAR))
    return Answer(document={"now": moved.isoformat()})


@_endpoint("PUT", "/faults", None, "switch a fault on")
@_endpoint("DELETE", "/faults", None, "switch faults off")
def _unreachable(call: Call) -> Answer:
    del call
    raise not_found()


def _inject(call: Call, faults: Faults) -> Answer:
    body = call.body
    seconds = call.body.document.get("seconds", 1)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_SECONDS:
        raise invalid(seconds=f"seconds has to be a number from 0 to {LONGEST_SECONDS:.0f}")
    times = body.integer("times", least=1) if body.has("times") else None
    faults.inject(Fault(body.one_of("kind", *KINDS), body.text("path", "/"), times, float(seconds)))
    return no_content()


def _clear(call: Call, faults: Faults) -> Answer:
    del call
    faults.inject(None)
    return no_content()


_FAULTS: dict[str, Callable[[Call, Faults], Answer]] = {"switch a fault on": _inject, "switch faults off": _clear}


@_endpoint("POST", "/repos/{owner}/{repo}/sync", None, "bring commits from the checkout")
def _sync(call: Call) -> Answer:
    """Copy all commits of the directory that a repository was made from; its branches do not move by that."""
    git, parent = call.hub.git(call.repository), call.hub.store.records.repositories.get(call.repository.parent or 0)
    made_from = call.repository.source or (parent.source if parent else "")  # a fork's owner has the same checkout
    source = Path(made_from)
    if not made_from or not BareRepository.is_repository(source):
        raise invalid(f"{call.repository.full_name} was not made from a git checkout")
    git.fetch(source, "+refs/heads/*:refs/internal/source/heads/*", "+refs/tags/*:refs/internal/source/tags/*",
              "+HEAD:refs/internal/source/HEAD")  # fmt: skip
    text = git.run("for-each-ref", "--format=%(refname)%00%(objectname)%00%(*objectname)", "refs/internal/source/")
    rows = [line.split("\0") for line in text.decode().splitlines()]
    refs = {name.removeprefix("refs/internal/source/"): peeled or sha for name, sha, peeled in rows}
    return Answer(document={"branch": BareRepository.head_branch(source), "refs": refs})


@_endpoint("POST", "/repos/{owner}/{repo}/events", None, "let an event happen again, or now")
def _event(call: Call) -> Answer:
    """`schedule`: its time has come. `push`: the last push of a ref once more."""
    account = _person(call.hub, call.body.text("as"))
    by = Principal(account, Kind.PERSON)
    kind = call.body.one_of("event", "schedule", "push")
    if kind == "schedule":
        return Answer(document=_ids(firing.schedule(call.hub, call.repository, by)))
    git, ref = call.hub.git(call.repository), call.body.text("ref")
    sha = git.resolve(ref) if ref.startswith(("refs/heads/", "refs/tags/")) else None
    commit = git.commit(sha) if sha else None
    if commit is None:
        raise invalid(ref="there is no such branch or tag")
    before = commit.parents[0] if commit.parents else ZERO
    return Answer(document=_ids(firing.push(call.hub, call.repository, by, ref, (before, commit.sha))))


@_endpoint("GET", "/repos/{owner}/{repo}/actions/runs/{run_id}/message", None, "why a run did not start")
def _message(call: Call) -> Answer:
    """GitHub shows this on the page of the run alone."""
    run = call.hub.store.records.runs.get(call.number("run_id"))
    if run is None or run.repository != call.repository.id:
        raise not_found()
    return Answer(document={"message": run.message})


@_endpoint("POST", "/repos/{owner}/{repo}/actions/runs/{run_id}/bypass", None, "start all waiting jobs")
def _bypass(call: Call) -> Answer:
    """An administrator goes around the rules of environments that allow it."""
    hub, account = call.hub, _person(call.hub, call.body.text("as"))
    run = hub.store.records.runs.get(call.number("run_id"))
    if run is None or run.repository != call.repository.id:
        raise not_found()
    if Principal(account, Kind.PERSON).role_in(call.repository) is not Role.ADMIN:
        raise Refusal(HTTPStatus.FORBIDDEN, "Must have admin rights to Repository.")
    with hub.store:
        found = [
            (each, hub.store.environment_by_id(call.repository, each.environment_id)) for each in run.pending.values()
        ]
        open_ = [(each, environment) for each, environment in found if environment and environment.can_admins_bypass]
        if not open_:
            raise invalid("No pending deployment whose environment lets administrators bypass its rules")
        for each, environment in open_:
            each.bypassed = True
            comment = call.body.text("comment", "")
            run.reviews.append(Review((environment.id,), "approved", comment, account, hub.store.now()))
    return no_content()


def _person(hub: Hub, login: str) -> Account:
    person = PEOPLE.get(login)
    if person is None or hub.store.account(login) is None:
        raise Refusal(HTTPStatus.NOT_FOUND, f"There is nobody called {login[:40]}; here are {', '.join(PEOPLE)}")
    return person.account


def _ids(runs: list[Any]) -> dict[str, list[int]]:
    return {"runs": [run.id for run in runs]}
