"""The issuer: who gets a token, what it says, and that a verifier of ours takes it. Over HTTP with a real client."""

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, urlencode, urlsplit

import jwt
import pytest

from alphaswarm_core.identity.github.claims import NoToken, NoTokenReason, claims
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.issuers import GITHUB_COM
from alphaswarm_core.identity.github.jobs import IdTokenPermission
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.identity.github.repositories import Repository
from alphaswarm_core.identity.github.subjects import SubjectFormat
from alphaswarm_core.identity.tokens.errors import UnknownKeyError
from alphaswarm_core.identity.tokens.keys import FetchedKeys, JwkSet
from alphaswarm_core.identity.tokens.verifier import TokenVerifier
from alphaswarm_local.aws.http_server import LoopbackServer
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.github.errors import AudienceError, TokenNotGrantedError
from alphaswarm_local.github.oidc import GithubOidc, RequestAddress

BASE = "http://127.0.0.1:4999"
AUDIENCE = "sts.amazonaws.com"
FILE = ".github/workflows/terraform-pipeline.yml"
REPOSITORY = Repository(name="octo-org/octo-repo", id=456789, owner_id=123456, subject_format=SubjectFormat.IMMUTABLE)
JOB = workflow_job(Event.PUSH, REPOSITORY, FILE, environment="prod")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def oidc(clock: Clock) -> GithubOidc:
    return GithubOidc(BASE, clock=clock)


def registered(oidc: GithubOidc, **facts: float) -> RequestAddress:
    address = oidc.register_job(JOB, **facts)
    assert isinstance(address, RequestAddress)
    return address


def get(
    oidc: GithubOidc, url: str, *, method: str = "GET", host: str = "127.0.0.1:4999", **headers: str
) -> HttpResponse:
    place = urlsplit(url)
    target = f"{place.path}?{place.query}" if place.query else place.path
    return oidc(HttpRequest(method, target, {"host": host, **headers}))


def ask(oidc: GithubOidc, address: RequestAddress, audience: str | None = AUDIENCE, **headers: str) -> HttpResponse:
    more = "" if audience is None else f"&audience={quote(audience, safe='')}"
    return get(oidc, address.url + more, **({"authorization": f"bearer {address.token}"} | headers))


def token(response: HttpResponse) -> str:
    assert response.status == 200
    document = json.loads(response.body)
    assert set(document) == {"value"}
    return str(document["value"])


def verifier(oidc: GithubOidc, audience: str = AUDIENCE) -> TokenVerifier:
    return TokenVerifier(GITHUB_COM, [audience], JwkSet.from_document(oidc.jwks()), leeway_seconds=0)


def test_running_job_gets_a_token_with_all_its_claims(oidc: GithubOidc, clock: Clock) -> None:
    verified = verifier(oidc).verify(token(ask(oidc, registered(oidc))), clock.now)
    (said,) = claims(JOB)  # type: ignore[misc]
    own = {key: value for key, value in verified.payload.items() if key in said.document()}
    assert own == said.document()
    assert verified.account.unknown == ()
    assert verified.payload["iss"] == "https://token.actions.githubusercontent.com"
    times = [verified.payload[name] - int(clock.now) for name in ("nbf", "iat", "exp")]
    assert times == [-600, 0, 300]


def test_header_is_githubs(oidc: GithubOidc) -> None:
    header = jwt.get_unverified_header(oidc.mint(JOB, AUDIENCE))
    assert header == {"alg": "RS256", "typ": "JWT", "kid": oidc.jwks()["keys"][0]["kid"]}


@pytest.mark.parametrize("audience", ["sigstore", "https://example.com/a?b=c&d", "ä b", "x" * 1024])
def test_any_audience_can_be_had(oidc: GithubOidc, clock: Clock, audience: str) -> None:
    text = token(ask(oidc, registered(oidc), audience))
    assert verifier(oidc, audience).verify(text, clock.now).audience == audience


def test_audience_is_the_owners_page_when_none_is_asked_for(oidc: GithubOidc, clock: Clock) -> None:
    text = token(ask(oidc, registered(oidc), None))
    assert verifier(oidc, "https://github.com/octo-org").verify(text, clock.now)


