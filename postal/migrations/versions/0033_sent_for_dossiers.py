"""Codes sent to whoever handed a dossier in that has no result yet."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("sent_codes") as table:
        table.add_column(sa.Column("dossier_id", ID, nullable=True))
        table.create_foreign_key("fk_sent_codes_dossier_id_dossiers", "dossiers", ["dossier_id"], ["id"])
        table.create_index("ix_sent_codes_dossier_id", ["dossier_id"])


def downgrade() -> None:
    with op.batch_alter_table("sent_codes") as table:
        table.drop_index("ix_sent_codes_dossier_id")
        table.drop_constraint("fk_sent_codes_dossier_id_dossiers", type_="foreignkey")
        table.drop_column("dossier_id")
