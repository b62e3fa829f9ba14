"""Signatures at the door, and a guard on what is never edited: the database itself refuses.

Receipts, their lines, fixed lists, events, proofs, signatures and the chain take no UPDATE of what the chain binds and
no DELETE; minutes and discrepancies take their settlement once. Left open on purpose: what the fold rewrites
(`is_applied`, `sequence`, `state_after`), what a new key seals again, and the salts that erasing a person forgets.
A later migration that rebuilds one of these tables on SQLite must make its guards again.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# By table: the columns nobody may change; none named is every column.
BOUND = {
    "tracking_events": "item_id, kind, scan_id, happened_at, device_at, recorded_at, user_id, courier_id, office_id, "
    "reason, facts, proof_id",
    "proofs": "receiver_id, relation, id_kind, is_authorised, n_documents, fee_vnd, fee_receipt, taken_back, "
    "entered_from, lat, lon, person_commitment",
    "handovers": "number, leg, manifest_id, round_id, giver_office_id, receiver_office_id, giver_id, receiver_id, "
    "handed_over_at, recorded_at, recorded_by_id, n_expected, n_present, digest, facts, "
    "person_commitment",
    "handover_lines": "",
    "manifests": "",
    "manifest_lines": "",
    "receipt_signatures": "handover_id, side, how, digest, device_at, recorded_at, user_id",
    "delivery_signatures": "proof_id, round_id, how, digest, device_at, recorded_at, user_id",
    "chain_links": "",
    "address_changes": "",
    "kept_overnight": "",
    "office_days": "",
    "given_back": "",
    "discrepancies": "kind, item_id, event_id, handover_id, noted_at, detail",
    "incidents": "number, kind, item_id, noted_at, noted_by_id, fault, inventory, new_seal, postage_vnd, "
    "compensation_vnd, reissue_payer, pay_by",
}
SETTLED_ONCE = ("discrepancies", "incidents")


def upgrade() -> None:
    op.create_table(
        "delivery_signatures",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("proof_id", ID, nullable=True),
        sa.Column("round_id", ID, nullable=True),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("device_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["proof_id"], ["proofs.id"], name=op.f("fk_delivery_signatures_proof_id_proofs")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["delivery_rounds.id"], name=op.f("fk_delivery_signatures_round_id_delivery_rounds")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_delivery_signatures_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_signatures")),
        sa.UniqueConstraint("proof_id", name=op.f("uq_delivery_signatures_proof_id")),
    )
    with op.batch_alter_table("delivery_signatures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_signatures_round_id"), ["round_id"], unique=False)
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute(
            "CREATE FUNCTION tannha_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is never edited'; END $$"
        )
    for table, act, when in _guards():
        does = "EXECUTE FUNCTION tannha_refuse_edit()"
        if not is_postgresql:
            does = f"BEGIN SELECT RAISE(ABORT, '{table} is never edited'); END"
        word = act.split()[0].lower() + ("_settled" if when else "")
        op.execute(f"CREATE TRIGGER never_{word}_{table} BEFORE {act} ON {table} FOR EACH ROW {when} {does}")


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, act, when in _guards():
        word = act.split()[0].lower() + ("_settled" if when else "")
        op.execute(f"DROP TRIGGER never_{word}_{table}" + (f" ON {table}" if is_postgresql else ""))
    if is_postgresql:
        op.execute("DROP FUNCTION tannha_refuse_edit()")
    op.drop_table("delivery_signatures")


def _guards() -> Iterator[tuple[str, str, str]]:
    for table, columns in BOUND.items():
        yield table, f"UPDATE OF {columns}" if columns else "UPDATE", ""
        yield table, "DELETE", ""
    for table in SETTLED_ONCE:
        yield table, "UPDATE", "WHEN (OLD.settled_at IS NOT NULL)"
