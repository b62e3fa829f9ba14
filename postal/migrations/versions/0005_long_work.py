"""Jobs carry long work: progress, result, a wish to stop; planning runs and callbacks have no lease of their own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_JOBS: tuple[sa.Column[Any], ...] = (
    sa.Column("progress", sa.JSON(), nullable=False, server_default="{}"),
    sa.Column("result", sa.JSON(), nullable=True),
    sa.Column("is_stop_asked", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("asked_by_id", ID, nullable=True),
    sa.Column("started_at", UtcDateTime(), nullable=True),
)


def upgrade() -> None:
    with op.batch_alter_table("jobs") as jobs:
        for column in OF_JOBS:
            jobs.add_column(column._copy())
        jobs.create_foreign_key(op.f("fk_jobs_asked_by_id_users"), "users", ["asked_by_id"], ["id"])
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("progress", server_default=None)
        jobs.alter_column("is_stop_asked", server_default=None)
    op.drop_table("plan_runs")
    op.execute("UPDATE callbacks SET state = 'waiting' WHERE state = 'sending'")
    with op.batch_alter_table("callbacks") as callbacks:
        callbacks.drop_column("leased_until")
        callbacks.drop_column("fence")


def downgrade() -> None:
    with op.batch_alter_table("callbacks") as callbacks:
        callbacks.add_column(sa.Column("leased_until", UtcDateTime(), nullable=True))
        callbacks.add_column(sa.Column("fence", ID, nullable=False, server_default="0"))
    with op.batch_alter_table("callbacks") as callbacks:
        callbacks.alter_column("fence", server_default=None)
    op.create_table(
        "plan_runs",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seconds", ID, nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by_id", ID, nullable=True),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("is_stop_asked", sa.Boolean(), nullable=False),
        sa.Column("plan_id", ID, nullable=True),
        sa.Column("refusal", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_plan_runs_asked_by_id_users")),
        sa.ForeignKeyConstraint(["plan_id"], ["day_plans.id"], name=op.f("fk_plan_runs_plan_id_day_plans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_runs")),
    )
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_constraint(op.f("fk_jobs_asked_by_id_users"), type_="foreignkey")
        for column in OF_JOBS:
            jobs.drop_column(column.name)
