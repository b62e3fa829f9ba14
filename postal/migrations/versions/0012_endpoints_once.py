"""An address is registered once for a system, and an endpoint may have several secrets that end.

Of addresses registered twice the later ones are disabled: their address gets a mark, so that an operator sees it.
"""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD = ("old_secret", "old_secret_key_id", "old_secret_until")


def upgrade() -> None:
    op.create_table(
        "old_secrets",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("endpoint_id", ID, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("secret_key_id", sa.String(length=16), nullable=False),
        sa.Column("replaced_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["callback_endpoints.id"], name=op.f("fk_old_secrets_endpoint_id_callback_endpoints")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_secrets")),
    )
    op.create_index("ix_old_secrets_endpoint_id", "old_secrets", ["endpoint_id"])
    op.execute(
        "INSERT INTO old_secrets (endpoint_id, secret, secret_key_id, replaced_at, until) "
        "SELECT id, old_secret, old_secret_key_id, old_secret_until, old_secret_until FROM callback_endpoints "
        "WHERE old_secret IS NOT NULL AND old_secret_until IS NOT NULL"
    )
    for column in OLD:
        op.drop_column("callback_endpoints", column)
    op.execute(
        "UPDATE callback_endpoints SET state = 'disabled', url = url || '#' || id WHERE EXISTS (SELECT 1 FROM "
        "callback_endpoints f WHERE f.url = callback_endpoints.url AND f.source_system = "
        "callback_endpoints.source_system AND f.state <> 'removed' AND f.id < callback_endpoints.id) "
        "AND state <> 'removed'"
    )
    is_there = sa.text("state <> 'removed'")
    op.create_index(
        "uq_callback_endpoints_address",
        "callback_endpoints",
        ["source_system", "url"],
        unique=True,
        sqlite_where=is_there,
        postgresql_where=is_there,
    )


def downgrade() -> None:
    op.drop_index("uq_callback_endpoints_address", "callback_endpoints")
    op.add_column("callback_endpoints", sa.Column("old_secret", sa.LargeBinary(), nullable=True))
    op.add_column("callback_endpoints", sa.Column("old_secret_key_id", sa.String(length=16), nullable=True))
    op.add_column("callback_endpoints", sa.Column("old_secret_until", UtcDateTime(), nullable=True))
    op.drop_index("ix_old_secrets_endpoint_id", "old_secrets")
    op.drop_table("old_secrets")
