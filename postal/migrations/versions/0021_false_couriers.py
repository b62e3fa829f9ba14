"""Reports of somebody who claimed to be a courier."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "false_couriers",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("office_id", ID, nullable=True),
        sa.Column("item_id", ID, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", ID, nullable=True),
        sa.Column("settlement", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_false_couriers"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_false_couriers_office_id_offices"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_false_couriers_item_id_items"),
        sa.ForeignKeyConstraint(["settled_by_id"], ["users.id"], name="fk_false_couriers_settled_by_id_users"),
    )
    op.create_index("ix_false_couriers_office_id", "false_couriers", ["office_id"])
    op.create_index("ix_false_couriers_item_id", "false_couriers", ["item_id"])


def downgrade() -> None:
    op.drop_table("false_couriers")
