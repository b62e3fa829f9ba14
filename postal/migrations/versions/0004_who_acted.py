"""Events, receipts and the audit keep the API key or the command that acted, where it was no user.

The guards of events and receipts are made again, so that the new columns are never edited either.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NEW: dict[str, tuple[str, ...]] = {
    "audit_entries": ("command",),
    "tracking_events": ("api_key_id", "command"),
    "handovers": ("api_key_id", "command"),
}
# The columns the guards of revision 0002 name.
BOUND = {
    "tracking_events": "item_id, kind, scan_id, happened_at, device_at, recorded_at, user_id, courier_id, office_id, "
    "reason, facts, proof_id",
    "handovers": "number, leg, manifest_id, round_id, giver_office_id, receiver_office_id, giver_id, receiver_id, "
    "handed_over_at, recorded_at, recorded_by_id, n_expected, n_present, digest, facts, "
    "person_commitment",
}


def upgrade() -> None:
    number = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    for table, new in NEW.items():
        kinds = {
            "api_key_id": f"{number} CONSTRAINT fk_{table}_api_key_id_api_keys REFERENCES api_keys (id)",
            "command": "VARCHAR(80)",
        }
        for column in new:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kinds[column]}")
    for table, columns in BOUND.items():
        _guard_again(table, f"{columns}, api_key_id, command")


def downgrade() -> None:
    for table, columns in BOUND.items():
        _guard_again(table, columns)
    for table, new in NEW.items():
        for column in new:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _guard_again(table: str, columns: str) -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    does = f"BEGIN SELECT RAISE(ABORT, '{table} is never edited'); END"
    if is_postgresql:
        does = "EXECUTE FUNCTION tannha_refuse_edit()"
    op.execute(f"DROP TRIGGER never_update_{table}" + (f" ON {table}" if is_postgresql else ""))
    op.execute(f"CREATE TRIGGER never_update_{table} BEFORE UPDATE OF {columns} ON {table} FOR EACH ROW {does}")
