"""Second factors: authenticator apps, passkeys, recovery codes; sign-ins that wait for one, and the last proof."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("users", sa.Column("second_factor_since", UtcDateTime(), nullable=True))
    # Whoever is signed in proved it before: they sign in once more, and the columns need no made-up past.
    op.execute("DELETE FROM sign_ins")
    with op.batch_alter_table("sign_ins") as table:
        table.add_column(sa.Column("waits_for_factor", sa.Boolean(), nullable=False))
        table.add_column(sa.Column("proved_at", UtcDateTime(), nullable=False))
        table.add_column(sa.Column("challenge", sa.String(length=60), nullable=True))
        table.add_column(sa.Column("challenge_until", UtcDateTime(), nullable=True))
    op.create_table(
        "totp_secrets",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("last_step", ID, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", name="pk_totp_secrets"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_totp_secrets_user_id_users"),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.String(length=2000), nullable=False),
        sa.Column("sign_count", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_passkeys_user_id_users"),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("code_hash", sa.String(length=32), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
        sa.UniqueConstraint("code_hash", name="uq_recovery_codes_code_hash"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_recovery_codes_user_id_users"),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])


def downgrade() -> None:
    for name in ("recovery_codes", "passkeys", "totp_secrets"):
        op.drop_table(name)
    with op.batch_alter_table("sign_ins") as table:
        for name in ("waits_for_factor", "proved_at", "challenge", "challenge_until"):
            table.drop_column(name)
    op.execute("ALTER TABLE users DROP COLUMN second_factor_since")
