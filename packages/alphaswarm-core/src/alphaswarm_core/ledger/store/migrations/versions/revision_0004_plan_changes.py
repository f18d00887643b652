"""What plans would do, for reading; and what lists and pages of runs and entries are found by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the indexes."""
    op.create_table(
        "plan_changes",
        sa.Column("run_id", sa.Text, sa.ForeignKey("terraform_runs.id", name="fk_changes_run"), primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("ix_runs_by_environment", "terraform_runs", ["environment", "status", "run_kind", "id"])
    op.create_index("ix_runs_by_status", "terraform_runs", ["status", "id"])
    op.create_index("ix_entries_by_kind", "ledger_entries", ["kind", "sequence"])


def downgrade() -> None:
    """A ledger never goes back."""
    raise NotImplementedError
