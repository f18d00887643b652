"""The first ledger: entries and their head, spec versions, runs, leases, approvals, the halt."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables, and the head of the empty chain."""
    _create_ledger_entries()
    _create_ledger_head()
    _create_terraform_stack_spec_versions()
    _create_terraform_runs()
    _create_run_leases()
    _create_approvals()
    _create_halts()


def downgrade() -> None:
    """A ledger never goes back."""
    raise NotImplementedError


def _create_ledger_entries() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False
        ),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )


def _create_ledger_head() -> None:
    op.create_table(
        "ledger_head",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.execute(sa.text("INSERT INTO ledger_head (sequence, hash) VALUES (0, '" + "0" * 64 + "')"))


def _create_terraform_stack_spec_versions() -> None:
    op.create_table(
        "terraform_stack_spec_versions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tree", sa.Text, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("spec_hash", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.UniqueConstraint("tree", "environment", "spec_hash", name="uq_spec_hash_in_stack"),
        sa.UniqueConstraint("tree", "environment", "version", name="uq_spec_version_in_stack"),
    )


def _create_terraform_runs() -> None:
    op.create_table(
        "terraform_runs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tree", sa.Text, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("run_kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column(
            "spec_version_id", sa.Text, sa.ForeignKey("terraform_stack_spec_versions.id", name="fk_run_spec_version")
        ),
        sa.Column("parent_run_id", sa.Text, sa.ForeignKey("terraform_runs.id", name="fk_run_parent")),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor_subject", sa.Text, nullable=False),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("actor_run_url", sa.Text),
        sa.Column("commit", sa.Text),
        sa.Column("ref", sa.Text),
        sa.Column("engine", sa.Text),
        sa.Column("engine_version", sa.Text),
        sa.Column("provider_lock_hash", sa.Text),
        sa.Column("plan_digest", sa.Text),
        sa.Column("plan_place", sa.Text),
        sa.Column("plan_summary", sa.Text),
        sa.Column("policy_result", sa.Text),
        sa.Column("state_before", sa.Text),
        sa.Column("state_after", sa.Text),
        sa.Column("executor", sa.Text, nullable=False),
        sa.Column("build_arn", sa.Text),
        sa.Column("role", sa.Text),
        sa.Column("session_name", sa.Text),
        sa.Column("claims_digest", sa.Text),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("destroys", sa.Integer, nullable=False),
        sa.Column("queued_at", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text),
        sa.Column("finished_at", sa.Text),
        sa.Column("exit_code", sa.Integer),
        sa.Column("error_code", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("log_place", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("halted", sa.Integer, nullable=False),
        sa.Column("terraform_lock", sa.Text),
    )
    op.create_index("ix_runs_of_stack", "terraform_runs", ["tree", "environment", "id"])
    where = sa.text("run_kind IN ('apply', 'destroy')")
    op.create_index(
        "uq_run_claims_plan",
        "terraform_runs",
        ["parent_run_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _create_run_leases() -> None:
    op.create_table(
        "run_leases",
        sa.Column("run_id", sa.Text, sa.ForeignKey("terraform_runs.id", name="fk_lease_run"), primary_key=True),
        sa.Column("stack", sa.Text, nullable=False),
        sa.Column("exclusive", sa.Integer, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("process_started", sa.Text, nullable=False),
        sa.Column("beat_at", sa.Text, nullable=False),
        sa.Column("acquired_at", sa.Text, nullable=False),
        sa.Column("terraform_lock", sa.Text),
    )
    where = sa.text("exclusive = 1")
    op.create_index(
        "uq_exclusive_lease_of_stack", "run_leases", ["stack"], unique=True, sqlite_where=where, postgresql_where=where
    )


def _create_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("run_id", sa.Text, sa.ForeignKey("terraform_runs.id", name="fk_approval_run"), nullable=False),
        sa.Column("plan_digest", sa.Text, nullable=False),
        sa.Column("approver", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.UniqueConstraint("run_id", "approver", name="uq_approval_of_person"),
    )


def _create_halts() -> None:
    op.create_table(
        "halts",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("engaged", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor_subject", sa.Text, nullable=False),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("actor_run_url", sa.Text),
        sa.Column("at", sa.Text, nullable=False),
    )
