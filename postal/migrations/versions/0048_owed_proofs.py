"""What is still owed to agencies, and what of an intake was refused, found without reading what is long done."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("proofs", sa.Column("is_owed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE proofs SET is_owed = true WHERE (fee_vnd > 0 OR CAST(taken_back AS VARCHAR) <> '[]') "
        "AND NOT EXISTS (SELECT 1 FROM given_back WHERE given_back.proof_id = proofs.id)"
    )
    op.create_index(
        "ix_proofs_owed",
        "proofs",
        ["id"],
        sqlite_where=sa.text("is_owed = 1"),
        postgresql_where=sa.text("is_owed"),
    )
    op.create_index("ix_intake_rows_outcome", "intake_rows", ["outcome"])


def downgrade() -> None:
    op.drop_index("ix_intake_rows_outcome", "intake_rows")
    op.drop_index("ix_proofs_owed", "proofs")
    op.drop_column("proofs", "is_owed")
