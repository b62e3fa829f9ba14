"""Couriers' phones and the codes that enrol them."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "phones",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("courier_id", ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.Column("last_contact_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_phones"),
        sa.UniqueConstraint("token_hash", name="uq_phones_token_hash"),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name="fk_phones_courier_id_couriers"),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["users.id"], name="fk_phones_revoked_by_id_users"),
    )
    op.create_index("ix_phones_courier_id", "phones", ["courier_id"])
    op.create_table(
        "phone_codes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("courier_id", ID, nullable=False),
        sa.Column("code_hash", sa.String(length=32), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", ID, nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("uses_left", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phone_codes"),
        sa.UniqueConstraint("code_hash", name="uq_phone_codes_code_hash"),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name="fk_phone_codes_courier_id_couriers"),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name="fk_phone_codes_made_by_id_users"),
    )
    op.create_index("ix_phone_codes_courier_id", "phone_codes", ["courier_id"])


def downgrade() -> None:
    op.drop_table("phone_codes")
    op.drop_table("phones")
