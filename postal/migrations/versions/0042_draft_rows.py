"""Rows of files read for trial, mended before or after their import."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OUTCOMES = ("accepted", "attention", "refused", "duplicate")


def upgrade() -> None:
    op.create_table(
        "draft_rows",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("upload_id", ID, nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("row_number", ID, nullable=False),
        sa.Column("sheet", sa.String(length=100), nullable=True),
        sa.Column("dossier_code", sa.String(length=80), nullable=False),
        sa.Column("dossier_key", sa.String(length=80), nullable=True),
        sa.Column("office_hash", sa.String(length=32), nullable=True),
        sa.Column("outcome", sa.Enum(*OUTCOMES, name="rowoutcome", native_enum=False, length=40), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("asks", sa.String(length=300), nullable=False),
        sa.Column("mended", sa.JSON(), nullable=False),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], name=op.f("fk_draft_rows_upload_id_uploads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_rows")),
        sa.UniqueConstraint("upload_id", "position", name=op.f("uq_draft_rows_upload_id_position")),
    )
    op.create_index("ix_draft_rows_upload_outcome", "draft_rows", ["upload_id", "outcome"])
    op.create_index("ix_draft_rows_upload_key", "draft_rows", ["upload_id", "dossier_key"])
    with op.batch_alter_table("uploads") as uploads:
        uploads.add_column(sa.Column("notes", sa.JSON(), nullable=True))
        uploads.add_column(sa.Column("columns", sa.LargeBinary(), nullable=True))
        uploads.add_column(sa.Column("columns_key_id", sa.String(length=16), nullable=True))
        uploads.add_column(sa.Column("intake_id", ID, nullable=True))
        uploads.create_foreign_key(op.f("fk_uploads_intake_id_intakes"), "intakes", ["intake_id"], ["id"])
    with op.batch_alter_table("intake_rows") as rows:
        rows.add_column(sa.Column("mended", sa.JSON(), nullable=True))
        rows.add_column(sa.Column("refused_for", sa.JSON(), nullable=True))
        rows.add_column(sa.Column("mended_at", UtcDateTime(), nullable=True))
        rows.add_column(sa.Column("mended_by_id", ID, nullable=True))
        rows.create_foreign_key(op.f("fk_intake_rows_mended_by_id_users"), "users", ["mended_by_id"], ["id"])


def downgrade() -> None:
    op.drop_table("draft_rows")  # first: its rows point to uploads, which SQLite makes anew
    with op.batch_alter_table("intake_rows") as rows:
        rows.drop_constraint(op.f("fk_intake_rows_mended_by_id_users"), type_="foreignkey")
        for name in ("mended_by_id", "mended_at", "refused_for", "mended"):
            rows.drop_column(name)
    with op.batch_alter_table("uploads") as uploads:
        uploads.drop_constraint(op.f("fk_uploads_intake_id_intakes"), type_="foreignkey")
        for name in ("intake_id", "columns_key_id", "columns", "notes"):
            uploads.drop_column(name)
