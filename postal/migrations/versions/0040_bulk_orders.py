"""Acts on many items at once: what was ordered, and what became of each item."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulk_orders",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("deed", sa.String(length=20), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("back", sa.String(length=500), nullable=False),
        sa.Column("n_unknown", ID, nullable=False),
        sa.Column("n_left", ID, nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("upload_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bulk_orders_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_orders")),
    )
    op.create_index(op.f("ix_bulk_orders_user_id"), "bulk_orders", ["user_id"], unique=False)
    op.create_index(op.f("ix_bulk_orders_made_at"), "bulk_orders", ["made_at"], unique=False)
    op.create_table(
        "bulk_lines",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("refusal", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_bulk_lines_item_id_items")),
        sa.ForeignKeyConstraint(["order_id"], ["bulk_orders.id"], name=op.f("fk_bulk_lines_order_id_bulk_orders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_lines")),
        sa.UniqueConstraint("order_id", "item_id", name=op.f("uq_bulk_lines_order_id_item_id")),
    )
    # For lists of the whole stock: by age within a state, by the promise, by what a courier has planned.
    op.create_index("ix_items_state_since", "items", ["state", "state_since"], unique=False)
    op.create_index("ix_consignments_promised_by", "consignments", ["promised_by"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_consignments_promised_by", table_name="consignments")
    op.drop_index("ix_items_state_since", table_name="items")
    op.drop_table("bulk_lines")
    op.drop_table("bulk_orders")
