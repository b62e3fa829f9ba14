"""Events and items know their round, an item's sequence is unique, and a settled discrepancy voids its event.

Rounds under way when this revision comes have events without a round; these fit on any round.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# The columns the guard of revision 0004 names.
BOUND = (
    "item_id, kind, scan_id, happened_at, device_at, recorded_at, user_id, courier_id, office_id, "
    "reason, facts, proof_id, api_key_id, command"
)


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    number, no = ("BIGINT", "false") if is_postgresql else ("INTEGER", "0")
    for table in ("tracking_events", "items"):
        names = f"CONSTRAINT fk_{table}_round_id_delivery_rounds REFERENCES delivery_rounds (id)"
        op.execute(f"ALTER TABLE {table} ADD COLUMN round_id {number} {names}")
        op.create_index(f"ix_{table}_round_id", table, ["round_id"])
    op.execute(f"ALTER TABLE discrepancies ADD COLUMN is_voided BOOLEAN DEFAULT {no} NOT NULL")
    # Two devices at once may have numbered two events alike: the later one goes behind the others.
    op.execute(
        "UPDATE tracking_events SET sequence = (SELECT max(a.sequence) FROM tracking_events a WHERE a.item_id = "
        "tracking_events.item_id) + id WHERE EXISTS (SELECT 1 FROM tracking_events f WHERE f.item_id = "
        "tracking_events.item_id AND f.sequence = tracking_events.sequence AND f.id < tracking_events.id)"
    )
    op.create_index("uq_tracking_events_item_sequence", "tracking_events", ["item_id", "sequence"], unique=True)
    _guard_again(f"{BOUND}, round_id")


def downgrade() -> None:
    _guard_again(BOUND)
    op.drop_index("uq_tracking_events_item_sequence", "tracking_events")
    op.execute("ALTER TABLE discrepancies DROP COLUMN is_voided")
    for table in ("items", "tracking_events"):
        op.drop_index(f"ix_{table}_round_id", table)
        op.execute(f"ALTER TABLE {table} DROP COLUMN round_id")


def _guard_again(columns: str) -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    does = "BEGIN SELECT RAISE(ABORT, 'tracking_events is never edited'); END"
    if is_postgresql:
        does = "EXECUTE FUNCTION tannha_refuse_edit()"
    op.execute("DROP TRIGGER never_update_tracking_events" + (" ON tracking_events" if is_postgresql else ""))
    op.execute(
        f"CREATE TRIGGER never_update_tracking_events BEFORE UPDATE OF {columns} ON tracking_events FOR EACH ROW {does}"
    )
