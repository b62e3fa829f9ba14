"""The province this database serves, whether its network is a draft, and whether it is a restored copy."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    table = op.create_table(
        "installation",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("province", sa.String(length=200), nullable=False),
        sa.Column("post_name", sa.String(length=200), nullable=False),
        sa.Column("is_draft", sa.Boolean(), nullable=False),
        sa.Column("restored_at", UtcDateTime(), nullable=True),
        sa.Column("held_series", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    # Every database made before this revision is Huế's.
    op.bulk_insert(
        table,
        [{"id": 1, "province": "Huế", "post_name": "Bưu điện thành phố Huế", "is_draft": False, "restored_at": None,
          "held_series": []}],
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("installation")
