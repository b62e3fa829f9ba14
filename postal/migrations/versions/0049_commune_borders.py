"""Borders of communes, brought in by the operator; maps draw cells where there are none."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "commune_borders",
        sa.Column("commune_code", sa.String(length=10), nullable=False),
        sa.Column("rings", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("commune_code", name=op.f("pk_commune_borders")),
    )


def downgrade() -> None:
    op.drop_table("commune_borders")
