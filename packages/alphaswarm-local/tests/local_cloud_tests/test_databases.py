"""PostgreSQL beside the local cloud: real, one database an environment, each closed to the others' people."""

import os
import signal
import time
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest

from alphaswarm_core.adapters.handle_values import HandleRefusedError, HandleUnreadableError, first_handle, put_secret
from alphaswarm_core.ledger.errors import LedgerAccessError, LedgerSchemaError, LedgerServerError
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_core.target import local_client_environment
from alphaswarm_local import supervisor
from alphaswarm_local.databases.client import owner_url
from alphaswarm_local.databases.errors import NoDatabaseServerError
from alphaswarm_local.databases.programs import find_programs

from .conftest import ACCOUNTS, ClientOf, cannot_run


@pytest.fixture(scope="session", autouse=True)
def programs() -> Path:
    try:
        return find_programs()
    except NoDatabaseServerError as error:
        cannot_run(error.what)
        raise


def test_each_environment_has_a_ledger_of_its_own(cloud: LocalCloudAddress) -> None:
    urls = {environment: owner_url(cloud, environment) for environment in ACCOUNTS}

    assert len(set(urls.values())) == 3
    assert owner_url(cloud, "dev") == urls["dev"]  # the server is started once
    for url in urls.values():
        Ledger.migrate(url)
        Ledger.grant(url)
        with Ledger.open(Ledger.runtime_url(url)) as ledger:
            assert ledger.verify().ok


def test_owner_and_runtime_of_one_environment_do_not_get_into_another(cloud: LocalCloudAddress) -> None:
    dev, prod = owner_url(cloud, "dev"), owner_url(cloud, "prod")
    Ledger.migrate(dev)
    Ledger.grant(dev)

    for url in (dev, Ledger.runtime_url(dev)):
        elsewhere = url.rpartition("/")[0] + "/" + prod.rpartition("/")[2]
        with pytest.raises(LedgerAccessError):
            Ledger.open(elsewhere)


def test_password_that_was_replaced_opens_nothing(cloud: LocalCloudAddress) -> None:
    owner = owner_url(cloud, "staging")
    Ledger.migrate(owner)
    Ledger.grant(owner)
    old = Ledger.runtime_url(owner)
    Ledger.open(old).close()

    new = Ledger.runtime_url(owner)

    Ledger.open(new).close()
    with pytest.raises(LedgerAccessError):
        Ledger.open(old)


def test_tables_that_nobody_made_are_refused(home: Path) -> None:
    address = supervisor.up(home, region="us-east-1", accounts={"dev": "111111111111"})

    with pytest.raises(LedgerSchemaError):
        Ledger.open(owner_url(address, "dev"))


def test_address_is_told_to_nobody_without_the_admin_token(cloud: LocalCloudAddress) -> None:
    with pytest.raises(NoDatabaseServerError) as raised:
        owner_url(cloud.model_copy(update={"admin_token": "guessed"}), "dev")
    assert "token" in raised.value.what

    with pytest.raises(NoDatabaseServerError, match="no environment"):
        owner_url(cloud, "nowhere")


def test_server_ends_with_the_local_cloud(home: Path) -> None:
    address = supervisor.up(home, region="us-east-1", accounts={"dev": "111111111111"})
    url = owner_url(address, "dev")
    with psycopg.connect(url) as connection:
        pid = connection.info.backend_pid

    supervisor.down(home)

    with pytest.raises(LedgerServerError):
        Ledger.open(url)
    assert _ends(pid)


def test_server_ends_when_the_local_cloud_is_killed(home: Path) -> None:
    address = supervisor.up(home, region="us-east-1", accounts={"dev": "111111111111"})
    url = owner_url(address, "dev")

    os.kill(address.pid, signal.SIGKILL)

    assert _refuses(url)


@pytest.mark.parametrize("environment", ["dev"])
def test_secret_that_a_handle_names_gets_the_value(
    cloud: LocalCloudAddress, client: ClientOf, environment: str
) -> None:
    names = (f"missing_{uuid.uuid4().hex[:8]}", f"given_{uuid.uuid4().hex[:8]}")
    variables = local_client_environment(cloud, environment)
    with pytest.raises(HandleUnreadableError):
        first_handle(variables, environment, names)
    arn = client("secretsmanager").create_secret(Name=names[1])["ARN"]
    client("ssm").put_parameter(Name=f"/alphaswarm/{environment}/{names[1]}", Value=arn, Type="String")

    assert first_handle(variables, environment, names) == arn
    put_secret(variables, arn, "postgresql://…")

    assert client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "postgresql://…"
    with pytest.raises(HandleRefusedError):
        put_secret(variables, arn.replace(names[1], "another"), "value")


def _ends(pid: int) -> bool:
    return _until(lambda: not Path(f"/proc/{pid}").exists())


def _refuses(url: str) -> bool:
    def refused() -> bool:
        try:
            Ledger.open(url).close()
        except LedgerServerError:
            return True
        except Exception:  # noqa: BLE001 - shutting down
            return False
        return False

    return _until(refused)


def _until(holds: Any) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False
