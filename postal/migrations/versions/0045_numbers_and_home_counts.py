"""Numbers of receipts reserved for phones, what became of each, and what both sides scanned when a round came home."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_GUARDS = tuple((table, act) for table in ("home_counts", "given_numbers") for act in ("UPDATE", "DELETE"))


def upgrade() -> None:
    op.create_table(
        "home_counts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("is_blind", sa.Boolean(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("phone_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name=op.f("fk_home_counts_phone_id_phones")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["delivery_rounds.id"], name=op.f("fk_home_counts_round_id_delivery_rounds")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_home_counts_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_counts")),
    )
    op.create_index(op.f("ix_home_counts_round_id"), "home_counts", ["round_id"], unique=False)
    _numbers()
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, act in _GUARDS:
        does = "EXECUTE FUNCTION tannha_refuse_edit()"
        if not is_postgresql:
            does = f"BEGIN SELECT RAISE(ABORT, '{table} is never edited'); END"
        op.execute(f"CREATE TRIGGER never_{act.lower()}_{table} BEFORE {act} ON {table} FOR EACH ROW {does}")


def _numbers() -> None:
    op.create_table(
        "number_blocks",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("series", sa.String(length=20), nullable=False),
        sa.Column("first_number", ID, nullable=False),
        sa.Column("last_number", ID, nullable=False),
        sa.Column("courier_id", ID, nullable=False),
        sa.Column("phone_id", ID, nullable=False),
        sa.Column("reserved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["courier_id"], ["couriers.id"], name=op.f("fk_number_blocks_courier_id_couriers")),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name=op.f("fk_number_blocks_phone_id_phones")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_blocks")),
        sa.UniqueConstraint("series", "first_number", name=op.f("uq_number_blocks_series_first_number")),
    )
    op.create_index(op.f("ix_number_blocks_courier_id"), "number_blocks", ["courier_id"], unique=False)
    op.create_index(op.f("ix_number_blocks_phone_id"), "number_blocks", ["phone_id"], unique=False)
    op.create_table(
        "given_numbers",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("block_id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=True),
        sa.Column("void_why", sa.String(length=20), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("phone_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["block_id"], ["number_blocks.id"], name=op.f("fk_given_numbers_block_id_number_blocks")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["tracking_events.id"], name=op.f("fk_given_numbers_event_id_tracking_events")
        ),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name=op.f("fk_given_numbers_phone_id_phones")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_given_numbers_user_id_users")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_given_numbers")),
    )
    op.create_index(op.f("ix_given_numbers_block_id"), "given_numbers", ["block_id"], unique=False)
    op.create_index(op.f("ix_given_numbers_event_id"), "given_numbers", ["event_id"], unique=False)


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, act in _GUARDS:
        op.execute(f"DROP TRIGGER never_{act.lower()}_{table}" + (f" ON {table}" if is_postgresql else ""))
    op.drop_table("given_numbers")
    op.drop_table("number_blocks")
    op.drop_table("home_counts")
