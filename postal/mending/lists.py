"""The kept rows of a file as its page lists them: reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from postal.errors import NotFound
from postal.models import DraftRow, RowOutcome
from routing import Message


def counts(session: Session, upload_id: int) -> Counter[RowOutcome]:
    """Return how many rows of a file are in each pile."""
    query = select(DraftRow.outcome, func.count()).where(DraftRow.upload_id == upload_id).group_by(DraftRow.outcome)
    return Counter({key: int(n) for key, n in session.execute(query)})


def rows_shown(session: Session, upload_id: int, outcome: RowOutcome, *, first: int, limit: int) -> Sequence[DraftRow]:
    """Return a page of the rows in one pile, in the order of the file."""
    query = select(DraftRow).where(DraftRow.upload_id == upload_id, DraftRow.outcome == outcome)
    return session.scalars(query.order_by(DraftRow.position).offset(first).limit(limit)).all()


def draft_row(session: Session, upload_id: int, row_id: int) -> DraftRow:
    """Return one kept row. Raises NotFound."""
    row = session.get(DraftRow, row_id)
    if row is None or row.upload_id != upload_id:
        raise NotFound(what=Message("dòng trong tệp"))
    return row
