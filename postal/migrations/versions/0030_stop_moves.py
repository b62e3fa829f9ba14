"""Stops that pass to another courier's round in the middle of the day, piece by piece."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "stop_moves",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("from_round_id", ID, nullable=False),
        sa.Column("to_round_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("ordered_by_id", ID, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("handover_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["from_round_id"], ["delivery_rounds.id"], name=op.f("fk_stop_moves_from_round_id_delivery_rounds")
        ),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_stop_moves_handover_id_handovers")),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["users.id"], name=op.f("fk_stop_moves_ordered_by_id_users")),
        sa.ForeignKeyConstraint(
            ["to_round_id"], ["delivery_rounds.id"], name=op.f("fk_stop_moves_to_round_id_delivery_rounds")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_moves")),
        sa.UniqueConstraint("number", name=op.f("uq_stop_moves_number")),
    )
    op.create_index(op.f("ix_stop_moves_from_round_id"), "stop_moves", ["from_round_id"], unique=False)
    op.create_index(op.f("ix_stop_moves_to_round_id"), "stop_moves", ["to_round_id"], unique=False)
    op.create_table(
        "moved_pieces",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("move_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_moved_pieces_item_id_items")),
        sa.ForeignKeyConstraint(["move_id"], ["stop_moves.id"], name=op.f("fk_moved_pieces_move_id_stop_moves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moved_pieces")),
        sa.UniqueConstraint("move_id", "item_id", name=op.f("uq_moved_pieces_move_id_item_id")),
    )
    op.create_index(op.f("ix_moved_pieces_item_id"), "moved_pieces", ["item_id"], unique=False)
    with op.batch_alter_table("round_stops") as stops:
        stops.add_column(sa.Column("passed_on_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("counted_scans") as scans:
        scans.add_column(sa.Column("move_id", ID, nullable=True))
        scans.create_foreign_key(op.f("fk_counted_scans_move_id_stop_moves"), "stop_moves", ["move_id"], ["id"])
        scans.create_unique_constraint(op.f("uq_counted_scans_move_id_code"), ["move_id", "code"])


def downgrade() -> None:
    with op.batch_alter_table("counted_scans") as scans:
        scans.drop_constraint(op.f("uq_counted_scans_move_id_code"), type_="unique")
        scans.drop_constraint(op.f("fk_counted_scans_move_id_stop_moves"), type_="foreignkey")
        scans.drop_column("move_id")
    with op.batch_alter_table("round_stops") as stops:
        stops.drop_column("passed_on_at")
    op.drop_table("moved_pieces")
    op.drop_table("stop_moves")
