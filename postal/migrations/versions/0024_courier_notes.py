"""What couriers tell besides scans: calls, trouble on the road, corrections."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_REFERS = (
    ("courier_id", "couriers", False),
    ("office_id", "offices", False),
    ("round_id", "delivery_rounds", True),
    ("consignment_id", "consignments", True),
    ("phone_id", "phones", True),
    ("user_id", "users", True),
    ("settled_by_id", "users", True),
)


def upgrade() -> None:
    op.create_table(
        "courier_notes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("note_id", sa.String(length=90), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        *(sa.Column(column, ID, nullable=is_open) for column, _, is_open in _REFERS),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.Column("device_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settlement", sa.String(length=20), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_courier_notes_{column}_{table}"))
            for column, table, _ in _REFERS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_notes")),
        sa.UniqueConstraint("note_id", name=op.f("uq_courier_notes_note_id")),
    )
    for column in ("kind", "courier_id", "round_id"):
        op.create_index(op.f(f"ix_courier_notes_{column}"), "courier_notes", [column], unique=False)


def downgrade() -> None:
    op.drop_table("courier_notes")
