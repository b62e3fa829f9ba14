"""Proofs keep no signature: a recipient's is a row of `delivery_signatures` since revision 0002."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("proofs", "signature")
    op.drop_column("proofs", "signature_key_id")


def downgrade() -> None:
    op.add_column("proofs", sa.Column("signature", sa.LargeBinary(), nullable=True))
    op.add_column("proofs", sa.Column("signature_key_id", sa.String(length=16), nullable=True))
