"""What couriers confirm of their load, on their phones."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REFERS = (
    ("round_id", "delivery_rounds"),
    ("courier_id", "couriers"),
    ("phone_id", "phones"),
    ("user_id", "users"),
)


def upgrade() -> None:
    op.create_table(
        "load_confirmations",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("courier_id", ID, nullable=False),
        sa.Column("phone_id", ID, nullable=True),
        sa.Column("n_pieces", ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=True),
        sa.Column("device_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_load_confirmations_{column}_{table}"))
            for column, table in _REFERS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_load_confirmations")),
        sa.UniqueConstraint("round_id", name=op.f("uq_load_confirmations_round_id")),
    )


def downgrade() -> None:
    op.drop_table("load_confirmations")
