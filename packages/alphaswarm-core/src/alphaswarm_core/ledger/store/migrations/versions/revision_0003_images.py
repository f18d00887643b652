"""Images: what was verified, what runs deploy, and which packages are in them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the tables."""
    op.add_column("terraform_runs", sa.Column("images", sa.Text))
    _create_images()
    _create_sboms()


def downgrade() -> None:
    """A ledger never goes back."""
    raise NotImplementedError


def _create_images() -> None:
    op.create_table(
        "images",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("platforms", sa.Text, nullable=False),
        sa.Column("version", sa.Text),
        sa.Column("commit", sa.Text),
        sa.Column("builder", sa.Text),
        sa.Column("signer", sa.Text, nullable=False),
        sa.Column("sboms", sa.Text, nullable=False),
        sa.Column("scan", sa.Text),
        sa.Column("verification", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.Text, nullable=False),
        sa.Column("verified_at", sa.Text, nullable=False),
        sa.UniqueConstraint("repository", "digest", name="uq_image"),
    )
    op.create_index("ix_images_by_digest", "images", ["digest"])


def _create_sboms() -> None:
    op.create_table(
        "sboms",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "sbom_packages",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("sbom_digest", sa.Text, sa.ForeignKey("sboms.digest", name="fk_package_sbom"), primary_key=True),
    )
    op.create_index("ix_packages_of_sbom", "sbom_packages", ["sbom_digest"])
