"""Photos kept as evidence, and the events that name them.

A photo's row and its naming are never edited or deleted; only its sealed bytes go, where nobody ever named it.
"""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BOUND = "public_id, owner, client_id, came_digest, digest, n_bytes, width, height, recorded_at, user_id, phone_id"
_GUARDS = (("pictures", f"UPDATE OF {_BOUND}"), ("pictures", "DELETE"), ("event_pictures", "UPDATE"), ("event_pictures", "DELETE"))  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=False),
        sa.Column("came_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("n_bytes", ID, nullable=False),
        sa.Column("width", ID, nullable=False),
        sa.Column("height", ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("phone_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pictures"),
        sa.UniqueConstraint("public_id", name="uq_pictures_public_id"),
        sa.UniqueConstraint("owner", "client_id", name="uq_pictures_owner_client_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_pictures_user_id_users"),
        sa.ForeignKeyConstraint(["phone_id"], ["phones.id"], name="fk_pictures_phone_id_phones"),
    )
    op.create_index("ix_pictures_recorded_at", "pictures", ["recorded_at"])
    op.create_table(
        "event_pictures",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_pictures"),
        sa.UniqueConstraint("event_id", "client_id", name="uq_event_pictures_event_id_client_id"),
        sa.UniqueConstraint("owner", "client_id", "event_id", name="uq_event_pictures_owner_client_id_event_id"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["tracking_events.id"], name="fk_event_pictures_event_id_tracking_events"
        ),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, act in _GUARDS:
        does = "EXECUTE FUNCTION tannha_refuse_edit()"
        if not is_postgresql:
            does = f"BEGIN SELECT RAISE(ABORT, '{table} is never edited'); END"
        op.execute(f"CREATE TRIGGER {_name(table, act)} BEFORE {act} ON {table} FOR EACH ROW {does}")


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, act in _GUARDS:
        op.execute(f"DROP TRIGGER {_name(table, act)}" + (f" ON {table}" if is_postgresql else ""))
    op.drop_table("event_pictures")
    op.drop_table("pictures")


def _name(table: str, act: str) -> str:
    return f"never_{act.split()[0].lower()}_{table}"
