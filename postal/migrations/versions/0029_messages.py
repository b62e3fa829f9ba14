"""Words between couriers and their offices, and what a phone says it still has to send."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "courier_messages",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("courier_id", ID, nullable=False),
        sa.Column("is_from_courier", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_courier_messages_by_id_users")),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name=op.f("fk_courier_messages_courier_id_couriers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_messages")),
        sa.UniqueConstraint("courier_id", "client_id", name=op.f("uq_courier_messages_courier_id_client_id")),
    )
    op.create_index(op.f("ix_courier_messages_sent_at"), "courier_messages", ["sent_at"], unique=False)
    op.add_column("phones", sa.Column("n_unsent", ID, nullable=True))


def downgrade() -> None:
    op.drop_column("phones", "n_unsent")
    op.drop_table("courier_messages")
