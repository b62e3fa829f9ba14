"""What can be mended in many rows at once: agencies nobody knows, and dates that are read wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from postal.cells.agencies import is_like_a_known_one
from postal.intake.known import issuing_names
from postal.mending.dates import DateOrder, read_in
from postal.mending.drafts import cells_of
from postal.models import DraftRow
from postal.models.keys import blocks

_N_TRIED = 300


@dataclass(frozen=True, kw_only=True)
class OfficeGroup:
    """An agency's name not known here, in how many rows; ``row_id`` is one of them, ``alike`` names near it."""

    name: str
    n_rows: int
    row_id: int
    alike: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DateTrial:
    """What one order of day, month and year makes of the dates that ask: how many it reads, and the first of them."""

    order: DateOrder
    n_read: int
    n_asked: int
    example: tuple[str, str]

    @property
    def has_clock(self) -> bool:
        """Say whether the example tells a time of day."""
        return ":" in self.example[0]


def office_groups(session: Session, upload_id: int, *, limit: int = 30) -> list[OfficeGroup]:
    """Return the agencies of a file that are not in use here, the most frequent first."""
    n_rows = func.count().label("n")
    query = (
        select(func.min(DraftRow.id), n_rows)
        .where(DraftRow.upload_id == upload_id, DraftRow.office_hash.is_not(None), ~DraftRow.is_taken)
        .group_by(DraftRow.office_hash)
        .order_by(n_rows.desc(), func.min(DraftRow.id))
    )
    counted: dict[int, int] = {key: int(n) for key, n in session.execute(query)}
    known = issuing_names(session)
    in_use = {name.casefold() for name in known}
    groups = []
    for row in _rows(session, list(counted)):
        name = cells_of(session, row).get("office", "").strip()
        if name and name.casefold() not in in_use:
            alike = tuple(one for one in known if is_like_a_known_one(name, [one]))
            groups.append(OfficeGroup(name=name, n_rows=counted[row.id], row_id=row.id, alike=alike))
    # A slip of the pen is told before an agency that is merely new.
    return sorted(groups, key=lambda group: (not group.alike, -group.n_rows))[:limit]


def date_trials(session: Session, upload_id: int) -> list[DateTrial]:
    """Return what each order makes of the dates that cannot be read or put the month first; none where none asks."""
    asks = or_(DraftRow.asks.contains("bad_datetime,"), DraftRow.asks.contains("month_first,"))
    query = select(DraftRow).where(DraftRow.upload_id == upload_id, asks, ~DraftRow.is_taken)
    written = [cells_of(session, row).get("finished_at", "") for row in session.scalars(query.limit(_N_TRIED))]
    texts = [text for text in written if text.strip()]
    trials = []
    for order in DateOrder:
        read = [(text, found) for text in texts if (found := read_in(text, order)) is not None]
        if read:
            trials.append(DateTrial(order=order, n_read=len(read), n_asked=len(texts), example=read[0]))
    return sorted(trials, key=lambda trial: -trial.n_read)


def _rows(session: Session, ids: Sequence[int]) -> list[DraftRow]:
    rows: list[DraftRow] = []
    for some in blocks(ids):
        rows += session.scalars(select(DraftRow).where(DraftRow.id.in_(some)))
    return rows
