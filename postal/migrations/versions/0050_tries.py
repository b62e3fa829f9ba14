"""Each item's failed attempts by day and reason: what is due back is weighed once for all that were tried alike."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000


def upgrade() -> None:
    op.add_column("items", sa.Column("tries", sa.Text(), nullable=True))
    _fill()
    where = sa.text("tries IS NOT NULL")
    op.create_index("ix_items_tries", "items", ["state", "tries"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_items_tries", "items")
    op.drop_column("items", "tries")


def _fill() -> None:
    """Write what failed since the address changed last, as every event of an item does from now on."""
    events = sa.table(
        "tracking_events",
        *(sa.column(name) for name in ("id", "item_id", "kind", "reason", "is_applied")),
        sa.column("happened_at", UtcDateTime()),
    )
    items = sa.table("items", sa.column("id"), sa.column("tries"))
    told = (
        sa.select(events.c.item_id, events.c.kind, events.c.reason, events.c.happened_at)
        .where(events.c.kind.in_(("attempt_failed", "address_changed")), events.c.is_applied == sa.true())
        .order_by(events.c.happened_at, events.c.id)
    )
    lines: dict[int, list[str]] = {}
    for item_id, kind, reason, at in op.get_bind().execute(told):
        if kind == "address_changed":
            lines.pop(item_id, None)
        else:
            day = (at + timedelta(hours=7)).date()  # as clocks stand in Vietnam
            lines.setdefault(item_id, []).append(f"{day} {reason or ''}")
    write = sa.update(items).where(items.c.id == sa.bindparam("of")).values(tries=sa.bindparam("written"))
    rows = [{"of": item_id, "written": "\n".join(told_of)} for item_id, told_of in lines.items()]
    for first in range(0, len(rows), _AT_ONCE):
        op.get_bind().execute(write, rows[first : first + _AT_ONCE])
