"""Codes by which companies see all their dossiers."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "company_codes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("name_hash", sa.String(length=32), nullable=False),
        sa.Column("phone_hash", sa.String(length=32), nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("issued_by_id", ID, nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_company_codes"),
        sa.UniqueConstraint("code_hash", name="uq_company_codes_code_hash"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_company_codes_person_id_people"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_company_codes_office_id_offices"),
        sa.ForeignKeyConstraint(["issued_by_id"], ["users.id"], name="fk_company_codes_issued_by_id_users"),
    )
    for column in ("person_id", "office_id"):
        op.create_index(f"ix_company_codes_{column}", "company_codes", [column])


def downgrade() -> None:
    op.drop_table("company_codes")
