"""What revoked phones still had to send, held for the office."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "held_acts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("entry_id", sa.String(length=90), nullable=False),
        sa.Column("phone_id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("about", sa.String(length=10), nullable=False),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.Column("device_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", ID, nullable=True),
        sa.Column("settlement", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_held_acts_office_id_offices")),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name=op.f("fk_held_acts_phone_id_phones")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["users.id"], name=op.f("fk_held_acts_settled_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_acts")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_held_acts_entry_id")),
    )
    op.create_index(op.f("ix_held_acts_office_id"), "held_acts", ["office_id"], unique=False)
    op.create_index(op.f("ix_held_acts_phone_id"), "held_acts", ["phone_id"], unique=False)


def downgrade() -> None:
    op.drop_table("held_acts")
