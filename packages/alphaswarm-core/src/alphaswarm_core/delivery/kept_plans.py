"""Saved plans of native Terraform on their way from the job that plans to the job that applies.

The two are different jobs under different roles, so the files lie in between where others can write: an artifact. What
is applied has to be what was looked at. One list names every file with its digest and says what it is a plan of; the
digest of that list goes another way, as an output of the planning job, which nobody but that job can set.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alphaswarm_core.errors import RefusedError

LIST = "plans.json"
_SCHEMA = "alphaswarm/kept-plans/v1"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FILE = re.compile(r"[0-9]{1,3}\.tfplan")
_LARGEST_LIST = 256 * 1024


class KeptPlanError(RefusedError):
    """What was kept is not what was planned, or is a plan of something else."""

    code = "AS-KEEP-001"
    summary = "The kept plan is not the one that was made"


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """One saved plan: of which root module, in which file, and the SHA-256 of its bytes."""

    directory: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class KeptPlans:
    """The saved plans of a stack, in the order in which they are applied. `commit` is what they were made from."""

    tree: str
    environment: str
    commit: str
    plans: tuple[KeptPlan, ...]

    def content(self) -> bytes:
        """The list's bytes."""
        document = {
            "schema": _SCHEMA,
            "tree": self.tree,
            "environment": self.environment,
            "commit": self.commit,
            "plans": [{"directory": each.directory, "file": each.file, "sha256": each.sha256} for each in self.plans],
        }
        return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()

    def digest(self) -> str:
        """The digest that goes another way."""
        return hashlib.sha256(self.content()).hexdigest()


def read_kept_plans(content: bytes, digest: str) -> KeptPlans:
    """The list in `content`, if it is the one with `digest`.

    Raises:
        KeptPlanError: it is another one, or no list at all.
    """
    if not _DIGEST.fullmatch(digest):
        raise KeptPlanError("The digest is none", why=f"64 hexadecimal digits are, not {digest[:80]!r}")
    found = hashlib.sha256(content).hexdigest()
    if len(content) > _LARGEST_LIST or not hmac.compare_digest(found, digest):
        raise KeptPlanError(
            f"{LIST} was changed after the plan",
            why=f"its digest is {found}, and the planning job said {digest}",
            fix="Plan anew, and find out who can write the run's artifacts",
        )
    return _parsed(json.loads(content))


def require_for(kept: KeptPlans, *, tree: str, environment: str, commit: str | None, modules: Sequence[str]) -> None:
    """Refuse plans of something else than what is to be applied now.

    Raises:
        KeptPlanError: another stack, another commit, or a root module that the stack does not have.
    """
    for what, planned, wanted in (
        ("tree", kept.tree, tree),
        ("environment", kept.environment, environment),
        ("commit", kept.commit, commit),
    ):
        if planned != wanted:
            raise KeptPlanError(f"The kept plans are of the {what} {planned}, not of {wanted}", fix="Plan anew")
    for each in kept.plans:
        if each.directory not in modules:
            raise KeptPlanError(f"{each.directory} is no root module of {tree} in {environment}", fix="Plan anew")


def require_bytes(plan: KeptPlan, content: bytes) -> None:
    """Refuse the bytes of another plan.

    Raises:
        KeptPlanError: they are.
    """
    found = hashlib.sha256(content).hexdigest()
    if not hmac.compare_digest(found, plan.sha256):
        raise KeptPlanError(
            f"{plan.file} is not the plan that was made of {plan.directory}",
            why=f"its digest is {found}, and the list says {plan.sha256}",
            fix="Plan anew, and find out who can write the run's artifacts",
        )


def _parsed(document: Mapping[str, Any]) -> KeptPlans:
    """The list; its digest was right, so that only another version of this program can have written something else."""
    try:
        if document["schema"] != _SCHEMA:
            raise KeptPlanError(f"{LIST} is of another version: {str(document['schema'])[:60]}", fix="Plan anew")
        plans = tuple(KeptPlan(each["directory"], each["file"], each["sha256"]) for each in document["plans"])
        kept = KeptPlans(document["tree"], document["environment"], document["commit"], plans)
    except (KeyError, TypeError) as error:
        raise KeptPlanError(f"{LIST} is no list of plans", why=str(error), fix="Plan anew") from error
    if any(not _FILE.fullmatch(str(each.file)) for each in plans):
        raise KeptPlanError(f"{LIST} names a file that is none of its own", fix="Plan anew")
    return kept
