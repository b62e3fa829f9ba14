"""Printed badges of couriers."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "badges",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("courier_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("printed_at", UtcDateTime(), nullable=False),
        sa.Column("printed_by_id", ID, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name=op.f("fk_badges_courier_id_couriers")),
        sa.ForeignKeyConstraint(["printed_by_id"], ["users.id"], name=op.f("fk_badges_printed_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badges")),
        sa.UniqueConstraint("courier_id", "number", name=op.f("uq_badges_courier_id_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_badges_token_hash")),
    )
    op.create_index(op.f("ix_badges_courier_id"), "badges", ["courier_id"], unique=False)


def downgrade() -> None:
    op.drop_table("badges")
