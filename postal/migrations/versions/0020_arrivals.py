"""What past days taught of when couriers arrive."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "arrival_days",
        sa.Column("office_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("learned", sa.JSON(), nullable=False),
        sa.Column("expected", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "day", name="pk_arrival_days"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_arrival_days_office_id_offices"),
    )


def downgrade() -> None:
    op.drop_table("arrival_days")
