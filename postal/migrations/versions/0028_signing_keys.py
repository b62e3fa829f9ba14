"""Keys of their own that sign receipts and heads, one after another."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=8), nullable=False),
        sa.Column("public_key", sa.String(length=43), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signing_keys"),
        sa.UniqueConstraint("name", name="uq_signing_keys_name"),
        sa.UniqueConstraint("public_key", name="uq_signing_keys_public_key"),
    )


def downgrade() -> None:
    op.drop_table("signing_keys")
