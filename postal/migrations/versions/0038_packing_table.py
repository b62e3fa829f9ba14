"""On whose table an envelope lies while it is packed."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("batch_items") as table:
        table.add_column(sa.Column("on_table_since", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("on_table_by_id", ID, nullable=True))
        table.create_foreign_key(op.f("fk_batch_items_on_table_by_id_users"), "users", ["on_table_by_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("batch_items") as table:
        table.drop_constraint(op.f("fk_batch_items_on_table_by_id_users"), type_="foreignkey")
        table.drop_column("on_table_by_id")
        table.drop_column("on_table_since")
