"""Orders of the day, planning runs that can be watched, and couriers' own places and longest round."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_COURIERS: tuple[tuple[str, Any], ...] = (
    ("longest_s", ID),
    ("start_lat", sa.Double()),
    ("start_lon", sa.Double()),
    ("end_lat", sa.Double()),
    ("end_lon", sa.Double()),
)


def upgrade() -> None:
    for name, kind in OF_COURIERS:
        op.add_column("couriers", sa.Column(name, kind, nullable=True))
    op.create_table(
        "day_orders",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("ordered_by_id", ID, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["users.id"], name=op.f("fk_day_orders_ordered_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_orders")),
    )
    op.create_index(op.f("ix_day_orders_from_date"), "day_orders", ["from_date"], unique=False)
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


def downgrade() -> None:
    op.drop_table("plan_runs")
    op.drop_index(op.f("ix_day_orders_from_date"), table_name="day_orders")
    op.drop_table("day_orders")
    for name, _ in reversed(OF_COURIERS):
        op.drop_column("couriers", name)