def test_each_token_is_another(oidc: GithubOidc) -> None:
    address = registered(oidc)
    one, other = (jwt.decode(token(ask(oidc, address)), options={"verify_signature": False}) for _ in range(2))
    assert one["jti"] != other["jti"]
    assert one["sub"] == other["sub"]


@pytest.mark.parametrize("scheme", ["bearer", "Bearer", "BEARER"])
def test_scheme_is_read_in_any_case(oidc: GithubOidc, scheme: str) -> None:
    address = registered(oidc)
    assert ask(oidc, address, authorization=f"{scheme} {address.token}").status == 200


@pytest.mark.parametrize(
    "value", ["", "bearer", "bearer ", "bearer wrong", "basic {}", "{}", "bearer {}x", "bearer {},bearer {}"]
)
def test_request_is_refused_when_bearer_is_wrong(oidc: GithubOidc, value: str) -> None:
    address = registered(oidc)
    response = ask(oidc, address, authorization=value.replace("{}", address.token))
    assert response.status == 401
    assert address.token.encode() not in response.body
    assert b"value" not in response.body


def test_request_is_refused_when_bearer_is_missing(oidc: GithubOidc) -> None:
    assert get(oidc, f"{registered(oidc).url}&audience=x").status == 401


def test_request_is_refused_when_the_job_has_ended(oidc: GithubOidc) -> None:
    address, other = registered(oidc), registered(oidc)
    assert ask(oidc, address).status == 200
    oidc.end_job(address.job_id)
    assert ask(oidc, address).status == 401
    assert ask(oidc, other).status == 200


def test_request_is_refused_when_the_jobs_time_is_over(oidc: GithubOidc, clock: Clock) -> None:
    address = registered(oidc, seconds=100)
    clock.now += 99
    assert ask(oidc, address).status == 200
    clock.now += 1
    assert ask(oidc, address).status == 401


def test_request_is_refused_when_bearer_belongs_to_another_job(oidc: GithubOidc) -> None:
    address, other = registered(oidc), registered(oidc)
    assert ask(oidc, address, authorization=f"bearer {other.token}").status == 403


def test_request_is_refused_when_audience_is_empty_long_or_twice(oidc: GithubOidc) -> None:
    address = registered(oidc)
    bearer = {"authorization": f"bearer {address.token}"}
    for query in ("&audience=", "&audience=" + "x" * 1025, "&audience=a&audience=b"):
        assert get(oidc, address.url + query, **bearer).status == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_request_is_refused_when_method_is_another(oidc: GithubOidc, method: str) -> None:
    address = registered(oidc)
    assert get(oidc, address.url, method=method, authorization=f"bearer {address.token}").status == 405


@pytest.mark.parametrize("host", ["", "evil.example", "127.0.0.1:4998", "token.actions.githubusercontent.com"])
def test_request_is_refused_when_host_is_not_ours(oidc: GithubOidc, host: str) -> None:
    address = registered(oidc)
    assert get(oidc, address.url, host=host, authorization=f"bearer {address.token}").status == 403


@pytest.mark.parametrize(
    "path", ["/", "/.well-known/", "/.well-known/jwks/", "//.well-known/jwks", "/_oidc/jobs", "/x"]
)
def test_path_is_unknown_when_it_is_not_named(oidc: GithubOidc, path: str) -> None:
    assert get(oidc, BASE + path).status == 404
    assert not oidc.serves(HttpRequest("GET", path, {}))


def test_job_gets_no_address_when_github_gives_it_no_token(oidc: GithubOidc) -> None:
    fork = workflow_job(Event.PULL_REQUEST, REPOSITORY, FILE, from_fork=True)
    assert oidc.register_job(fork) == NoToken(NoTokenReason.FORK)
    silent = replace(JOB, id_token=IdTokenPermission.NONE)
    assert oidc.register_job(silent) == NoToken(NoTokenReason.NO_PERMISSION)
    for job in (fork, silent):
        with pytest.raises(TokenNotGrantedError):
            oidc.mint(job, AUDIENCE)


