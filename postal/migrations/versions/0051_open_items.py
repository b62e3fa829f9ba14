"""Items that are not finished, by state and since when: what lists count, without the many that are done."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

COLUMNS = ["state", "state_since", "consignment_id", "office_id", "courier_id", "first_attempt_at"]


def upgrade() -> None:
    where = sa.text("finished_at IS NULL")
    op.create_index("ix_items_open", "items", COLUMNS, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_items_open", "items")
