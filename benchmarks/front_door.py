"""What the front door of the local cloud adds to a call of a session: `python -m benchmarks.front_door`.

Measured in process with a backend that answers at once, so that all that is left is the front door: signature, session,
operation, resources, the role's policies as moto holds them, a resource's policy. HTTP and moto are not in it.
"""

import json
import statistics
import time

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from alphaswarm_local.access.iam_state import MotoIam, RoleState
from alphaswarm_local.access.moto_state import MotoState
from alphaswarm_local.access.permissions import Permissions
from alphaswarm_local.aws.authentication import Authenticator
from alphaswarm_local.aws.backend import Moto
from alphaswarm_local.aws.front_door import FrontDoor
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.aws.sessions import Credential, Session, SessionStore
from benchmarks.measurement import CannotMeasureError, Measurement

CALLS = 500
TARGET_MS = 3.0
ACCOUNT = "111111111111"
HOST = "127.0.0.1:4599"
_ASSUMED = f"arn:aws:sts::{ACCOUNT}:assumed-role/measured/bench"
_STATEMENTS = 40


def measure() -> list[Measurement]:
    """The median that the front door adds, for an allowed call of each kind and for a denied one."""
    role = _role()
    sessions = SessionStore()
    now = time.time()
    session = Session(role.arn, role.id, "bench", now, now + 3600)
    credential = sessions.issue(ACCOUNT, _ASSUMED, f"{role.id}:bench", session)
    door = FrontDoor(
        Authenticator({}, sessions=sessions),
        _at_once,
        hosts=frozenset({HOST}),
        authorizer=Permissions(MotoIam({ACCOUNT}), MotoState()),
    )
    kinds = {
        "ssm:GetParameter, allowed": (200, _ssm("/app/x", credential)),
        "ssm:GetParameter, denied": (400, _ssm("/other/x", credential)),
        "s3:GetObject, allowed": (200, _s3(credential)),
    }
    return [_measured(door, what, status, request) for what, (status, request) in kinds.items()]


def _measured(door: FrontDoor, what: str, status: int, request: HttpRequest) -> Measurement:
    answered = door(request).status
    if answered != status:
        raise CannotMeasureError(f"{what} was answered with {answered}")
    taken = []
    for _ in range(CALLS):
        started = time.perf_counter()
        door(request)
        taken.append((time.perf_counter() - started) * 1000)
    high = statistics.quantiles(taken, n=100)[98]
    detail = f"median of {CALLS}; 99 of 100 within {high:.2f} ms; a role of {_STATEMENTS} statements"
    return Measurement(f"front door, {what}", statistics.median(taken), TARGET_MS, "ms", at_least=False, detail=detail)


def _at_once(_call: ApiCall) -> HttpResponse:
    return HttpResponse(200, [("Content-Type", "application/json")], b"{}")


def _role() -> RoleState:
    """A role in moto's own state, with statements that do not fit before those that do."""
    Moto.prepare()
    from moto.iam.models import iam_backends  # moto reads its settings when it is imported
    from moto.s3.models import s3_backends

    bucket = s3_backends[ACCOUNT]["aws"].create_bucket("bucket", "us-east-1")
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bucket/*"}
    bucket.policy = json.dumps({"Version": "2012-10-17", "Statement": [denial]}).encode()

    backend = iam_backends[ACCOUNT]["aws"]
    made = backend.create_role("measured", "{}", "/", None, "", [], "3600")
    fitting = [
        ("ssm:GetParameter", f"arn:aws:ssm:*:{ACCOUNT}:parameter/app/*"),
        ("s3:GetObject", "arn:aws:s3:::bucket/*"),
    ]
    others = [
        (f"ssm:Put{number}*", f"arn:aws:ssm:*:*:parameter/{number}/*") for number in range(_STATEMENTS - len(fitting))
    ]
    statements = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in others + fitting]
    backend.put_role_policy("measured", "p", json.dumps({"Version": "2012-10-17", "Statement": statements}))
    found = MotoIam({ACCOUNT}).role(ACCOUNT, made.name)
    if found is None:
        raise CannotMeasureError("moto did not keep the role")
    return found


def _ssm(name: str, credential: Credential) -> HttpRequest:
    headers = {"X-Amz-Target": "AmazonSSM.GetParameter", "Content-Type": "application/x-amz-json-1.1"}
    return _signed("POST", "/", headers, json.dumps({"Name": name}).encode(), credential, "ssm")


def _s3(credential: Credential) -> HttpRequest:
    return _signed("GET", "/bucket/key", {}, b"", credential, "s3")


def _signed(  # noqa: PLR0917 - a request has these parts
    method: str, path: str, headers: dict[str, str], body: bytes, credential: Credential, service: str
) -> HttpRequest:
    request = AWSRequest(method, f"http://{HOST}{path}", {"Host": HOST, **headers}, body)
    request.context["client_config"] = None
    keys = Credentials(credential.identity.access_key_id, credential.secret_access_key, credential.session_token)
    (S3SigV4Auth if service == "s3" else SigV4Auth)(keys, service, "us-east-1").add_auth(request)
    sent = {name.lower(): str(value) for name, value in request.headers.items()}
    return HttpRequest(method, path, sent, body)


if __name__ == "__main__":
    for each in measure():
        print(each.line())
