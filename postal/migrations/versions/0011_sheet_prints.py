"""Route sheets with whole telephones: each print numbered, counted back, destroyed."""

import sqlalchemy as sa
from alembic import op

from postal.models.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sheet_prints",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("printed_at", UtcDateTime(), nullable=False),
        sa.Column("printed_by_id", ID, nullable=True),
        sa.Column("returned_at", UtcDateTime(), nullable=True),
        sa.Column("returned_to_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"], ["delivery_rounds.id"], name=op.f("fk_sheet_prints_round_id_delivery_rounds")
        ),
        sa.ForeignKeyConstraint(["printed_by_id"], ["users.id"], name=op.f("fk_sheet_prints_printed_by_id_users")),
        sa.ForeignKeyConstraint(["returned_to_id"], ["users.id"], name=op.f("fk_sheet_prints_returned_to_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_prints")),
        sa.UniqueConstraint("number", name=op.f("uq_sheet_prints_number")),
    )
    op.create_index(op.f("ix_sheet_prints_round_id"), "sheet_prints", ["round_id"])


def downgrade() -> None:
    op.drop_table("sheet_prints")
