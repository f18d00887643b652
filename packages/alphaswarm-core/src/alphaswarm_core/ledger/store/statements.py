# ruff: noqa: S608 - nothing but names of our own tables and columns is put into these statements
"""The store's SQL, in one place, for both databases: `:name` parameters, `{lock}` where a row will be written.

Only names of our own tables and columns are put into statements; every value is a parameter.
"""

from collections.abc import Iterable
from functools import lru_cache

from alphaswarm_core.ledger.projection import Projection

_ENTRY_COLUMNS = "sequence, at, kind, body, previous_hash, hash"

HEADS = "SELECT sequence, hash FROM ledger_head"
MOVE_HEAD = "UPDATE ledger_head SET sequence = :sequence, hash = :hash"
# PostgreSQL appends in one round trip: each one more, with the head locked, keeps all other writers waiting.
# The text between the columns is that of `chain.entry_hash`; `appending` checks each hash before it is committed.
APPEND_AT_ONCE = f"""
WITH head AS (SELECT sequence, hash FROM ledger_head FOR UPDATE),
next AS (
    SELECT sequence + 1 AS sequence, hash AS previous_hash, encode(sha256(convert_to(
        concat(CAST(:before AS TEXT), hash, CAST(:between AS TEXT), sequence + 1, '}}'), 'UTF8')), 'hex') AS hash
    FROM head
),
entry AS (
    INSERT INTO ledger_entries ({_ENTRY_COLUMNS})
    SELECT sequence, :at, :kind, :body, previous_hash, hash FROM next RETURNING sequence, previous_hash, hash
),
moved AS (UPDATE ledger_head SET sequence = next.sequence, hash = next.hash FROM next RETURNING 1)
SELECT sequence, previous_hash, hash FROM entry, moved
"""
INSERT_ENTRY = (
    "INSERT INTO ledger_entries (sequence, at, kind, body, previous_hash, hash) "
    "VALUES (:sequence, :at, :kind, :body, :previous_hash, :hash)"
)
ALL_ENTRIES = f"SELECT {_ENTRY_COLUMNS} FROM ledger_entries ORDER BY sequence"
ENTRIES_AFTER = f"SELECT {_ENTRY_COLUMNS} FROM ledger_entries WHERE sequence > :after ORDER BY sequence LIMIT :limit"
ENTRIES_BEFORE = (
    f"SELECT {_ENTRY_COLUMNS} FROM ledger_entries WHERE sequence < :before ORDER BY sequence DESC LIMIT :limit"
)
ENTRIES_OF_KIND_BEFORE = (
    f"SELECT {_ENTRY_COLUMNS} FROM ledger_entries "
    "WHERE sequence < :before AND (kind = :kind OR kind >= :first AND kind < :last) ORDER BY sequence DESC LIMIT :limit"
)
ENTRIES_ABOUT = f"SELECT {_ENTRY_COLUMNS} FROM ledger_entries WHERE body LIKE :pattern ORDER BY sequence"

