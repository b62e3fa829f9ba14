"""What each side counted of a round's money, and fees paid to the post's account."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cash_counts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("money_vnd", ID, nullable=False),
        sa.Column("n_papers", ID, nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("is_blind", sa.Boolean(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("phone_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name=op.f("fk_cash_counts_phone_id_phones")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["delivery_rounds.id"], name=op.f("fk_cash_counts_round_id_delivery_rounds")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_cash_counts_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_counts")),
    )
    op.create_index(op.f("ix_cash_counts_round_id"), "cash_counts", ["round_id"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("amount_vnd", ID, nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("phone_id", ID, nullable=True),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", ID, nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=True),
        sa.Column("bank_reference", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_payments_item_id_items")),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name=op.f("fk_payments_phone_id_phones")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["delivery_rounds.id"], name=op.f("fk_payments_round_id_delivery_rounds")
        ),
        sa.ForeignKeyConstraint(["settled_by_id"], ["users.id"], name=op.f("fk_payments_settled_by_id_users")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_payments_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("item_id", "round_id", name=op.f("uq_payments_item_id_round_id")),
    )
    op.create_index(op.f("ix_payments_round_id"), "payments", ["round_id"], unique=False)


def downgrade() -> None:
    op.drop_table("payments")
    op.drop_table("cash_counts")
