"""Days on which a delivery office does not work."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "office_closures",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_office_closures_office_id_offices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_closures")),
    )
    op.create_index(op.f("ix_office_closures_office_id"), "office_closures", ["office_id"], unique=False)


def downgrade() -> None:
    op.drop_table("office_closures")
