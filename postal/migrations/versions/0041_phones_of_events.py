"""An event's phone and its place among the acts of that phone, to be found by; a text keeps its phone's clock."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

# The columns the guard of revision 0014 names.
BOUND = (
    "item_id, kind, scan_id, happened_at, device_at, recorded_at, user_id, courier_id, office_id, "
    "reason, facts, proof_id, api_key_id, command, round_id"
)


def upgrade() -> None:
    number = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.execute(
        f"ALTER TABLE tracking_events ADD COLUMN phone_id {number} "
        "CONSTRAINT fk_tracking_events_phone_id_phones REFERENCES phones (id)"
    )
    op.execute(f"ALTER TABLE tracking_events ADD COLUMN seq {number}")
    op.create_index("ix_tracking_events_phone_id_seq", "tracking_events", ["phone_id", "seq"])
    _guard_again(f"{BOUND}, phone_id, seq")
    op.add_column("courier_messages", sa.Column("device_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("courier_messages", "device_at")
    _guard_again(BOUND)
    op.drop_index("ix_tracking_events_phone_id_seq", "tracking_events")
    op.execute("ALTER TABLE tracking_events DROP COLUMN seq")
    op.execute("ALTER TABLE tracking_events DROP COLUMN phone_id")


def _guard_again(columns: str) -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    does = "BEGIN SELECT RAISE(ABORT, 'tracking_events is never edited'); END"
    if is_postgresql:
        does = "EXECUTE FUNCTION tannha_refuse_edit()"
    op.execute("DROP TRIGGER never_update_tracking_events" + (" ON tracking_events" if is_postgresql else ""))
    op.execute(
        f"CREATE TRIGGER never_update_tracking_events BEFORE UPDATE OF {columns} ON tracking_events FOR EACH ROW {does}"
    )
