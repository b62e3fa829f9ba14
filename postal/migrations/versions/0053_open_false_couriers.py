"""Reports of false couriers that nobody has settled: every page of the desk counts them, however many there were."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("settled_at IS NULL")
    op.create_index(
        "ix_false_couriers_open", "false_couriers", ["office_id"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    op.drop_index("ix_false_couriers_open", "false_couriers")