_LEASE_COLUMNS = "run_id, stack, exclusive, host, pid, process_started, beat_at, acquired_at, terraform_lock"
LEASES = f"SELECT {_LEASE_COLUMNS} FROM run_leases ORDER BY run_id"
LEASE_OF_RUN = f"SELECT {_LEASE_COLUMNS} FROM run_leases WHERE run_id = :run_id{{lock}}"
EXCLUSIVE_LEASE = f"SELECT {_LEASE_COLUMNS} FROM run_leases WHERE stack = :stack AND exclusive = 1"
INSERT_LEASE = (
    f"INSERT INTO run_leases ({_LEASE_COLUMNS}) VALUES "
    "(:run_id, :stack, :exclusive, :host, :pid, :process_started, :beat_at, :acquired_at, :terraform_lock)"
)
DELETE_LEASE = "DELETE FROM run_leases WHERE run_id = :run_id"
BEAT = "UPDATE run_leases SET beat_at = :at WHERE run_id = :run_id"
_DELIVERY_COLUMNS = (
    "body_digest, delivery_id, event, repository, github_run, environment, received_at, outcome, report, reports"
)
KNOWN_DELIVERY = (
    f"SELECT {_DELIVERY_COLUMNS} FROM webhook_deliveries "
    "WHERE body_digest = :body_digest OR delivery_id = :delivery_id ORDER BY received_at LIMIT 1"
)
DELIVERIES_OF_RUN = (
    f"SELECT {_DELIVERY_COLUMNS} FROM webhook_deliveries "
    "WHERE repository = :repository AND github_run = :github_run ORDER BY received_at"
)
UNSETTLED_DELIVERIES = (
    f"SELECT {_DELIVERY_COLUMNS} FROM webhook_deliveries "
    "WHERE outcome IS NULL AND received_at > :since ORDER BY received_at LIMIT :limit"
)
INSERT_DELIVERY = (
    f"INSERT INTO webhook_deliveries ({_DELIVERY_COLUMNS}) VALUES (:body_digest, :delivery_id, :event, :repository, "
    ":github_run, :environment, :received_at, :outcome, :report, :reports)"
)
SETTLE_DELIVERY = "UPDATE webhook_deliveries SET outcome = :outcome WHERE body_digest = :body_digest"
REPORT_DELIVERY = (
    "UPDATE webhook_deliveries SET outcome = :outcome, report = :report, reports = reports + 1 "
    "WHERE body_digest = :body_digest"
)
SET_TERRAFORM_LOCK = "UPDATE run_leases SET terraform_lock = :terraform_lock WHERE run_id = :run_id"


SBOM = "SELECT document FROM sboms WHERE digest = :digest"
SBOM_KNOWN = "SELECT 1 FROM sboms WHERE digest = :digest"
INSERT_SBOM = "INSERT INTO sboms (digest, document) VALUES (:digest, :document)"
ALL_SBOMS = "SELECT digest, document FROM sboms ORDER BY digest"
ALL_PACKAGES = "SELECT sbom_digest, name, version FROM sbom_packages ORDER BY sbom_digest"
SBOMS_OF_IMAGES = "SELECT sboms FROM images"
PACKAGES_NAMED = "SELECT sbom_digest, name, version FROM sbom_packages WHERE name = :name ORDER BY version"
PACKAGES_NAMED_EXACTLY = (
    "SELECT sbom_digest, name, version FROM sbom_packages WHERE name = :name AND version = :version"
)
APPLIED_STACKS = (
    "SELECT DISTINCT tree, environment FROM terraform_runs "
    "WHERE run_kind IN ('apply', 'destroy') AND status = 'completed' ORDER BY tree, environment"
)
PACKAGES_AT_ONCE = 100


@lru_cache(maxsize=PACKAGES_AT_ONCE)
def insert_packages(count: int) -> str:
    """So many packages of one SBOM: `:name_a`, `:version_a`, and so on."""
    rows = ", ".join(f"(:name_{letters(each)}, :version_{letters(each)}, :sbom_digest)" for each in range(count))
    return f"INSERT INTO sbom_packages (name, version, sbom_digest) VALUES {rows}"


def letters(number: int) -> str:
    """A name for the place of a row among rows that are inserted together; parameters have no digits."""
    return chr(ord("a") + number // 26) + chr(ord("a") + number % 26)


@lru_cache(maxsize=32)
def insert_row(projection: Projection) -> str:
    """A whole row of an evidence table."""
    parameters = ", ".join(f":{column}" for column in projection.columns)
    return f"INSERT INTO {projection.table} ({_quoted(projection.columns)}) VALUES ({parameters})"


@lru_cache(maxsize=128)
def update_row(projection: Projection, columns: tuple[str, ...]) -> str:
    """Some columns of one row of an evidence table."""
    settings = ", ".join(f'"{column}" = :{column}' for column in columns)
    return f'UPDATE {projection.table} SET {settings} WHERE "{projection.key}" = :row_key'


@lru_cache(maxsize=64)
def select_rows(projection: Projection, *conditions: str, suffix: str = "") -> str:
    """Rows of an evidence table where all conditions (`column = :column`) hold."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {_quoted(projection.columns)} FROM {projection.table}{where}{suffix}"


def _quoted(columns: Iterable[str]) -> str:
    # `commit` is a word of SQL
    return ", ".join(f'"{column}"' for column in columns)
