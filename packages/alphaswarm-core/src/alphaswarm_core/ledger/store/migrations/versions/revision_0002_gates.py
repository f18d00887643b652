"""Gates: what approvals are bound to, who had a part in a run, waivers, promotion and rollback, webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and tables."""
    for column in ("purpose", "change_digest", "promotable"):
        op.add_column("terraform_runs", sa.Column(column, sa.Text))
    op.create_index("ix_runs_of_github_run", "terraform_runs", ["actor_run_url"])
    _bind_approvals()
    _create_involvements()
    _create_promotion_waivers()
    _create_webhook_deliveries()


def downgrade() -> None:
    """A ledger never goes back."""
    raise NotImplementedError


def _bind_approvals() -> None:
    with op.batch_alter_table("approvals") as table:
        for column in ("stack", "commit", "given_at", "reference", "carried_from"):
            table.add_column(sa.Column(column, sa.Text))
        table.drop_constraint("uq_approval_of_person", type_="unique")
        table.create_unique_constraint("uq_decision_of_person", ["run_id", "approver", "decision"])


def _create_involvements() -> None:
    op.create_table(
        "involvements",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("run_id", sa.Text, sa.ForeignKey("terraform_runs.id", name="fk_involvement_run"), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.UniqueConstraint("run_id", "person", "part", name="uq_part_of_person"),
    )


def _create_promotion_waivers() -> None:
    op.create_table(
        "promotion_waivers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("run_id", sa.Text, sa.ForeignKey("terraform_runs.id", name="fk_waiver_run"), nullable=False),
        sa.Column("plan_digest", sa.Text, nullable=False),
        sa.Column("approver", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.UniqueConstraint("run_id", "approver", name="uq_waiver_of_person"),
    )


def _create_webhook_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("body_digest", sa.Text, primary_key=True),
        sa.Column("delivery_id", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("github_run", sa.BigInteger, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("report", sa.Text),
        sa.Column("reports", sa.Integer, nullable=False),
        sa.UniqueConstraint("delivery_id", name="uq_delivery_id"),
    )
    op.create_index("ix_deliveries_of_run", "webhook_deliveries", ["repository", "github_run"])
