"""What lists of runs of one kind are found by."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_runs_by_kind", "terraform_runs", ["run_kind", "id"])


def downgrade() -> None:
    """A ledger never goes back."""
    raise NotImplementedError
