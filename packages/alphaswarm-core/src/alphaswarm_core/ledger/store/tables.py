"""The tables, as SQLAlchemy metadata: what the migrations must arrive at.

JSON is text: the bytes that are hashed are the bytes that are stored. Flags are integers, times are text, so that both
databases hold the same values.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint, text

metadata = MetaData()

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_entries_by_kind", "kind", "sequence"),
)

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("hash", Text, nullable=False),
)

terraform_stack_spec_versions = Table(
    "terraform_stack_spec_versions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tree", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("spec_hash", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    UniqueConstraint("tree", "environment", "spec_hash", name="uq_spec_hash_in_stack"),
    UniqueConstraint("tree", "environment", "version", name="uq_spec_version_in_stack"),
)

terraform_runs = Table(
    "terraform_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tree", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("run_kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("spec_version_id", Text, ForeignKey("terraform_stack_spec_versions.id", name="fk_run_spec_version")),
    Column("parent_run_id", Text, ForeignKey("terraform_runs.id", name="fk_run_parent")),
    Column("actor_kind", Text, nullable=False),
    Column("actor_subject", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("actor_run_url", Text),
    Column("commit", Text),
    Column("ref", Text),
    Column("engine", Text),
    Column("engine_version", Text),
    Column("provider_lock_hash", Text),
    Column("plan_digest", Text),
    Column("plan_place", Text),
    Column("plan_summary", Text),
    Column("policy_result", Text),
    Column("state_before", Text),
    Column("state_after", Text),
    Column("executor", Text, nullable=False),
    Column("build_arn", Text),
    Column("role", Text),
    Column("session_name", Text),
    Column("claims_digest", Text),
    Column("target", Text, nullable=False),
    Column("destroys", Integer, nullable=False),
    Column("queued_at", Text, nullable=False),
    Column("started_at", Text),
    Column("finished_at", Text),
    Column("exit_code", Integer),
    Column("error_code", Text),
    Column("error", Text),
    Column("log_place", Text),
    Column("note", Text),
    Column("halted", Integer, nullable=False),
    Column("terraform_lock", Text),
    Column("purpose", Text),
    Column("change_digest", Text),
    Column("promotable", Text),
    Column("images", Text),
    Index("ix_runs_of_stack", "tree", "environment", "id"),
    Index("ix_runs_of_github_run", "actor_run_url"),
    Index("ix_runs_by_environment", "environment", "status", "run_kind", "id"),
    Index("ix_runs_by_status", "status", "id"),
    Index("ix_runs_by_kind", "run_kind", "id"),
    # A plan is applied once: the database itself refuses a second child.
    Index(
        "uq_run_claims_plan",
        "parent_run_id",
        unique=True,
        sqlite_where=text("run_kind IN ('apply', 'destroy')"),
        postgresql_where=text("run_kind IN ('apply', 'destroy')"),
    ),
)

plan_changes = Table(
    "plan_changes",
    metadata,
    Column("run_id", Text, ForeignKey("terraform_runs.id", name="fk_changes_run"), primary_key=True),
    Column("document", Text, nullable=False),
)

run_leases = Table(
    "run_leases",
    metadata,
    Column("run_id", Text, ForeignKey("terraform_runs.id", name="fk_lease_run"), primary_key=True),
    Column("stack", Text, nullable=False),
    Column("exclusive", Integer, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("process_started", Text, nullable=False),
    Column("beat_at", Text, nullable=False),
    Column("acquired_at", Text, nullable=False),
    Column("terraform_lock", Text),
    # One run at a time may change a stack: the database itself refuses the second.
    Index(
        "uq_exclusive_lease_of_stack",
        "stack",
        unique=True,
        sqlite_where=text("exclusive = 1"),
        postgresql_where=text("exclusive = 1"),
    ),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("terraform_runs.id", name="fk_approval_run"), nullable=False),
    Column("plan_digest", Text, nullable=False),
    Column("approver", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("comment", Text),
    Column("source", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("stack", Text),
    Column("commit", Text),
    Column("given_at", Text),
    Column("reference", Text),
    Column("carried_from", Text),
    # One voice a person. A yes may be taken back by a no, which is a row of its own.
    UniqueConstraint("run_id", "approver", "decision", name="uq_decision_of_person"),
)

involvements = Table(
    "involvements",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("terraform_runs.id", name="fk_involvement_run"), nullable=False),
    Column("person", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("at", Text, nullable=False),
    UniqueConstraint("run_id", "person", "part", name="uq_part_of_person"),
)

promotion_waivers = Table(
    "promotion_waivers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("terraform_runs.id", name="fk_waiver_run"), nullable=False),
    Column("plan_digest", Text, nullable=False),
    Column("approver", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("at", Text, nullable=False),
    UniqueConstraint("run_id", "approver", name="uq_waiver_of_person"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("body_digest", Text, primary_key=True),
    Column("delivery_id", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("repository", Text, nullable=False),
    Column("github_run", BigInteger, nullable=False),
    Column("environment", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("outcome", Text),
    Column("report", Text),
    Column("reports", Integer, nullable=False),
    UniqueConstraint("delivery_id", name="uq_delivery_id"),
    Index("ix_deliveries_of_run", "repository", "github_run"),
)

halts = Table(
    "halts",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("engaged", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_subject", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("actor_run_url", Text),
    Column("at", Text, nullable=False),
)

images = Table(
    "images",
    metadata,
    Column("id", Text, primary_key=True),
    Column("service", Text, nullable=False),
    Column("repository", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("platforms", Text, nullable=False),
    Column("version", Text),
    Column("commit", Text),
    Column("builder", Text),
    Column("signer", Text, nullable=False),
    Column("sboms", Text, nullable=False),
    Column("scan", Text),
    Column("verification", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Column("verified_at", Text, nullable=False),
    UniqueConstraint("repository", "digest", name="uq_image"),
    Index("ix_images_by_digest", "digest"),
)

# SBOMs by the SHA-256 of their canonical form, which is what the rows of images name: evidence by their address.
sboms = Table(
    "sboms",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("document", Text, nullable=False),
)

# Which SBOM names which package: nothing but an index of the documents. `ledger verify` computes it again.
sbom_packages = Table(
    "sbom_packages",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("sbom_digest", Text, ForeignKey("sboms.digest", name="fk_package_sbom"), primary_key=True),
    Index("ix_packages_of_sbom", "sbom_digest"),
)
