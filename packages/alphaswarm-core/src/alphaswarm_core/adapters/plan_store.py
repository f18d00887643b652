"""Where builds keep the files of plans for each other: the state bucket, which is private, encrypted and versioned.

A plan file holds secrets, as a state does. What is read back is held against the ledger's digest before it is used.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from alphaswarm_core.adapters.aws_clients import client
from alphaswarm_core.delivery.deploy_project import PLANS
from alphaswarm_core.delivery.executor_errors import PlanNotKeptError

_BUCKET = re.compile(r'^\s*bucket\s*=\s*"([a-z0-9.-]{3,63})"\s*$', re.MULTILINE)


def state_bucket(root_module: Path) -> str:
    """The bucket that a root module's backend names; a backend takes no variables, so its text is the truth.

    Raises:
        PlanNotKeptError: there is no such file, or it names no bucket.
    """
    try:
        found = _BUCKET.search((root_module / "backend.tf").read_text("utf-8"))
    except OSError as error:
        raise PlanNotKeptError(f"{root_module.name} has no backend.tf", why=error.strerror) from error
    if found is None:
        raise PlanNotKeptError(f"The backend of {root_module.name} names no bucket")
    return found[1]


class PlanStore:
    """Files of plans in one bucket.

    Args:
        cloud: The `AWS_*` variables of the target.
        bucket: The bucket.
    """

    def __init__(self, cloud: Mapping[str, str], bucket: str) -> None:
        self._client = client("s3", cloud)
        self._bucket = bucket

    def keep(self, run_id: str, file: Path) -> None:
        """Keep the file of a plan.

        Raises:
            PlanNotKeptError: the bucket does not take it.
        """
        with _asking(f"keep the plan {run_id}"):
            self._client.put_object(Bucket=self._bucket, Key=f"{PLANS}/{run_id}", Body=file.read_bytes())

    def fetch(self, run_id: str) -> bytes:
        """The file of a plan, as it is kept: not yet checked.

        Raises:
            PlanNotKeptError: it is not there, or cannot be read.
        """
        with _asking(f"read the plan {run_id}"):
            content: bytes = self._client.get_object(Bucket=self._bucket, Key=f"{PLANS}/{run_id}")["Body"].read()
        return content

    def remove(self, run_id: str) -> None:
        """Remove the file of a plan that nobody will apply any more.

        Raises:
            PlanNotKeptError: the bucket does not let it go.
        """
        with _asking(f"remove the plan {run_id}"):
            self._client.delete_object(Bucket=self._bucket, Key=f"{PLANS}/{run_id}")


@contextmanager
def _asking(what: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        yield
    except (BotoCoreError, ClientError, OSError) as error:
        raise PlanNotKeptError(f"S3 does not {what}", why=str(error), fix="Plan again, then apply that plan") from error
