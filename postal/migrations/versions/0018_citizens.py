"""What opens citizens' pages: wrong tries by one key each, codes sent to phones; notices to phones."""

import sqlalchemy as sa
from alembic import op

from postal.models import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_table("tracking_guesses")
    op.create_table(
        "wrong_tries",
        sa.Column("key_hash", sa.String(length=32), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("n_wrong", ID, nullable=False),
        sa.PrimaryKeyConstraint("key_hash", "on_date", name="pk_wrong_tries"),
    )
    op.create_table(
        "sent_codes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("code_hash", sa.String(length=32), nullable=False),
        sa.Column("consignment_id", ID, nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("n_wrong", ID, nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sent_codes"),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignments.id"], name="fk_sent_codes_consignment_id_consignments"
        ),
    )
    op.create_index("ix_sent_codes_code_hash", "sent_codes", ["code_hash"])
    op.create_index("ix_sent_codes_consignment_id", "sent_codes", ["consignment_id"])
    op.create_table(
        "notices",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("about_id", ID, nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(), nullable=False),
        sa.Column("n_tries", ID, nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_notices_person_id_people"),
    )
    op.create_index("ix_notices_due", "notices", ["state", "next_try_at"])
    op.create_index("ix_notices_person_id", "notices", ["person_id"])


def downgrade() -> None:
    for name in ("notices", "sent_codes", "wrong_tries"):
        op.drop_table(name)
    op.create_table(
        "tracking_guesses",
        sa.Column("code_hash", sa.String(length=32), nullable=False),
        sa.Column("source_hash", sa.String(length=32), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("n_wrong", ID, nullable=False),
        sa.PrimaryKeyConstraint("code_hash", "source_hash", "on_date", name="pk_tracking_guesses"),
    )
