"""The language a person reads the pages in, kept on the account."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("language", sa.String(length=5), nullable=False, server_default="vi"))


def downgrade() -> None:
    op.drop_column("users", "language")