def test_nothing_is_minted_when_audience_cannot_be(oidc: GithubOidc) -> None:
    for audience in ("", "x" * 1025):
        with pytest.raises(AudienceError):
            oidc.mint(JOB, audience)


def test_discovery_names_githubs_issuer_and_our_keys(oidc: GithubOidc) -> None:
    document = json.loads(get(oidc, f"{BASE}/.well-known/openid-configuration").body)
    assert document["issuer"] == "https://token.actions.githubusercontent.com"
    assert document["jwks_uri"] == f"{BASE}/.well-known/jwks"
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]
    minted = jwt.decode(oidc.mint(JOB, AUDIENCE), options={"verify_signature": False})
    assert set(minted) <= set(document["claims_supported"])


def test_published_keys_hold_no_private_half(oidc: GithubOidc) -> None:
    (key,) = json.loads(get(oidc, f"{BASE}/.well-known/jwks").body)["keys"]
    assert set(key) == {"kty", "kid", "use", "alg", "n", "e"}


def test_rotation_keeps_the_old_key_until_its_tokens_have_expired(oidc: GithubOidc, clock: Clock) -> None:
    old = oidc.mint(JOB, AUDIENCE)
    before = JwkSet.from_document(oidc.jwks()).kids
    kid = oidc.rotate_keys()
    new = oidc.mint(JOB, AUDIENCE)
    assert jwt.get_unverified_header(new)["kid"] == kid not in before
    for text in (old, new):
        assert verifier(oidc).verify(text, clock.now)
    clock.now += 599
    assert len(oidc.jwks()["keys"]) == 2
    clock.now += 1
    assert JwkSet.from_document(oidc.jwks()).kids == (kid,)
    with pytest.raises(UnknownKeyError):
        verifier(oidc).verify(old, clock.now)


def test_keys_differ_from_start_to_start(oidc: GithubOidc) -> None:
    text = GithubOidc(BASE).mint(JOB, AUDIENCE)
    with pytest.raises(UnknownKeyError):
        verifier(oidc).verify(text, 0)


def test_secret_is_not_shown_when_an_address_is_printed(oidc: GithubOidc) -> None:
    address = registered(oidc)
    assert address.token not in repr(address)
    assert address.environment()["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] == address.token


def test_secrets_and_tokens_stay_out_of_the_log(oidc: GithubOidc, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    address = registered(oidc)
    text = token(ask(oidc, address))
    ask(oidc, address, authorization=f"basic {address.token}")
    assert caplog.text
    assert address.token not in caplog.text
    assert text.rpartition(".")[2] not in caplog.text


@pytest.fixture
def served() -> Iterator[GithubOidc]:
    """The issuer at a real address, below a path."""
    listener = socket.create_server(("127.0.0.1", 0))
    oidc = GithubOidc(f"http://127.0.0.1:{listener.getsockname()[1]}/github")
    server = LoopbackServer(listener, oidc)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield oidc
    server.shutdown()
    server.server_close()
    thread.join(5)


def fetched(url: str, **headers: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
        return bytes(answer.read())


def test_client_gets_and_verifies_a_token_over_http(served: GithubOidc) -> None:
    """As `core.getIDToken` asks, and as a relying party finds the keys: discovery, key set, signature."""
    variables = registered(served).environment()
    url = f"{variables['ACTIONS_ID_TOKEN_REQUEST_URL']}&{urlencode({'audience': AUDIENCE})}"
    secret = variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    text = json.loads(fetched(url, Authorization=f"bearer {secret}"))["value"]
    place = str(served.discovery()["jwks_uri"]).removesuffix("jwks")
    keys_at = json.loads(fetched(f"{place}openid-configuration"))["jwks_uri"]
    now = jwt.decode(text, options={"verify_signature": False})["iat"]
    assert TokenVerifier(GITHUB_COM, [AUDIENCE], FetchedKeys(lambda: fetched(keys_at))).verify(text, now)
    with pytest.raises(urllib.error.HTTPError, match="401"):
        fetched(url, Authorization="bearer wrong")
