"""The audit is never edited or deleted, like the rest of what the chain binds."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_ACTS = ("UPDATE", "DELETE")


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for act in _ACTS:
        does = "EXECUTE FUNCTION tannha_refuse_edit()"
        if not is_postgresql:
            does = "BEGIN SELECT RAISE(ABORT, 'audit_entries is never edited'); END"
        name = f"never_{act.lower()}_audit_entries"
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON audit_entries FOR EACH ROW {does}")


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for act in _ACTS:
        op.execute(f"DROP TRIGGER never_{act.lower()}_audit_entries" + (" ON audit_entries" if is_postgresql else ""))
