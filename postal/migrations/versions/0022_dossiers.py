"""Dossiers before their result, and their steps."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "dossiers",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source_system", sa.String(length=60), nullable=False),
        sa.Column("dossier_code", sa.String(length=80), nullable=False),
        sa.Column("dossier_key", sa.String(length=80), nullable=False),
        sa.Column("dossier_bare", sa.String(length=80), nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("appointment_on", sa.Date(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dossiers"),
        sa.UniqueConstraint("source_system", "dossier_key", name="uq_dossiers_source_system_dossier_key"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_dossiers_office_id_offices"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_dossiers_person_id_people"),
    )
    for column in ("dossier_bare", "office_id", "person_id"):
        op.create_index(f"ix_dossiers_{column}", "dossiers", [column])
    op.create_table(
        "dossier_steps",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("dossier_id", ID, nullable=False),
        sa.Column("status", ID, nullable=False),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dossier_steps"),
        sa.UniqueConstraint(
            "dossier_id", "status", "happened_at", name="uq_dossier_steps_dossier_id_status_happened_at"
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name="fk_dossier_steps_dossier_id_dossiers"),
    )
    op.create_index("ix_dossier_steps_dossier_id", "dossier_steps", ["dossier_id"])


def downgrade() -> None:
    op.drop_table("dossier_steps")
    op.drop_table("dossiers")
