"""Which tables are evidence, and how an entry's body becomes a row of one of them.

An entry that changes a row has the body `{"row": id, "set": {column: value}, "table": name}`. The rows are nothing but
these bodies folded together, so that verification can compute them again and compare. A body without `table` is a
free-standing event: `{"facts": …, "subject": text}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.chain import canonical_text

Column: TypeAlias = "str | int | None"
"""What a column of an evidence table holds. Flags are 0 and 1, JSON is canonical text: the same in both databases."""


@dataclass(frozen=True, slots=True)
class Projection:
    """An evidence table.

    Attributes:
        table: Its name.
        columns: All its columns, the key first.
        changeable: What may change after the row was made; empty for rows that are written once.
        json: Columns that hold canonical JSON text.
        prose: Columns with text from outside, which is redacted before it is stored.
    """

    table: str
    columns: tuple[str, ...]
    changeable: frozenset[str] = frozenset()
    json: frozenset[str] = frozenset()
    prose: frozenset[str] = frozenset()
    known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", frozenset(self.columns))

    @property
    def key(self) -> str:
        """The column that identifies a row."""
        return self.columns[0]

    def stored(self, column: str, value: Json) -> Column:
        """`value` as the column holds it."""
        if value is None:
            return None
        if column in self.json:
            return canonical_text(value)
        if isinstance(value, str):
            return value
        return int(value) if isinstance(value, int) else canonical_text(value)

    def stored_row(self, values: Mapping[str, Json]) -> tuple[Column, ...]:
        """The whole row in the order of the columns; columns that are not named are None."""
        json, stored = self.json, self.stored
        return tuple(
            [
                (value if type(value) is str and column not in json else stored(column, value))
                for column, value in zip(self.columns, map(values.get, self.columns), strict=True)
            ]
        )


_ACTOR = ("actor_kind", "actor_subject", "actor_name", "actor_run_url")

RUNS = Projection(
    table="terraform_runs",
    columns=(
        *("id", "tree", "environment", "run_kind", "status", "spec_version_id", "parent_run_id", *_ACTOR),
        *("commit", "ref", "engine", "engine_version", "provider_lock_hash", "plan_digest", "plan_place"),
        *("plan_summary", "policy_result", "state_before", "state_after", "executor", "build_arn", "role"),
        *("session_name", "claims_digest", "target", "destroys", "queued_at", "started_at", "finished_at"),
        *("exit_code", "error_code", "error", "log_place", "note", "halted", "terraform_lock"),
        *("purpose", "change_digest", "promotable", "images"),
    ),
    changeable=frozenset(
        {
            *("status", "spec_version_id", "commit", "ref", "engine", "engine_version", "provider_lock_hash"),
            *("plan_digest", "plan_place", "plan_summary", "policy_result", "state_before", "state_after"),
            *("build_arn", "role", "session_name", "claims_digest", "destroys", "started_at", "finished_at"),
            *("exit_code", "error_code", "error", "log_place", "note", "halted", "terraform_lock"),
            *("change_digest", "promotable", "images"),
        }
    ),
    json=frozenset(
        {
            *("plan_summary", "policy_result", "state_before", "state_after", "terraform_lock", "promotable"),
            "images",
        }
    ),
    prose=frozenset(
        {
            *("actor_name", "actor_run_url", "ref", "plan_place", "plan_summary", "policy_result", "terraform_lock"),
            *("error", "log_place", "note"),
        }
    ),
)

APPROVALS = Projection(
    table="approvals",
    columns=(
        *("id", "run_id", "plan_digest", "approver", "decision", "comment", "source", "at"),
        *("stack", "commit", "given_at", "reference", "carried_from"),
    ),
    prose=frozenset({"comment", "source", "reference"}),
)

INVOLVEMENTS = Projection(
    table="involvements",
    columns=("id", "run_id", "person", "part", "source", "at"),
    prose=frozenset({"source"}),
)

WAIVERS = Projection(
    table="promotion_waivers",
    columns=("id", "run_id", "plan_digest", "approver", "reason", "source", "at"),
    prose=frozenset({"reason", "source"}),
)

SPEC_VERSIONS = Projection(
    table="terraform_stack_spec_versions",
    columns=("id", "tree", "environment", "version", "spec_hash", "document", "created_at"),
    json=frozenset({"document"}),
    prose=frozenset({"document"}),
)

HALTS = Projection(
    table="halts",
    columns=("scope", "engaged", "reason", *_ACTOR, "at"),
    changeable=frozenset({"engaged", "reason", *_ACTOR, "at"}),
    prose=frozenset({"reason", "actor_name", "actor_run_url"}),
)

IMAGES = Projection(
    table="images",
    columns=(
        *("id", "service", "repository", "digest", "platforms", "version", "commit", "builder", "signer"),
        *("sboms", "scan", "verification", "recorded_at", "verified_at"),
    ),
    # What an image is follows from its digest; what is said about it can change with every verification.
    changeable=frozenset(
        {"version", "commit", "builder", "signer", "sboms", "scan", "verification", "verified_at", "service"}
    ),
    json=frozenset({"platforms", "sboms", "scan", "verification"}),
    prose=frozenset({"version", "builder", "signer"}),
)

PROJECTIONS: Mapping[str, Projection] = MappingProxyType(
    {
        projection.table: projection
        for projection in (RUNS, APPROVALS, INVOLVEMENTS, WAIVERS, SPEC_VERSIONS, HALTS, IMAGES)
    }
)


def row_body(projection: Projection, row_id: str, values: Mapping[str, Json]) -> dict[str, Json]:
    """The body of the entry that sets `values` in a row."""
    return {"row": row_id, "set": values, "table": projection.table}


def event_body(subject: str, facts: Json) -> dict[str, Json]:
    """The body of a free-standing event."""
    return {"facts": facts, "subject": subject}
