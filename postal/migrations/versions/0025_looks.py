"""Looks: who was shown citizens' data, when, for which act, and whose."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "looks",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("api_key_id", ID, nullable=True),
        sa.Column("phone_id", ID, nullable=True),
        sa.Column("right", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("n_people", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_looks"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_looks_user_id_users"),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name="fk_looks_api_key_id_api_keys"),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name="fk_looks_phone_id_phones"),
    )
    op.create_index("ix_looks_user_id", "looks", ["user_id"])
    op.create_table(
        "looked_at",
        sa.Column("look_id", ID, nullable=False),
        sa.Column("consignment_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("look_id", "consignment_id", name="pk_looked_at"),
        sa.ForeignKeyConstraint(["look_id"], ["looks.id"], name="fk_looked_at_look_id_looks"),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignments.id"], name="fk_looked_at_consignment_id_consignments"
        ),
    )
    op.create_index("ix_looked_at_consignment_id", "looked_at", ["consignment_id", "look_id"])


def downgrade() -> None:
    op.drop_table("looked_at")
    op.drop_table("looks")
