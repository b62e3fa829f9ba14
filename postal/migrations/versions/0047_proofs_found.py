"""Indexes that find a proof by its receiver and an event by its proof: each look at people asks for both."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_proofs_receiver_id", "proofs", ["receiver_id"])
    op.create_index(
        "ix_tracking_events_proof_id",
        "tracking_events",
        ["proof_id"],
        sqlite_where=sa.text("proof_id IS NOT NULL"),
        postgresql_where=sa.text("proof_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_tracking_events_proof_id", "tracking_events")
    op.drop_index("ix_proofs_receiver_id", "proofs")
