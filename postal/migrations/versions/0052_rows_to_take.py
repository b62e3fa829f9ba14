"""The rows of a file that are no items yet, counted by the agencies they name without reading what they hold."""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_draft_rows_upload_taken", "draft_rows", ["upload_id", "is_taken", "outcome", "office_hash"]
    )


def downgrade() -> None:
    op.drop_index("ix_draft_rows_upload_taken", "draft_rows")
