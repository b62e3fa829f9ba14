"""Sign-ins on the server, known devices, brakes on guessing; locks of accounts go."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD = ("session_version", "n_failures", "locked_until")


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
        sa.UniqueConstraint("token_hash", name="uq_sign_ins_token_hash"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sign_ins_user_id_users"),
    )
    op.create_index("ix_sign_ins_user_id", "sign_ins", ["user_id"])
    op.create_table(
        "known_devices",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_devices"),
        sa.UniqueConstraint("token_hash", "subject", name="uq_known_devices_token_hash_subject"),
    )
    op.create_index("ix_known_devices_subject", "known_devices", ["subject"])
    op.create_table(
        "brakes",
        sa.Column("ladder", sa.String(length=20), nullable=False),
        sa.Column("key_hash", sa.String(length=32), nullable=False),
        sa.Column("n_wrong", ID, nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("waits_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("ladder", "key_hash", name="pk_brakes"),
    )
    op.create_index("ix_brakes_last_at", "brakes", ["last_at"])
    for name in OLD:
        op.execute(f"ALTER TABLE users DROP COLUMN {name}")


def downgrade() -> None:
    op.execute("ALTER TABLE users ADD COLUMN session_version BIGINT DEFAULT 1 NOT NULL")
    op.execute("ALTER TABLE users ADD COLUMN n_failures BIGINT DEFAULT 0 NOT NULL")
    op.add_column("users", sa.Column("locked_until", UtcDateTime(), nullable=True))
    op.drop_table("brakes")
    op.drop_table("known_devices")
    op.drop_table("sign_ins")
