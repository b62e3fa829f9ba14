"""The dispatcher's hand in draft plans, act by act, so that each can be undone."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "plan_edits",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("plan_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", ID, nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_plan_edits_made_by_id_users")),
        sa.ForeignKeyConstraint(["plan_id"], ["day_plans.id"], name=op.f("fk_plan_edits_plan_id_day_plans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_edits")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_plan_edits_plan_id_number")),
    )


def downgrade() -> None:
    op.drop_table("plan_edits")
