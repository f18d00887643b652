"""How many simple pages a second the package index of the local cloud serves: `python -m benchmarks packages`.

Over HTTP with kept-alive connections, with the token of a session whose role's policies are evaluated on each request.
Two packages: one with a few files, one with hundreds. Clients and server share the machine.
"""

import base64
import hashlib
import http.client
import json
import statistics
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

from alphaswarm_core.adapters.codeartifact import upload
from alphaswarm_core.delivery.codeartifact import IndexLogin
from alphaswarm_core.delivery.wheels import Wheel
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.identity.github.repositories import Repository
from alphaswarm_core.identity.github.subjects import SubjectFormat
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local import supervisor
from alphaswarm_local.github.client import web_identity_session
from benchmarks.measurement import CannotMeasureError, Measurement

TARGET = 300.0
_CLIENTS, _ROUNDS, _SECONDS = 4, 5, 1.5
_FILES = {"few-files": 3, "many-files": 300}
_ACCOUNT, _DOMAIN, _REPOSITORY = "111111111111", "measured", "measured"
_ISSUER = "token.actions.githubusercontent.com"
_JOB = workflow_job(
    Event.PUSH,
    Repository(name="octo-org/octo-repo", id=1, owner_id=2, subject_format=SubjectFormat.IMMUTABLE),
    ".github/workflows/build.yml",
)


def measure() -> list[Measurement]:
    """Pages a second, by package."""
    with tempfile.TemporaryDirectory(prefix="alphaswarm-bench-") as name:
        home = Path(name) / ".alphaswarm"
        address = supervisor.up(home, region="us-east-1", accounts={"dev": _ACCOUNT})
        try:
            login = _filled_repository(address, Path(name))
            return [_measured(package, count, login) for package, count in _FILES.items()]
        finally:
            supervisor.down(home)


def _measured(package: str, files: int, login: IndexLogin) -> Measurement:
    rates = [_round(package, login) for _ in range(_ROUNDS)]
    detail = f"{min(rates):,.0f}-{max(rates):,.0f} in {_ROUNDS} rounds, {_CLIENTS} clients, {files} files on the page"
    what = f"package index, page of {package}"
    return Measurement(what, statistics.median(rates), TARGET, "pages/s", at_least=True, detail=detail)


def _round(package: str, login: IndexLogin) -> float:
    """Pages a second of all clients together."""
    done: list[int] = []
    end = time.monotonic() + _SECONDS
    clients = [threading.Thread(target=_ask, args=(package, login, end, done)) for _ in range(_CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    if len(done) != _CLIENTS:
        raise CannotMeasureError("a page was not served")
    return sum(done) / _SECONDS


def _ask(package: str, login: IndexLogin, end: float, done: list[int]) -> None:
    parts = urlsplit(f"{login.endpoint}simple/{package}/")
    credentials = base64.b64encode(f"aws:{login.token}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Accept": "application/vnd.pypi.simple.v1+json"}
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    count = 0
    while time.monotonic() < end:
        connection.request("GET", parts.path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            return
        count += 1
    done.append(count)


def _filled_repository(address: LocalCloudAddress, directory: Path) -> IndexLogin:
    keys = address.accounts["dev"]
    root = boto3.Session(keys.access_key_id, keys.secret_access_key, region_name=address.region)
    api = root.client("codeartifact", endpoint_url=address.endpoint)
    api.create_domain(domain=_DOMAIN)
    api.create_repository(domain=_DOMAIN, repository=_REPOSITORY)
    variables = web_identity_session(address, "dev", _role(root.client("iam", endpoint_url=address.endpoint)), _JOB)
    session = boto3.Session(
        variables["AWS_ACCESS_KEY_ID"],
        variables["AWS_SECRET_ACCESS_KEY"],
        variables["AWS_SESSION_TOKEN"],
        region_name=address.region,
    )
    artifacts = session.client("codeartifact", endpoint_url=address.endpoint)
    where = {"domain": _DOMAIN, "repository": _REPOSITORY, "format": "pypi"}
    endpoint = artifacts.get_repository_endpoint(**where)["repositoryEndpoint"]
    given = artifacts.get_authorization_token(domain=_DOMAIN, durationSeconds=0)
    login = IndexLogin(endpoint, given["authorizationToken"], given["expiration"])
    for package, count in _FILES.items():
        for number in range(count):
            upload(login, _wheel(directory, package, f"1.{number}"))
    return login


def _role(iam: Any) -> str:
    """A role with one statement more than it needs for each that it needs."""
    iam.create_open_id_connect_provider(Url=f"https://{_ISSUER}", ClientIDList=["sts.amazonaws.com"])
    condition = {"StringLike": {f"{_ISSUER}:sub": "repo:*"}, "StringEquals": {f"{_ISSUER}:aud": "sts.amazonaws.com"}}
    provider = {"Federated": f"arn:aws:iam::{_ACCOUNT}:oidc-provider/{_ISSUER}"}
    trust = {
        "Effect": "Allow",
        "Principal": provider,
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    needed = ["codeartifact:*", "sts:GetServiceBearerToken", "logs:PutLogEvents", "s3:GetObject", "ssm:GetParameter"]
    statements = [{"Effect": "Allow", "Action": action, "Resource": "*"} for action in needed]
    made = iam.create_role(RoleName="measured", AssumeRolePolicyDocument=_document([trust]))
    iam.put_role_policy(RoleName="measured", PolicyName="p", PolicyDocument=_document(statements))
    return str(made["Role"]["Arn"])


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _wheel(directory: Path, package: str, version: str) -> Wheel:
    module = package.replace("-", "_")
    path = directory / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\nRequires-Python: >=3.11\n"
        archive.writestr(f"{module}-{version}.dist-info/METADATA", metadata)
    return Wheel(package, version, path, hashlib.sha256(path.read_bytes()).hexdigest())
