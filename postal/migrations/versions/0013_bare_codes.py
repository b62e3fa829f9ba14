"""Items are found by their dossier code whatever its punctuation."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BLOCK = 1_000


def upgrade() -> None:
    op.execute("ALTER TABLE items ADD COLUMN dossier_bare VARCHAR(80) DEFAULT '' NOT NULL")
    items = sa.table("items", sa.column("id"), sa.column("dossier_code"), sa.column("dossier_bare"))
    connection, last = op.get_bind(), 0
    query = sa.select(items.c.id, items.c.dossier_code).order_by(items.c.id).limit(BLOCK)
    while rows := connection.execute(query.where(items.c.id > last)).all():
        change = items.update().where(items.c.id == sa.bindparam("key")).values(dossier_bare=sa.bindparam("bare"))
        connection.execute(change, [{"key": row.id, "bare": _bare(row.dossier_code)} for row in rows])
        last = rows[-1].id
    op.create_index("ix_items_dossier_bare", "items", ["dossier_bare"])


def downgrade() -> None:
    op.drop_index("ix_items_dossier_bare", "items")
    op.execute("ALTER TABLE items DROP COLUMN dossier_bare")


def _bare(code: str) -> str:
    # What `postal.rules.codes.bare_code` was when this revision was written.
    return "".join(c for c in unicodedata.normalize("NFKC", code).casefold() if c.isalnum())[:80]
