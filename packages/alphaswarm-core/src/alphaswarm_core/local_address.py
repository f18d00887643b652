"""Where the local cloud of a checkout is to be found.

The supervisor of the local cloud writes this file when the cloud is ready and removes it when it stops; every command
whose target is `local` reads it. It holds keys that only the local cloud knows, so it is private to its owner (0600).
"""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alphaswarm_core.errors import UnavailableError

ADDRESS_FILE = "local/address.json"

GITHUB_PATH = "/_alphaswarm/github"
"""Where GitHub's issuer is at the local cloud's address: no bucket can have this name."""

REGISTRY_PATH = "/v2"
"""Where its registry is: a build knows no more than the cloud's endpoint."""


class LocalCloudError(UnavailableError):
    """The local cloud is not running or does not answer."""

    code = "AS-LOC-001"
    summary = "The local cloud is not running or does not answer"


class AccountKeys(BaseModel):
    """The bootstrap credentials of one account of the local cloud. They are worth nothing anywhere else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account_id: str
    access_key_id: str
    secret_access_key: str


class LocalCloudAddress(BaseModel):
    """The running local cloud.

    Attributes:
        endpoint: `http://127.0.0.1:PORT`.
        accounts: By environment name.
        urls: Where its other parts are, by name: `github_oidc`, …
        admin_token: With it jobs are registered there, and a job gets tokens: as secret as the keys.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: str
    pid: int
    region: str
    started_at: str
    accounts: dict[str, AccountKeys]
    urls: dict[str, str] = Field(default_factory=dict)
    admin_token: str | None = Field(default=None, repr=False)

    def url(self, part: str) -> str:
        """Where the part called `part` is.

        Raises:
            LocalCloudError: the running local cloud has none; an older version started it.
        """
        if part not in self.urls:
            raise LocalCloudError(f"The running local cloud has no {part}", fix="Start it anew: alphaswarm local reset")
        return self.urls[part]

    def write(self, home: Path) -> None:
        """Publish the address under `home` (the project's `.alphaswarm` directory), atomically, mode 0600."""
        path = home / ADDRESS_FILE
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.model_dump_json(indent=2))
        draft.replace(path)


def read_local_address(home: Path) -> LocalCloudAddress:
    """The address that a running local cloud published under `home`.

    Raises:
        LocalCloudError: there is none, or it cannot be read.
    """
    path = home / ADDRESS_FILE
    try:
        return LocalCloudAddress.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise LocalCloudError("The local cloud is not running", fix="Start it: alphaswarm local up") from None
    except (OSError, ValidationError) as error:
        raise LocalCloudError(
            f"The address of the local cloud in {path} cannot be read",
            why=str(error).splitlines()[0],
            fix="Start it anew: alphaswarm local reset",
        ) from error
