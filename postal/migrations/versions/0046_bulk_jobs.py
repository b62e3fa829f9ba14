"""Which job draws the labels of an order for many items: until it has, nothing of the order is told as done."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bulk_orders", sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))


def downgrade() -> None:
    op.drop_column("bulk_orders", "job_id")
