"""Clocks that stand still while a commune is cut off: what shows it, and when a promise would end otherwise."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    proof = sa.Column("proof", sa.String(length=200), nullable=False, server_default=sa.text("''"))
    op.add_column("commune_closures", proof)
    op.add_column("commune_closures", sa.Column("taken_back_at", UtcDateTime(), nullable=True))
    op.add_column("consignments", sa.Column("promised_at", UtcDateTime(), nullable=True))
    op.add_column("consignments", sa.Column("promised_first_by", UtcDateTime(), nullable=True))
    op.execute(
        "UPDATE consignments SET promised_at = posted_at, promised_first_by = promised_by"
        " WHERE posted_at IS NOT NULL AND promised_by IS NOT NULL"
    )


def downgrade() -> None:
    # Without the column what was taken back would stand again.
    op.execute("DELETE FROM commune_closures WHERE taken_back_at IS NOT NULL")
    op.drop_column("consignments", "promised_first_by")
    op.drop_column("consignments", "promised_at")
    op.drop_column("commune_closures", "taken_back_at")
    op.drop_column("commune_closures", "proof")
