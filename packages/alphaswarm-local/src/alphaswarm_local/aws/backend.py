"""moto, reached only through requests that we wrote ourselves.

moto chooses account, region, service and operation from what the client sent: a header that names the account, the user
agent, a header or form field called `Action`. So nothing is passed through. Each call is written anew, from what was
verified and understood: the account of the identity, the service and region of the signature, the operation of
`operations.py`, and of the client's headers only those that S3 objects and conditions need.
"""

import io
import json
import os
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import Any, cast
from urllib.parse import unquote, urlencode

from alphaswarm_local.aws import translation
from alphaswarm_local.aws.faults import not_implemented
from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import ApiCall, unsigned_query
from alphaswarm_local.aws.protocols import Protocol

_HOST = "127.0.0.1"
_NO_ACTION = "_="
"""A query that says nothing. Without any, moto reads a JSON body as a form: a value such as `&Action=DeleteParameter&`
anywhere in it becomes the operation."""
_FORM = "application/x-www-form-urlencoded; charset=utf-8"
_S3_HEADERS = frozenset(
    {
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-md5",
        "content-type",
        "expires",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-unmodified-since",
        "range",
    }
)
_KEPT_FROM_MOTO = frozenset({"x-amz-target", "x-amz-security-token"})
_MOTO_KEY = "AKIAXXXXXXXXXXXXXXXX"
"""moto gets no key that is worth anything: it looks keys up to find accounts and sessions of its own."""
_MOTO_SETTINGS = {
    # Without these moto lets every web page read answers, one account read another's buckets, and host names choose
    # buckets; a certificate takes a minute to be issued; and AWS's own policies do not exist.
    "MOTO_DISABLE_GLOBAL_CORS": "true",
    "MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS": "false",
    "S3_IGNORE_SUBDOMAIN_BUCKETNAME": "true",
    "MOTO_ACM_VALIDATION_WAIT": "1",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
}

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Moto:
    """moto's services in this process, each loaded when it is first called.

    `prepare` must have been called before moto is imported anywhere in the process.
    """

    def __init__(self) -> None:
        self._apps: dict[str, WsgiApp] = {}
        self._lock = Lock()

    @staticmethod
    def prepare() -> None:
        """Set moto's switches; it reads them when it is imported."""
        os.environ.update(_MOTO_SETTINGS)

    def __call__(self, call: ApiCall) -> HttpResponse:
        """Carry out `call` in its account and region.

        Raises:
            AwsFault: moto does not implement the operation, or not with these parameters.
        """
        app = self._app(call.operation.service.backend)
        try:
            response = _respond(app, _environ(call))
        except NotImplementedError as error:
            raise not_implemented(f"{call.operation} as it was called: {error}") from error
        if call.operation.protocol is Protocol.CBOR:
            return translation.to_cbor(response, call.operation)
        return response

    def _app(self, name: str) -> WsgiApp:
        app = self._apps.get(name)
        if app is None:
            from moto.moto_server.werkzeug_app import create_backend_app  # noqa: PLC0415 - seconds of import

            with self._lock:
                app = self._apps.get(name) or create_backend_app(cast("Any", name))
                if name == "s3":
                    _leave_judging_to_the_front_door()
                self._apps[name] = app
        return app


def _leave_judging_to_the_front_door() -> None:
    """Moto refuses by a bucket's policy too, and knows no Condition: "deny insecure transport" would close the bucket.

    The front door has judged the call by that same policy already (`access/permissions.py`).
    """
    from moto.iam.access_control import PermissionResult  # noqa: PLC0415 - seconds of import
    from moto.s3.models import FakeBucket  # noqa: PLC0415

    def undecided(_bucket: FakeBucket, _action: str, _resource: str) -> PermissionResult:
        return PermissionResult.NEUTRAL

    FakeBucket.get_permission = undecided  # type: ignore[method-assign, assignment]


def _environ(call: ApiCall) -> dict[str, Any]:
    """The WSGI environment of the one request that means `call` and nothing else."""
    method, target, content_type, body = _message(call)
    path, _, query = target.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path).encode().decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": target,
        "SERVER_NAME": _HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(body)),
    }
    if content_type:
        environ["CONTENT_TYPE"] = content_type
    environ.update(_header_entries(call))
    return environ


def _message(call: ApiCall) -> tuple[str, str, str, bytes]:
    """Method, target, content type and body."""
    operation, request = call.operation, call.request
    query = urlencode(unsigned_query(request))
    if operation.protocol.is_form:
        return "POST", "/", _FORM, urlencode(operation.parameters).encode()
    if operation.protocol in {Protocol.JSON, Protocol.CBOR}:
        document = operation.parameters
        body = request.body if operation.protocol is Protocol.JSON else translation.to_json(document)
        return "POST", f"/?{_NO_ACTION}", "application/x-amz-json-1.1", body or b"{}"
    if operation.protocol is Protocol.S3:
        target = f"{request.raw_path}?{query}" if query else request.raw_path
        return request.method, target, request.headers.get("content-type", ""), request.body
    content_type = "application/json" if operation.protocol is Protocol.REST_JSON else "text/xml"
    return request.method, f"{request.raw_path}?{query or _NO_ACTION}", content_type, request.body


def _header_entries(call: ApiCall) -> Iterator[tuple[str, Any]]:
    operation, identity = call.operation, call.identity
    scope = f"{_MOTO_KEY}/20000101/{call.region}/{operation.service.signing_name}/aws4_request"
    # moto takes the region from the first thing in the address that looks like one: so it is the host, which is ours.
    host = (
        _HOST if operation.protocol is Protocol.S3 else f"{operation.service.signing_name}.{call.region}.amazonaws.com"
    )
    yield "HTTP_HOST", host
    yield "HTTP_X_MOTO_ACCOUNT_ID", identity.account_id
    yield "HTTP_AUTHORIZATION", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=verified"
    if operation.protocol in {Protocol.JSON, Protocol.CBOR}:
        yield "HTTP_X_AMZ_TARGET", f"{operation.service.target_prefix}.{operation.name}"
    if operation.protocol is Protocol.S3:
        yield from _s3_header_entries(call)


def _s3_header_entries(call: ApiCall) -> Iterator[tuple[str, Any]]:
    spelled: dict[str, str] = {}
    for name, value in call.request.headers.items():
        if name in _S3_HEADERS or (name.startswith("x-amz-") and name not in _KEPT_FROM_MOTO):
            key = name.upper().replace("-", "_")
            spelled[f"HTTP_{key}"] = name
            if key != "CONTENT_TYPE":
                yield f"HTTP_{key}", value
    # Metadata names may hold underscores; moto looks their spelling up here, because WSGI loses it.
    yield "moto.preserved_header_names", {key: name for key, name in spelled.items() if "_" in name}


def _respond(app: WsgiApp, environ: dict[str, Any]) -> HttpResponse:
    response = HttpResponse(500)

    def start(status: str, headers: list[tuple[str, str]], _info: object = None) -> Callable[[bytes], None]:
        response.status = int(status.partition(" ")[0])
        response.headers = list(headers)
        return lambda _data: None

    parts = app(environ, start)
    try:
        response.body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    return response


def json_document(response: HttpResponse) -> dict[str, Any]:
    """The response's JSON object; empty if it has none."""
    document = json.loads(response.body) if response.body else {}
    return document if isinstance(document, dict) else {}
