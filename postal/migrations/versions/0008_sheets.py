"""What of a file was not read, and the sheet each of its rows stood on."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("intakes", sa.Column("notes", sa.JSON(), nullable=True))
    op.add_column("intake_rows", sa.Column("sheet", sa.String(length=100), nullable=True))


def downgrade() -> None:
    op.drop_column("intake_rows", "sheet")
    op.drop_column("intakes", "notes")
