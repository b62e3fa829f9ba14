"""What staff of the post report of agencies; and no date of erasing, which nothing ever wrote."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "violations",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("agency_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("reported_by_id", ID, nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answer_key_id", sa.String(length=16), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answered_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["offices.id"], name=op.f("fk_violations_agency_id_offices")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_violations_item_id_items")),
        sa.ForeignKeyConstraint(["reported_by_id"], ["users.id"], name=op.f("fk_violations_reported_by_id_users")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_violations_answered_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_violations")),
        sa.UniqueConstraint("number", name=op.f("uq_violations_number")),
    )
    op.create_index(op.f("ix_violations_agency_id"), "violations", ["agency_id"], unique=False)
    op.create_index(op.f("ix_violations_item_id"), "violations", ["item_id"], unique=False)
    op.drop_column("people", "erased_at")


def downgrade() -> None:
    op.add_column("people", sa.Column("erased_at", UtcDateTime(), nullable=True))
    op.drop_table("violations")
