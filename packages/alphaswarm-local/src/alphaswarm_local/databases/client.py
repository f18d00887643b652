"""The local cloud's databases from outside."""

import json
from http import HTTPStatus

from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local.databases.errors import NoDatabaseServerError
from alphaswarm_local.loopback_client import ask

DATABASES_PATH = "/_alphaswarm/databases"
"""No bucket can have this name, so databases share the address with AWS."""


def owner_url(address: LocalCloudAddress, environment: str) -> str:
    """The address of an environment's ledger database with its owner's password; the server is started if need be.

    Raises:
        NoDatabaseServerError: there is no PostgreSQL on this machine, or no such environment.
        LocalCloudError: the local cloud does not answer.
    """
    headers = {"Authorization": f"Bearer {address.admin_token}", "Content-Type": "application/json"}
    body = json.dumps({"environment": environment}).encode()
    answer = ask("POST", address.url("databases"), headers, body)
    document = answer.json()
    if answer.status != HTTPStatus.OK:
        raise NoDatabaseServerError(
            str(document.get("message") or "The local cloud has no database"),
            why=document.get("why") or None,
            fix="Install one (apt-get install postgresql, or pip install pgserver), then: alphaswarm local reset",
        )
    return str(document["owner_url"])
