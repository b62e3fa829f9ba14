"""Which photos the acts of revoked phones name."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "held_pictures",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("held_id", ID, nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["held_id"], ["held_acts.id"], name=op.f("fk_held_pictures_held_id_held_acts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_pictures")),
        sa.UniqueConstraint("owner", "client_id", "held_id", name=op.f("uq_held_pictures_owner_client_id_held_id")),
    )
    op.create_index(op.f("ix_held_pictures_held_id"), "held_pictures", ["held_id"], unique=False)


def downgrade() -> None:
    op.drop_table("held_pictures")
