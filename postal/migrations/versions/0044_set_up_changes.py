"""Changes of what is set up, each with the day from which it holds; the audit is read by its instants."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "set_up_changes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("area", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=130), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("command", sa.String(length=80), nullable=True),
        sa.Column("in_force_at", UtcDateTime(), nullable=True),
        sa.Column("undoes_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["undoes_id"], ["set_up_changes.id"], name="fk_set_up_changes_undoes_id_set_up_changes"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_set_up_changes_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_up_changes")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_set_up_changes_undoes_id")),
    )
    op.create_index("ix_set_up_changes_area_subject", "set_up_changes", ["area", "subject"])
    op.create_index(op.f("ix_set_up_changes_in_force_at"), "set_up_changes", ["in_force_at"])
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_entries_at"), "audit_entries")
    op.drop_table("set_up_changes")
